"""python -m tests.load: many viewers at a server of its own, beside the stock Streamlit loop in the same run."""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time

import numpy as np

from tests.load.server import memory, served
from tests.load.viewer import Viewer

PAGES = ("convergence", "prior", "taylor", "dynamics", "rotation")
REST = 10  # seconds in which what a viewer leaves is cleared away
STOCK = "tests/load/stock_app.py"


def played(address: str, pages: tuple[str, ...], viewers: int, seconds: float) -> tuple[list[float], int]:
    """Return the seconds from each move to its picture, and how many viewers failed."""
    times: list[float] = []
    failed: list[Exception] = []

    def play(number: int) -> None:
        rng = random.Random(number)
        try:
            viewer = Viewer(address, pages[number % len(pages)])
            viewer.open()
            ends, moved = time.monotonic() + seconds, False
            while not moved or time.monotonic() < ends:
                time.sleep(rng.uniform(1, 3))
                times.append(viewer.move())
                moved = True
            viewer.close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=play, args=(number,)) for number in range(viewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failed)


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
        viewer = Viewer(address, page)
        viewer.open()
        for _ in range(moves // len(PAGES)):
            viewer.move()
        viewer.close()
    time.sleep(REST)


def measured(viewers: int, seconds: float, moves: int) -> None:
    """Print what is measured, a line each."""
    with served(STOCK, ready="/_stcore/health") as (address, process):
        stock, _ = played(address, ("",), 1, seconds)
    with served("app.py") as (address, process):
        print(f"resident after warm-up: {memory(process):.0f} MB")
        alone, _ = played(address, ("convergence",), 1, seconds)
        many, failed = played(address, PAGES, viewers, seconds)
        print(f"resident after {viewers} viewers: {memory(process):.0f} MB, {failed} failed")
        print(f"grown by 5 stalled viewers of /taylor: {stalled_growth(address, process, 5, seconds):.0f} MB")
        if moves:
            print(f"grown by {moves} moves: {grown(address, process, moves):.0f} MB")
    base = np.percentile(stock, [50, 95])
    for name, times in (("stock loop", stock), ("/convergence alone", alone), (f"{viewers} viewers", many)):
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
