"""How far the prior is from Gaussian as only f, only g, or both widen (Theorem 2)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies import draws
from hyperviz.studies.convergence import answers
from hyperviz.studies.normality import Normality, normality
from hyperviz.studies.prior_settings import PriorSettings, limits, model, pair
from hyperviz.studies.slopes import Slope, fitted

WIDTHS = [1, 4, 16, 64, 256, 1024, 4096]
FITTED = 3  # slopes are fitted from this index on
DRAWS, LANES = 1024, 256  # random networks a cell, and how many advance together
NARROW_F, NARROW_G = 64, 4  # what stays
LINES = {
    "only f widens": lambda width: (width, NARROW_G),
    "only g widens": lambda width: (NARROW_F, width),
    "both widen": lambda width: (width, width),
}
CELLS = sorted({cell(width) for cell in LINES.values() for width in WIDTHS}, key=sum)


class Fit(NamedTuple):
    """How the distance from the Gaussian falls along a line, and how it should."""

    slope: Slope | None
    claim: float
    other: float


class Lines(NamedTuple):
    """The measures in every cell (n, m) so far, and the slopes of finished lines."""

    cells: dict[tuple[int, int], Normality]
    draws: dict[tuple[int, int], int]
    fits: dict[str, Fit]


def stream(settings: PriorSettings) -> Iterator[dict]:
    """All cells with LANES draws, then more: the variance of h given its hidden layers, at one input."""
    (x, z), limit = (points[:1] for points in pair()), limits(settings)[0, 0]
    found = draws.kept("lines", settings.seed, *model(settings).values())
    cells, counts, clock = {}, {}, draws.Clock()
    for first, (n, m) in itertools.product(range(0, DRAWS, LANES), CELLS):
        if (first, n, m) not in found:
            key = draws.keys(settings.seed, 1 + n + 10_000 * m, first, LANES)
            work = draws.outputs(key, (x, z), model(settings) | {"width_f": n, "width_g": m})
            found[first, n, m] = (yield from draws.shown(work)).covariance[:, 0, 0]
        if ("measure", first, n, m) not in found:
            variances = np.concatenate([found[at, n, m] for at in range(0, first + 1, LANES)])
            found["measure", first, n, m] = normality(variances, limit)
        cells, counts = cells | {(n, m): found["measure", first, n, m]}, counts | {(n, m): first + LANES}
        if clock.picture() or (first + LANES >= DRAWS and (n, m) == CELLS[-1]):
            yield {"lines": Lines(cells, counts, _fits(cells, settings))}
        elif clock.step():
            yield {}


def _fits(cells, settings) -> dict[str, Fit]:
    """The slope of each line that is there."""
    widths, found = WIDTHS[FITTED:], {}
    for name, cell in LINES.items():
        if all(cell(width) in cells for width in widths):
            measures = [cells[cell(width)].distance for width in widths]
            slope = fitted(widths, [m.value for m in measures], [m.resampled for m in measures])
            found[name] = Fit(slope, *answers(name, settings))
    return found
