"""Compute intervals of measured numbers, and say what several of them mean together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

NORMAL = 1.96  # standard errors on either side of an interval of 95 %
SURE = 3.89  # of one of 99.99 %, so that three to twelve of them hold at once, seed after seed


def interval(value: Any, error: Any) -> tuple[Any, Any]:
    """Return the ends of the 95 % interval of a normally distributed number; arrays and columns too."""
    return value - NORMAL * error, value + NORMAL * error


def together(states: Iterable[str]) -> str:
    """Return the state of a claim about several numbers: it differs if one does, and holds if all do."""
    found = set(states)
    return "differs" if "differs" in found else "holds" if found == {"holds"} else "undecided"


def sign_state(low: float, high: float) -> str:
    """Return the state of the claim that a number is above 0, from the ends of its interval."""
    return "differs" if high < 0 else "holds" if low > 0 else "undecided"
