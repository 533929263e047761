"""Say when a stream of results stops for a moment, and when it shows a picture."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

STEP = 0.06  # seconds of work after which a moved slider ends the computation

PICTURE = 0.3  # seconds between two pictures of one chart: a browser that draws all the time answers no slider


class Clock:
    """Say when to stop for a moment, and when to show a picture: the first at once, then every PICTURE seconds."""

    def __init__(self) -> None:
        """Let a step and a picture be due at once: neither has happened yet."""
        self._stepped = self._drawn = -np.inf

    def step(self) -> bool:
        """Return whether STEP seconds have gone since the last yes."""
        if time.monotonic() - self._stepped < STEP:
            return False
        self._stepped = time.monotonic()
        return True

    def picture(self) -> bool:
        """Return whether PICTURE seconds have gone since the last yes."""
        if time.monotonic() - self._drawn < PICTURE:
            return False
        self._stepped = self._drawn = time.monotonic()
        return True


def in_turn(*steps: Iterator[dict]) -> Iterator[dict]:
    """Yield the next parts of each in turn, until all have ended."""
    waiting = list(steps)
    while waiting:
        for step in list(waiting):
            parts = next(step, None)
            if parts is None:
                waiting.remove(step)
            else:
                yield parts


def shown(work) -> Generator[dict, None, Any]:
    """Yield the progress of a draw, as a part of the result, and return the draw."""
    while True:
        try:
            yield {"progress": next(work)}
        except StopIteration as end:
            return end.value
