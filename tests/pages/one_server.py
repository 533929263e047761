"""One server for all workers of a run: what it imports and compiles, it imports and compiles once."""

import contextlib
import fcntl
import pathlib
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def shared(folder: pathlib.Path, start: Callable) -> Iterator[str]:
    """Yield the address of the run's server: who comes first starts it, and ends it when all others have left."""
    said = folder / "address"
    with (folder / "door").open("w") as door, (folder / "inside").open("w") as inside:
        fcntl.flock(door, fcntl.LOCK_EX)
        if said.exists():
            fcntl.flock(inside, fcntl.LOCK_SH)  # given back when the file is closed, or its process ends
            fcntl.flock(door, fcntl.LOCK_UN)
            yield said.read_text()
            return
        with start() as address:
            said.write_text(address)
            fcntl.flock(door, fcntl.LOCK_UN)
            yield address
            fcntl.flock(door, fcntl.LOCK_EX)  # nobody comes any more
            fcntl.flock(inside, fcntl.LOCK_EX)
            said.unlink()
