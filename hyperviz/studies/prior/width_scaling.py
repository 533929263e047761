"""Measure how far the prior is from Gaussian as only f, only g, or both widen (Theorem 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.common.intervals import SURE
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.common.networks.random_streams import Stream
from hyperviz.studies.common.power_laws import Slope, fitted
from hyperviz.studies.convergence.study import answers
from hyperviz.studies.prior.limits import pair
from hyperviz.studies.prior.normality import Normality, normality
from hyperviz.studies.prior.settings import PriorSettings

WIDTHS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 131_072, 1_000_000]
DRAWS, LANES = 1024, 256  # random networks a cell, and how many advance together
WIDE, WIDE_DRAWS = 4096, 32  # wider cells have so many draws: a draw at width 10^6 takes as long as 200 at 4,096
FITTED = [width for width in WIDTHS if 64 <= width <= WIDE]  # by the slopes
NARROW_F, NARROW_G = 64, 4  # what stays
LINES = {
    "only f widens": lambda width: (width, NARROW_G),
    "only g widens": lambda width: (NARROW_F, width),
    "both widen": lambda width: (width, width),
}
CELLS = sorted({cell(width) for cell in LINES.values() for width in WIDTHS}, key=sum)
FULL = {cell: DRAWS for cell in CELLS if max(cell) <= WIDE}
BATCHES = [(first, LANES, cell) for first in range(0, DRAWS, LANES) for cell in FULL]
BATCHES += [(0, WIDE_DRAWS, cell) for cell in CELLS if cell not in FULL]


class DistanceFit(NamedTuple):
    """Say how the distance from the Gaussian falls along a line, and how it should."""

    slope: Slope | None
    claim: float
    other: float


class Lines(NamedTuple):
    """Hold the measures in every cell (n, m) so far, and the slopes of finished lines."""

    cells: dict[tuple[int, int], Normality]
    draws: dict[tuple[int, int], int]
    fits: dict[str, DistanceFit]


def stream(settings: PriorSettings) -> Iterator[dict]:
    """Yield the variance of h given its hidden layers, at one input.

    LANES draws a cell come first, then more, the widest last.
    """
    found = random_networks.kept("lines", settings.seed, architecture(settings).limit)
    cells, counts, clock = {}, {}, streaming.Clock()
    for first, lanes, (n, m) in BATCHES:
        if (first, n, m) not in found:
            key = random_networks.keys(settings.seed, Stream.PRIOR_WIDTHS + CELLS.index((n, m)), first, lanes)
            work = random_networks.outputs(key, point(), architecture(settings, width_f=n, width_g=m))
            found[first, n, m] = (yield from streaming.shown(work)).covariance[:, 0, 0]
        if ("measure", first, n, m) not in found:
            variances = np.concatenate([found[at, n, m] for at in range(0, first + 1, LANES)])
            found["measure", first, n, m] = normality(variances)
        cells, counts = cells | {(n, m): found["measure", first, n, m]}, counts | {(n, m): first + lanes}
        if clock.picture() or counts == FULL or (n, m) == CELLS[-1]:
            yield {"lines": Lines(cells, counts, _fits(cells, settings))}
        elif clock.step():
            yield {}


def point() -> tuple[np.ndarray, np.ndarray]:
    """Return the input of the histogram."""
    x, z = pair()
    return x[:1], z[:1]


def measured(lines: Lines) -> bool:
    """Return whether all that slopes are fitted to is there."""
    return all(lines.draws.get(cell, 0) >= count for cell, count in FULL.items())


def _fits(cells, settings) -> dict[str, DistanceFit]:
    """Return the slope of each line that is there."""
    found = {}
    for name, cell in LINES.items():
        if all(cell(width) in cells for width in FITTED):
            measures = [cells[cell(width)].distance for width in FITTED]
            slope = fitted(FITTED, [m.value for m in measures], [m.resampled for m in measures], SURE)
            found[name] = DistanceFit(slope, *answers(name, settings))
    return found
