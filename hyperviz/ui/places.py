"""Name the places of a slider: their values, the words that it shows at each, and which lies beside which."""

from __future__ import annotations

from typing import Any

from hyperviz.studies.common.options import Option
from hyperviz.ui import page_text


def places(declared: Option, now: Any) -> list:
    """Return the values at which a slider with a place for each can stand; now: a value that it has a place for too."""
    own = (now,) if not isinstance(now, str) else ()
    return [*sorted({*declared.grid, *own}), *declared.words]


def named(declared: Option) -> bool:
    """Return whether the slider has a place for each value, in words of its own; others go in equal steps."""
    return bool(declared.log or declared.words)


def decimals(declared: Option) -> int:
    """Return how many decimals a slider of equal steps shows: all that its step has."""
    step = declared.kind(declared.step or 1)
    return len(f"{step:.7f}".rstrip("0").partition(".")[2])  # Streamlit's own choice would show 1.475 as 1.48


def words(declared: Option, value: Any) -> str:
    """Return what the slider says where it stands at this value."""
    return page_text.value(value) if named(declared) else f"{value:.{decimals(declared)}f}"


def value_of(declared: Option, now: Any, said: str) -> Any:
    """Return the value that a slider shows in these words; now: what it stood at, a place of its own.

    Raises:
        ValueError: it shows no such value.
    """
    shown = places(declared, now) if named(declared) else ()
    found = next((v for v in shown if page_text.value(v) == said), None)
    return declared.read(said) if found is None else found


def beside(declared: Option, value: Any, side: int) -> Any:
    """Return the value one place further (side 1), or one place back (-1); None where the slider ends, or is none."""
    if declared.choices or declared.text or not (named(declared) or declared.step or len(declared.grid) <= 100):
        return None
    found = places(declared, value)
    at = found.index(value) + side
    return found[at] if 0 <= at < len(found) else None
