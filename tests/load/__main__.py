"""python -m tests.load: many viewers at a server of its own, beside the stock Streamlit loop in the same run."""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from typing import NamedTuple

import numpy as np

from tests.load.moves import MOVED
from tests.load.server import memory, peak, served
from tests.load.viewer import Viewer

PAGES = tuple(MOVED)
REST = 10  # seconds in which what a viewer leaves is cleared away
STOCK = "tests/load/stock_app.py"


class Played(NamedTuple):
    """Hold what viewers saw, by page."""

    times: dict[str, list[float]]  # seconds from each move to its picture
    opened: dict[str, list[float]]  # seconds from opening a page to its picture
    failed: list[str]  # the page and the error of each viewer that gave up

    @property
    def moves(self) -> list[float]:
        """Return the seconds of all moves."""
        return [each for times in self.times.values() for each in times]


def played(address: str, pages: tuple[str, ...], viewers: int, seconds: float) -> Played:
    """Return what viewers see who each open a page and move its slider for some seconds."""
    found = Played({page: [] for page in pages}, {page: [] for page in pages}, [])

    def play(number: int) -> None:
        rng, page = random.Random(number), pages[number % len(pages)]
        try:
            viewer = Viewer(address, page, slider=MOVED.get(page, ""))
            found.opened[page].append(viewer.open())
            ends, moved = time.monotonic() + seconds, False
            while not moved or time.monotonic() < ends:
                time.sleep(rng.uniform(1, 3))
                found.times[page].append(viewer.move())
                moved = True
            viewer.close()
        except Exception as error:
            found.failed.append(f"/{page}: {error!r}")

    threads = [threading.Thread(target=play, args=(number,)) for number in range(viewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def stalled_growth(address: str, process: int, viewers: int, seconds: float) -> float:
    """Return by how many MB a server grows while viewers of /taylor take nothing that they are sent."""
    before = memory(process)
    asleep = [Viewer(address, "taylor", f"seed={number + 1}") for number in range(viewers)]
    for viewer in asleep:
        viewer.ask()
    time.sleep(seconds)
    grown = memory(process) - before
    for viewer in asleep:
        viewer.close()
    return grown


def grown(address: str, process: int, moves: int) -> float:
    """Return by how many MB a server grows with so many moves of one viewer after the other, over all pages.

    A tenth as many come first: what bounded caches keep is there before it is measured.
    """
    _moved(address, moves // 10)
    before = memory(process)
    _moved(address, moves)
    return memory(process) - before


def _moved(address: str, moves: int) -> None:
    """Open one page after the other, and move its slider."""
    for page in PAGES:
        viewer = Viewer(address, page, slider=MOVED[page])
        viewer.open()
        for _ in range(moves // len(PAGES)):
            viewer.move()
        viewer.close()
    time.sleep(REST)


def measured(viewers: int, seconds: float, moves: int) -> None:
    """Print what is measured, a line each."""
    with served(STOCK, ready="/_stcore/health") as (address, process):
        stock = played(address, ("",), 1, seconds)
    with served("app.py") as (address, process):
        print(f"resident after warm-up: {memory(process):.0f} MB")
        alone = played(address, ("convergence",), 1, seconds)
        many = played(address, PAGES, viewers, seconds)
        print(f"resident after {viewers} viewers: {memory(process):.0f} MB, at most {peak(process):.0f} MB")
        print(f"{len(many.failed)} failed", *many.failed, sep="\n")
        print(f"grown by 5 stalled viewers of /taylor: {stalled_growth(address, process, 5, seconds):.0f} MB")
        if moves:
            print(f"grown by {moves} moves: {grown(address, process, moves):.0f} MB")
    _compared(stock.moves, {"/convergence alone": alone.moves, f"{viewers} viewers": many.moves})
    for page in filter(many.times.get, PAGES):
        opened, moved = (1000 * np.percentile(each[page], [50, 95]) for each in (many.opened, many.times))
        print(f"/{page}: opened p50 {opened[0]:.0f}, p95 {opened[1]:.0f}; moved {moved[0]:.0f}, {moved[1]:.0f} ms")


def _compared(stock: list[float], others: dict[str, list[float]]) -> None:
    """Print the moves of the stock loop, and how others stand to it."""
    base = np.percentile(stock, [50, 95])
    for name, times in {"stock loop": stock, **others}.items():
        p50, p95 = np.percentile(times, [50, 95])
        ratios = f"{p50 / base[0]:.1f} and {p95 / base[1]:.1f} times the stock loop"
        print(f"{name}: {len(times)} moves, p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms: {ratios}")


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser("python -m tests.load", description=__doc__)
    parser.add_argument("--viewers", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--moves", type=int, default=0, help="how many moves it is to grow by: 2000 take minutes")
    given = parser.parse_args()
    measured(given.viewers, given.seconds, given.moves)
    return 0


if __name__ == "__main__":
    sys.exit(main())
