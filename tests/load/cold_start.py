"""python -m tests.load.cold_start: seconds from a server's start to its first chart, at an empty program store.

The stock Streamlit loop stands beside it, and then the seconds until the run of a page that nothing is stored of has
ended. With pages after it, `python -m tests.load.cold_start rotation`, only their runs are measured.

Seconds of CPU stand beside those of the clock: they hold on a busy machine too.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from typing import NamedTuple

from tests.load.moves import STOCK, seconds
from tests.load.server import memory, served
from tests.load.viewer import Viewer

LINK = "seed=11"  # of which nothing is stored
COMPLETE = ("convergence", "dynamics", "rotation")


class Start(NamedTuple):
    """Hold what a server's first chart took."""

    seconds: float
    cpu: float
    resident: float  # MB

    def __str__(self) -> str:
        """Return it in words."""
        return f"chart after {self.seconds:.1f} s, {self.cpu:.1f} s of CPU, {self.resident:.0f} MB resident"


def first_chart(page: str, script: str = "app.py", **variables: str) -> Start:
    """Return what it takes from a server's start to the first chart message."""
    began = time.monotonic()
    with served(script, ready="/_stcore/health", **variables) as (address, process):
        viewer = Viewer(address, page)
        viewer.open()
        found = Start(time.monotonic() - began, seconds(process), memory(process))
        viewer.close()
    return found


def complete(address: str, process: int, page: str) -> tuple[float, float]:
    """Return the seconds until a page's run has ended, and those of CPU that the server took."""
    began, used = time.monotonic(), seconds(process)
    viewer = Viewer(address, page, LINK)
    viewer.open()
    viewer.rest()
    viewer.close()
    return time.monotonic() - began, seconds(process) - used


def starts() -> None:
    """Print two starts with one store, which the first finds empty and the second does not."""
    print(f"stock loop: {first_chart('', STOCK)}", flush=True)
    with tempfile.TemporaryDirectory() as store:
        for name in ("first start", "second start"):
            print(f"{name}: {first_chart('convergence', HYPERVIZ_PROGRAMS=store)}", flush=True)


def main(pages: list[str]) -> int:
    """Measure starts, then whole runs of these pages; of the pages alone where they are named."""
    if not pages:
        starts()
    pages = pages or list(COMPLETE)
    with served("app.py", HYPERVIZ_WARM_UP=",".join(pages)) as (address, process):
        for page in pages:
            wall, cpu = complete(address, process, page)
            load = os.getloadavg()[0]
            print(f"/{page}?{LINK} complete after {wall:.1f} s, {cpu:.1f} s of CPU, at load {load:.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
