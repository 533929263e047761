"""python -m tests.load.first_minutes: how long moved sliders wait in the minutes after a start, beside a warmed server.

The first server finds an empty program store, and a slider of the page is moved every 4 s from its first chart on; the
second finds what the first has compiled. With pages after it, only these are measured.
"""

from __future__ import annotations

import sys
import tempfile
import time
from typing import NamedTuple

import numpy as np

from tests.load.moves import MOVED
from tests.load.server import served
from tests.load.viewer import Viewer

AFTER_START, WARMED = 180.0, 40.0  # seconds that a slider is moved for
READY = "/ready"  # the route that answers once all is compiled
EVERY = 4.0  # seconds from one move to the next


class Waits(NamedTuple):
    """Hold how long a page's pictures took."""

    opened: float  # seconds from the server's start to the first chart; of a warmed one from its being ready
    moved: np.ndarray  # seconds from each move to its picture

    def __str__(self) -> str:
        """Return it in words."""
        middle, longest = np.median(self.moved), max(self.moved)
        return f"{self.opened:4.1f} s, {len(self.moved)} moves, median {middle:.3f} s, longest {longest:.3f} s"


def waits(page: str, store: str, seconds: float, ready: str) -> Waits:
    """Return the waits of one viewer whose server is started now."""
    started = time.monotonic()
    with served("app.py", ready=ready, HYPERVIZ_PROGRAMS=store) as (address, _):
        started = time.monotonic() if ready == READY else started
        viewer, moved = Viewer(address, page, slider=MOVED[page]), []
        viewer.open()
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            moved.append(viewer.move())
            viewer.settle(max(0.0, EVERY - moved[-1]))
        viewer.close()
    return Waits(began - started, np.array(moved))


def main(pages: list[str]) -> int:
    """Measure these pages, or all."""
    for page in pages or MOVED:
        with tempfile.TemporaryDirectory() as store:
            print(f"/{page}, nothing compiled: {waits(page, store, AFTER_START, '/_stcore/health')}", flush=True)
            print(f"/{page}, warmed:           {waits(page, store, WARMED, READY)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
