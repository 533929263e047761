"""Declare what the home page is asked."""

from __future__ import annotations

from dataclasses import dataclass

from hyperviz.studies.common.glossary import meaning
from hyperviz.studies.common.options import check, option, seed_of


@dataclass(frozen=True)
class HomeSettings:
    """Hold the two widths and the seed; depths are 2, so that every neuron can be drawn."""

    width_f: int = option(512, 2, 512, symbol="n", label="width of f", log=True, help=meaning("n"))
    width_g: int = option(4, 2, 512, symbol="m", label="width of g", log=True, help=meaning("m"))
    seed: int = seed_of("the random networks")

    def __post_init__(self) -> None:
        check(self)


PRESETS = {
    "only f wide": HomeSettings(width_f=512, width_g=4),
    "only g wide": HomeSettings(width_f=4, width_g=512),
    "both wide": HomeSettings(width_f=512, width_g=512),
}
