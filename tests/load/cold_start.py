"""python -m tests.load.cold_start: seconds from the start of a server to its first chart, at an empty program store."""

from __future__ import annotations

import sys
import tempfile
import time

from tests.load.server import memory, served
from tests.load.viewer import Viewer


def first_chart(page: str, **variables: str) -> tuple[float, float]:
    """Return the seconds from start to first chart message, and the memory in MB then."""
    began = time.monotonic()
    with served("app.py", ready="/_stcore/health", **variables) as (address, process):
        viewer = Viewer(address, page)
        viewer.open()
        taken, resident = time.monotonic() - began, memory(process)
        viewer.close()
    return taken, resident


def main() -> int:
    """Measure twice with one store: the first start finds it empty, the second does not."""
    with tempfile.TemporaryDirectory() as store:
        for name in ("first start", "second start"):
            taken, resident = first_chart("convergence", HYPERVIZ_PROGRAMS=store)
            print(f"{name}: chart after {taken:.1f} s, {resident:.0f} MB resident")
    return 0


if __name__ == "__main__":
    sys.exit(main())
