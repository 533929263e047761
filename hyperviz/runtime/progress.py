"""Report how far a long run is, and how long it will take, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

OFTEN, SELDOM = 1.0, 10.0  # seconds between two sentences, where they differ and where they do not
Step = TypeVar("Step")


def last(steps: Iterable[Step], sentence: Callable[[Step], str], fraction: Callable[[Step], float]) -> Step | None:
    """Return the last of the steps, with progress on standard error now and then."""
    said, before, step, first, began = 0.0, "", None, 0.0, time.monotonic()
    for step in steps:
        quiet = time.monotonic() - said
        if quiet > OFTEN and ((now := sentence(step)) != before or quiet > SELDOM):
            done = fraction(step)
            first = first or done  # what an earlier run has done took no time of this one
            print(now + left(done, first, time.monotonic() - began), file=sys.stderr)
            said, before = time.monotonic(), now
    return step


def left(done: float, first: float, seconds: float) -> str:
    """Return the time left at the speed so far, once a speed is known."""
    if done <= first or seconds < 5:
        return ""
    more = seconds * max(1 - done, 0) / (done - first)
    said = f"{more:.0f} s" if more < 120 else f"{more / 60:.0f} min" if more < 7200 else f"{more / 3600:.1f} h"
    return f" {done:.0%} done, about {said} left."
