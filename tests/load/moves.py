"""python -m tests.load.moves: what one moved slider costs on each page, beside the stock Streamlit loop."""

from __future__ import annotations

import argparse
import os
import pathlib
import sys
from typing import NamedTuple

import numpy as np

from tests.load.server import served
from tests.load.viewer import Viewer

STOCK = "tests/load/stock_app.py"
# a page, and the slider that is moved on it
MOVED = {
    "convergence": "width of f",
    "prior": "width of f",
    "taylor": "largest width of f",
    "dynamics": "width of g",
    "rotation": "width of f",
    "inpainting": "bandwidth",
}
PAUSE = 0.6  # seconds between two moves


class Cost(NamedTuple):
    """What moves of one page cost, each up to its first picture: medians, of the server's CPU the mean."""

    messages: float
    kilobytes: float
    wait: float  # milliseconds from the move to the picture, without a browser
    cpu: float  # milliseconds of the server process

    def __str__(self) -> str:
        """Return one line of the table."""
        return f"{self.messages:8.0f} {self.kilobytes:8.1f} {self.wait:8.0f} {self.cpu:8.0f}"


def seconds(process: int) -> float:
    """Return the CPU seconds that a process has used (Linux)."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cost(address: str, process: int, page: str, moves: int) -> Cost:
    """Return what moves of a page's slider cost; the page is at rest before each."""
    viewer = Viewer(address, page, slider=MOVED.get(page, ""))
    viewer.open()
    found = []
    for number in range(moves + 2):
        viewer.settle(PAUSE)
        before, used = viewer.bytes, seconds(process)
        wait = viewer.move()
        if number > 1:  # the first two find what is kept cold
            found.append((viewer.before_picture, viewer.bytes - before, wait, seconds(process) - used))
    viewer.close()
    messages, sent, wait, _ = np.median(found, axis=0)
    return Cost(messages, sent / 1000, 1000 * wait, 1000 * float(np.mean([cpu for *_, cpu in found])))


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser("python -m tests.load.moves", description=__doc__)
    parser.add_argument("pages", nargs="*", default=[*MOVED])
    parser.add_argument("--moves", type=int, default=12)
    given = parser.parse_args()
    print(f"{'up to the first picture':24}{'messages':>8} {'kB':>8} {'ms':>8} {'CPU ms':>8}")
    with served(STOCK, ready="/_stcore/health") as (stock, one), served("app.py") as (address, other):
        for page in given.pages:
            for name, found in ((f"/{page}", (address, other, page)), ("stock loop", (stock, one, ""))):
                print(f"{name:24}{cost(*found, given.moves)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
