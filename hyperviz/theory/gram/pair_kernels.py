"""Compute all kernels of many pairs (x, z), in short steps: what a page and a terminal show of one's own points.

One program of one tile computes them: it takes correlations, which NumPy makes of points of any dimension, so that no
other number of points or of dimensions compiles anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator
from typing import NamedTuple

import numpy as np
from jaxtyping import ArrayLike, Float, Real
from scipy.spatial.distance import cdist

from hyperviz.runtime.compilation import compiled
from hyperviz.runtime.generators import returned
from hyperviz.theory import validation
from hyperviz.theory.activations import Correlation
from hyperviz.theory.analytic import MAX_DEPTH
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.gram import limit_tiles
from hyperviz.theory.gram.limit_tiles import Limits, Points, TracedNetworks

TILE = 128  # rows and columns of a tile: a step of a smooth g stays below 0.2 s
_tile = compiled(limit_tiles.of_correlations, static_argnames="dtype")


class PointBlock(NamedTuple):
    """Hold TILE points, the last ones zero where there are fewer."""

    x: Float[np.ndarray, "TILE n0"]
    z: Float[np.ndarray, "TILE m0"]
    norms: Points  # its x and z of one dimension: the program does not look at them


def of_pairs(architecture: Architecture, x: Real[ArrayLike, "N n0"], z: Real[ArrayLike, "N m0"]) -> Limits:
    """Compute S, Theta_f, Theta_g, Lambda^H and Theta_h between N pairs (x_i, z_i), in float64.

        Theta_h = Theta_f * Theta_g, entry by entry

    Args:
        architecture: depths, activations and coordinates; widths are infinite here.
        x, z: inputs of f and g, (N, n_0) and (N, m_0), pair by pair.

    Returns:
        Limits of (N, N) NumPy arrays: those of analytic.kernels, and ntk_g, Theta_g.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.
        OutOfRange: a kernel that float64 cannot hold.

    References:
        Theorems 2 and 3, equation 14.

    Example:
        >>> found = of_pairs(Architecture(depth_f=3, depth_g=3), 2**0.5 * np.eye(2), 2**0.5 * np.eye(2))
        >>> bool(np.allclose(found.hyperkernel, found.ntk_f * found.ntk_g))
        True
    """
    return returned(steps(architecture, x, z))


def steps(architecture: Architecture, x, z) -> Generator[float, None, Limits]:
    """Return what `of_pairs` does, and yield after each tile which share of all is computed."""
    x, z = (validation.doubles(name, v, "(points, dimensions)", 2) for name, v in (("x", x), ("z", z)))
    validation.same_length(x, z)
    model, bandwidth = _checked(architecture)
    starts = range(0, len(x), TILE)
    blocks = [_block(x[at : at + TILE], z[at : at + TILE], model, bandwidth) for at in starts]
    found = Limits(*(np.empty((len(x), len(x))) for _ in Limits._fields))
    places = list(itertools.combinations_with_replacement(range(len(blocks)), 2))
    for done, (i, j) in enumerate(places, 1):
        part = _between(blocks[i], blocks[j], model, bandwidth)
        rows, columns = slice(starts[i], starts[i] + TILE), slice(starts[j], starts[j] + TILE)
        for whole, values in zip(found, part, strict=True):
            whole[rows, columns] = np.asarray(values)[: whole[rows].shape[0], : whole[:, columns].shape[1]]
            whole[columns, rows] = whole[rows, columns].T
        yield done / len(places)
    return found


def warm(architecture: Architecture) -> None:
    """Compile what `of_pairs` needs for that kind of activation."""
    of_pairs(architecture, np.ones((1, 1)), np.ones((1, 1)))


def _checked(architecture: Architecture) -> tuple[TracedNetworks, float | None]:
    L, H = validation.depths(architecture, MAX_DEPTH)
    return TracedNetworks(L, H, architecture.sigma, architecture.phi), validation.bandwidth(architecture.coordinates)


def _block(x, z, model: TracedNetworks, bandwidth: float | None) -> PointBlock:
    """Return up to TILE points prepared; their kernels must fit float64."""
    padding = ((0, TILE - len(x)), (0, 0))
    points = limit_tiles.prepare(np.pad(x, padding), np.pad(z, padding), model, bandwidth is not None)
    limit_tiles.in_range(points, model, np.float64)
    none = np.zeros((TILE, 1))
    norms = points._replace(x=none, z=none)  # pyright: ignore[reportArgumentType]
    return PointBlock(np.asarray(points.x), np.asarray(points.z), norms)


def _between(a: PointBlock, b: PointBlock, model: TracedNetworks, bandwidth: float | None) -> Limits:
    z = _cosines(a.z, b.z) if bandwidth is None else _features(a.z, b.z, bandwidth)
    return _tile(_cosines(a.x, b.x), z, a.norms, b.norms, model, np.dtype(np.float64))


def _cosines(a: np.ndarray, b: np.ndarray) -> Correlation:
    """Return the correlations of unit rows, 0 with a row of zeros.

    They come from |a - b|^2 and |a + b|^2: a product of equal rows is 1 up to rounding, which would be 1e-8 in Theta.
    """
    apart, opposite = cdist(a, b, "sqeuclidean") / 2, cdist(a, -b, "sqeuclidean") / 2
    cosine = np.where(apart < opposite, 1 - apart, opposite - 1)
    alive = np.outer(a.any(1), b.any(1))
    gap = np.where(alive, np.minimum(apart, opposite), 1)
    return Correlation(np.where(alive, cosine, 0), gap)  # pyright: ignore[reportArgumentType]


def _features(a: np.ndarray, b: np.ndarray, bandwidth: float) -> Correlation:
    """Return the correlations exp(-|z - z'|^2 / (2 bandwidth^2)) of infinitely many Fourier features."""
    exponent = -cdist(a, b, "sqeuclidean") / (2 * bandwidth**2)
    return Correlation(np.exp(exponent), -np.expm1(exponent))  # pyright: ignore[reportArgumentType]
