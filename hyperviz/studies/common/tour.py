"""Declare a step of a tour: what a page is set to, what is asked before the picture is shown, what answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TourStep:
    """Hold one step of a page's tour.

    look: what stands there, and where to look. question: one that yes or no answers. seen: what the picture answers,
    from a result; None while, or where, its interval leaves both open. theory: what the theory answers, or whoever else
    says something of it (says), and why (because). slider: the setting that the arrow keys move in a lecture.
    """

    settings: Any
    look: str
    question: str
    seen: Callable[[Any], bool | None]
    theory: bool
    because: str
    slider: str
    says: str = "the theory"


def below(low: float, high: float, bound: float) -> bool | None:
    """Return whether a number is below a bound, by its interval; None where the interval contains the bound."""
    if low <= bound <= high:
        return None
    return high < bound
