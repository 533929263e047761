"""Compute the limits of the kernels in tiles of one size: no study's points compile a further program."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyperviz.theory import analytic
from hyperviz.theory.architecture import Architecture

TILE = 36  # rows and columns: the most that studies ask for at once but for a grid of points, which takes several


class LimitMatrices(NamedTuple):
    """Hold S, Theta_f, Lambda^H and Theta_h as `analytic.Kernels` does, of NumPy: studies compute with them at once."""

    nngp_f: np.ndarray
    ntk_f: np.ndarray
    nngp: np.ndarray
    hyperkernel: np.ndarray


def kernels(networks: Architecture, x1, z1, x2=None, z2=None) -> LimitMatrices:
    """Return `analytic.limit` in float64, at the pairs (x1, z1) and (x2, z2), or the first with itself."""
    one, other = (x1, z1), (x1, z1) if x2 is None else (x2, z2)
    rows = [[analytic.limit(networks, *_tile(one, i), *_tile(other, j)) for j in _starts(other)] for i in _starts(one)]
    whole = (
        np.block([[np.asarray(found[k]) for found in row] for row in rows]) for k in range(len(LimitMatrices._fields))
    )
    return LimitMatrices(*(kernel[: len(x1), : len(other[0])] for kernel in whole))


def _starts(points):
    return range(0, len(points[0]), TILE)


def _tile(points, start):
    """Return TILE points from `start` on, the last repeated."""
    at = np.minimum(np.arange(start, start + TILE), len(points[0]) - 1)
    return [np.asarray(v, np.float64)[at] for v in points]
