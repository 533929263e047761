"""python -m tests.load.cold_start: seconds from a server's start to its first chart, at an empty program store.

The stock Streamlit loop stands beside it, and then the seconds until the run of a page that nothing is stored of has
ended.
"""

from __future__ import annotations

import sys
import tempfile
import time

from tests.load.moves import STOCK, seconds
from tests.load.server import memory, served
from tests.load.viewer import Viewer

LINK = "seed=11"  # of which nothing is stored
COMPLETE = ("convergence", "dynamics", "rotation")


def first_chart(page: str, script: str = "app.py", **variables: str) -> tuple[float, float]:
    """Return the seconds from start to first chart message, and the memory in MB then."""
    began = time.monotonic()
    with served(script, ready="/_stcore/health", **variables) as (address, process):
        viewer = Viewer(address, page)
        viewer.open()
        taken, resident = time.monotonic() - began, memory(process)
        viewer.close()
    return taken, resident


def complete(address: str, process: int, page: str) -> tuple[float, float]:
    """Return the seconds until a page's run has ended, and those of CPU that the server took."""
    began, used = time.monotonic(), seconds(process)
    viewer = Viewer(address, page, LINK)
    viewer.open()
    viewer.rest()
    viewer.close()
    return time.monotonic() - began, seconds(process) - used


def main() -> int:
    """Measure twice with one store, which the first start finds empty and the second does not; then whole runs."""
    print(f"stock loop: chart after {first_chart('', STOCK)[0]:.1f} s")
    with tempfile.TemporaryDirectory() as store:
        for name in ("first start", "second start"):
            taken, resident = first_chart("convergence", HYPERVIZ_PROGRAMS=store)
            print(f"{name}: chart after {taken:.1f} s, {resident:.0f} MB resident", flush=True)
    with served("app.py") as (address, process):
        for page in COMPLETE:
            wall, cpu = complete(address, process, page)
            print(f"/{page}?{LINK} complete after {wall:.1f} s, {cpu:.1f} s of CPU", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
