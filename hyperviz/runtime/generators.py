"""Run a generator of short steps to its end, where nobody looks between them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

Returned = TypeVar("Returned")


def returned(steps: Generator[Any, Any, Returned]) -> Returned:
    """Return what a generator returns at its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
