"""python -m tests.load.together: a light viewer beside heavy ones, and a hundred on one link: seconds to a picture.

Beside each stands the CPU that the server took meanwhile, heavy work and all: it holds on a busy machine too.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time

import numpy as np

from tests.load.moves import MOVED, PAUSE, seconds
from tests.load.server import served
from tests.load.viewer import Viewer

HEAVY = {"inpainting": "images=1000&ridge=0.01", "convergence": "width_f=1000000&width_g=1000000&draws=1024"}
LINK = "convergence", "width_f=100&width_g=100&seed=7"


def beside_heavy(address: str, process: int, moves: int) -> tuple[list[float], list[float]]:
    """Return the seconds that a light viewer of /prior waits beside the runs of heavy ones, and those of CPU."""
    heavy = [Viewer(address, page, query) for page, query in HEAVY.items()]
    for viewer in heavy:
        viewer.open()
    light, ended = Viewer(address, "prior", slider=MOVED["prior"]), threading.Event()
    readers = [threading.Thread(target=_read, args=(viewer, ended)) for viewer in heavy]
    for reader in readers:
        reader.start()
    light.open()
    times, cpu = [], []
    for _ in range(moves):
        light.settle(PAUSE)
        before = seconds(process)
        times.append(light.move())
        cpu.append(seconds(process) - before)
    ended.set()
    for reader, viewer in zip(readers, heavy, strict=True):
        reader.join()
        viewer.close()
    light.close()
    return times, cpu


def _read(viewer: Viewer, ended: threading.Event) -> None:
    """Take what a page is sent, as its browser does."""
    while not ended.is_set():
        viewer.settle(PAUSE)


def on_one_link(address: str, viewers: int, during: float) -> list[float]:
    """Return the seconds in which viewers of the same link each see its picture; they come in `during` seconds."""
    times: list[float] = []

    def come(after: float) -> None:
        time.sleep(after)
        viewer = Viewer(address, *LINK)
        times.append(viewer.open())
        viewer.settle(PAUSE)
        viewer.close()

    rng = random.Random(0)
    threads = [threading.Thread(target=come, args=(rng.uniform(0, during),)) for _ in range(viewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def main() -> int:
    """Measure both."""
    with served("app.py") as (address, process):
        times, cpu = beside_heavy(address, process, 20)
        _say("light beside heavy", times, f"; CPU of the server meanwhile {_milliseconds(cpu)}")
        _say("100 viewers who open one link in a minute", on_one_link(address, 100, 60))
    return 0


def _say(name: str, times: list[float], more: str = "") -> None:
    said = f"{name}: {len(times)} pictures, {_milliseconds(times)} (goal: 1,000){more}"
    print(f"{said}, at load {os.getloadavg()[0]:.0f}", flush=True)


def _milliseconds(times: list[float]) -> str:
    p50, p95 = 1000 * np.percentile(times, [50, 95])
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
