"""Say how much one visitor of a public site may ask for: no bound on one's own machine, nor on the command line."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from hyperviz.data import image_files
from hyperviz.errors import InvalidInput
from hyperviz.studies.common.options import options, plain

Settings = TypeVar("Settings")
VARIABLE = "HYPERVIZ_BUDGET"  # hosted or local
HEAVY = 4  # work above this part of a cap counts as heavy


class Budget(NamedTuple):
    """Hold what a whole site allows; None: no bound."""

    sessions: int | None  # visitors at a time
    heavy: int | None  # heavy runs at a time
    megabytes: int  # of an uploaded picture
    capped: bool  # whether the caps of the studies hold


BUDGETS = {"local": Budget(None, None, image_files.LIMIT // 1_000_000, False), "hosted": Budget(60, 2, 5, True)}


class Cap(NamedTuple):
    """Hold a bound on the product of some settings; what is too much is taken from them in this order."""

    names: tuple[str, ...]
    most: int


def current() -> Budget:
    """Return the budget that the environment names.

    Raises:
        InvalidInput: it names none of those that there are.
    """
    name = os.environ.get(VARIABLE, "local")
    if name not in BUDGETS:
        raise InvalidInput(f"{VARIABLE} must be one of {', '.join(BUDGETS)}; got {name!r}.")
    return BUDGETS[name]


def within(settings: Settings, caps: Sequence[Cap]) -> tuple[Settings, list[str]]:
    """Return the nearest settings that every cap allows, and a sentence for each value that had to be changed."""
    said = []
    for cap in caps:
        for name in cap.names:
            value = getattr(settings, name)
            allowed = max(cap.most // (_product(settings, cap) // value), int(options(type(settings))[name].low))
            if allowed < value:
                settings = dataclasses.replace(settings, **{name: allowed})  # type: ignore[type-var]
                product = " × ".join(cap.names)
                said.append(
                    f"{name}={plain(value)} is more than this site computes for one visitor ({product} is at most "
                    f"{plain(cap.most)}): showing {plain(allowed)}."
                )
    return settings, said


def heavy(settings: Any, caps: Sequence[Cap]) -> bool:
    """Return whether settings ask for a large part of what a cap allows."""
    return any(_product(settings, cap) * HEAVY > cap.most for cap in caps)


def _product(settings: Any, cap: Cap) -> int:
    return math.prod(getattr(settings, name) for name in cap.names)
