"""Count from settings how many neurons f and g have, and how many weights f must write; nothing is drawn."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

from hyperviz.data import datasets

BYTES = 4  # of a float32
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


class NetworkSizes(NamedTuple):
    """Hold the sizes of the layers of f and of g; infinity where a network is infinitely wide."""

    hidden_f: tuple[float, ...]  # neurons of each hidden layer of f
    layers_g: tuple[float, ...]  # inputs, hidden layers and outputs of g

    @property
    def hidden_g(self) -> tuple[float, ...]:
        """Return the neurons of each hidden layer of g."""
        return self.layers_g[1:-1]

    @property
    def weights(self) -> float:
        """Return n_L, the number of weights that f must write."""
        return sum(a * b for a, b in itertools.pairwise(self.layers_g))


def sizes(settings: Any, *, inputs: float = 2, outputs: int = 1, **widths: float) -> NetworkSizes:
    """Return the sizes of the networks of a study's settings.

    inputs, outputs: of g. widths: `width_f` and `width_g`, where they are not those of the settings.
    """
    n, m = (widths.get(name, getattr(settings, name, math.inf)) for name in ("width_f", "width_g"))
    return NetworkSizes((n,) * (settings.depth_f - 1), (inputs, *(m,) * (settings.depth_g - 1), outputs))


def image_inputs(dataset: str, size: int) -> int:
    """Return how many numbers an image of a data set has, shrunk to a side of `size` pixels where it is larger."""
    side, _, *channels = datasets.SHAPES[dataset]
    return min(size, side) ** 2 * math.prod(channels)


def counted(number: float) -> str:
    """Return a number of neurons or weights in words: 12,480, 6.0·10¹² or ∞."""
    if math.isinf(number):
        return "∞"
    if number < 10**9:
        return f"{number:,}"
    digits, power = f"{number:.1e}".split("e+")
    return f"{digits}·10{power.lstrip('0').translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def in_bytes(weights: float) -> str:
    """Return how much memory so many float32 take: 49 kB."""
    size, unit = float(weights * BYTES), 0
    while size >= 999.5 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.2g} {UNITS[unit]}" if size < 10 and unit else f"{size:.0f} {UNITS[unit]}"
