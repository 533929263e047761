"""The inputs that all parts of the prior study share, and the limits of the kernels there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyperviz.studies.common.random_networks import architecture
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.theory import analytic
from hyperviz.theory.architecture import Architecture

ANGLES = (0.6, 0.8)  # between x and x', and between z and z', of the two inputs shown (radians)

SMALL, LARGE = (10, 10), (36, 144)  # tiles of the limits: few sizes, so that few are compiled


def on_circle(angles) -> np.ndarray:
    """Return points sqrt(2) (cos, sin): norm sqrt(n_0), so that S^0(x, x) = 1 and S^0(x, x') is the angle's cosine."""
    return np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)], -1).astype(np.float32)


def pair() -> tuple[np.ndarray, np.ndarray]:
    """Return the two inputs u = (x, z) and u' of the histogram and the scatter."""
    return tuple(on_circle(np.array([0.0, angle])) for angle in ANGLES)  # type: ignore[return-value]


class Limits(NamedTuple):
    """S, Theta_f, Lambda^H and Theta_h between two sets of points."""

    nngp_f: np.ndarray
    ntk_f: np.ndarray
    nngp: np.ndarray
    hyperkernel: np.ndarray


def limits(settings: PriorSettings) -> np.ndarray:
    """Return Lambda^H between the two inputs."""
    return kernels(architecture(settings), *pair(), tile=SMALL).nngp


def kernels(networks: Architecture, x1, z1, x2=None, z2=None, *, tile: tuple[int, int] = LARGE) -> Limits:
    """Return `analytic.limit` in float64, in tiles of one size: whatever the points, nothing new is compiled."""
    one, other = (x1, z1), (x1, z1) if x2 is None else (x2, z2)
    rows = [
        [
            analytic.limit(networks, *_padded(one, i, tile[0]), *_padded(other, j, tile[1]))
            for j in _starts(other, tile[1])
        ]
        for i in _starts(one, tile[0])
    ]
    whole = (np.block([[np.asarray(found[k]) for found in row] for row in rows]) for k in range(len(Limits._fields)))
    return Limits(*(kernel[: len(x1), : len(other[0])] for kernel in whole))


def _starts(points, size):
    return range(0, len(points[0]), size)


def _padded(points, start, size):
    """`size` points from `start` on, the last repeated."""
    at = np.minimum(np.arange(start, start + size), len(points[0]) - 1)
    return [np.asarray(v, np.float64)[at] for v in points]
