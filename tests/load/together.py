"""python -m tests.load.together: a light viewer beside heavy ones, and a hundred on one link: seconds to a picture."""

from __future__ import annotations

import random
import sys
import threading
import time

import numpy as np

from tests.load.moves import MOVED, PAUSE
from tests.load.server import served
from tests.load.viewer import Viewer

HEAVY = {"inpainting": "images=1000&ridge=0.01", "convergence": "width_f=1000000&width_g=1000000&draws=1024"}
LINK = "convergence", "width_f=100&width_g=100&seed=7"


def beside_heavy(address: str, moves: int) -> list[float]:
    """Return the seconds of a light viewer's moves on /prior, while each heavy viewer's run goes on."""
    heavy = [Viewer(address, page, query) for page, query in HEAVY.items()]
    for viewer in heavy:
        viewer.open()
    light, ended = Viewer(address, "prior", slider=MOVED["prior"]), threading.Event()
    readers = [threading.Thread(target=_read, args=(viewer, ended)) for viewer in heavy]
    for reader in readers:
        reader.start()
    times = [light.open()]
    for _ in range(moves):
        light.settle(PAUSE)
        times.append(light.move())
    ended.set()
    for reader, viewer in zip(readers, heavy, strict=True):
        reader.join()
        viewer.close()
    light.close()
    return times[1:]


def _read(viewer: Viewer, ended: threading.Event) -> None:
    """Take what a page is sent, as its browser does."""
    while not ended.is_set():
        viewer.settle(PAUSE)


def on_one_link(address: str, viewers: int, seconds: float) -> list[float]:
    """Return the seconds in which viewers of the same link each see its picture; they come in so many seconds."""
    times: list[float] = []

    def come(after: float) -> None:
        time.sleep(after)
        viewer = Viewer(address, *LINK)
        times.append(viewer.open())
        viewer.settle(PAUSE)
        viewer.close()

    rng = random.Random(0)
    threads = [threading.Thread(target=come, args=(rng.uniform(0, seconds),)) for _ in range(viewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def main() -> int:
    """Measure both."""
    with served("app.py") as (address, _):
        for name, times in (
            ("light beside heavy", beside_heavy(address, 20)),
            ("100 viewers who open one link in a minute", on_one_link(address, 100, 60)),
        ):
            p50, p95 = 1000 * np.percentile(times, [50, 95])
            print(f"{name}: {len(times)} pictures, p50 {p50:.0f} ms, p95 {p95:.0f} ms (goal: 1,000)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
