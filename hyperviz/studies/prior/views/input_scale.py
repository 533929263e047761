"""Compute what the size of x does: Lambda^H and Theta_h grow like |x|^(2H), unless x is encoded at constant norm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.limit_kernels import kernels
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.common.networks.random_streams import Stream
from hyperviz.studies.prior.limits import on_circle
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.theory import fourier_features, smooth_activations

SIZES = 2.0 ** np.arange(-2, 2.5, 0.5)  # |x| / sqrt(n_0); with the chosen one, as many as empirical_kernels has points
SPARE = 8.0  # in the place of the chosen one, where it is among them
DRAWS, LANES = 256, 8  # networks of Lambda^H, and how many advance together
TANGENTS = 64  # networks of Theta_h, which needs a backward pass
DIRECTION, TURN = 0.3, 0.9  # angles of x and of z


class Growth(NamedTuple):
    """Hold kernels at one z and at x of each size, in the limit and measured."""

    sizes: np.ndarray  # (K,) |x| / sqrt(n_0), rising
    expected: np.ndarray  # (K,) the limit of the kernel's diagonal
    mean: np.ndarray  # (K,) over the networks so far; (0,) before there are any
    error: np.ndarray  # (K,) its standard error
    alike: np.ndarray  # (K,) the limit's correlation with the x of size 1
    draws: int


def stream(settings: PriorSettings) -> Iterator[dict]:
    """Yield the limits at once, then what networks measure: Lambda^H of x as it is and encoded, and Theta_h."""
    points = {name: inputs(settings, encoded) for name, encoded in (("raw", False), ("encoded", True))}
    parts = {name: _limits(settings, *u) for name, u in points.items()}
    yield {"scale_nngp": parts["raw"][0], "scale_tangent": parts["raw"][1], "scale_encoded": parts["encoded"][0]}
    for name, part in (("raw", "scale_nngp"), ("encoded", "scale_encoded")):
        for found in _outputs(settings, name, points[name], parts[name][0]):
            yield {part: found} if isinstance(found, Growth) else found
    if settings.activation_g not in smooth_activations.SMOOTH:
        for found in _tangents(settings, points["raw"], parts["raw"][1]):
            yield {"scale_tangent": found} if isinstance(found, Growth) else found


def sizes(settings: PriorSettings) -> np.ndarray:
    """Return the sizes that are measured, rising."""
    extra = SPARE if settings.size in SIZES else settings.size
    return np.sort(np.append(SIZES, extra))


def inputs(settings: PriorSettings, encoded: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return x of every size in one direction, as it is or encoded, and the same z for each."""
    x = sizes(settings)[:, None] * on_circle(np.array(DIRECTION)).astype(np.float64)
    return encode(x) if encoded else x, np.tile(on_circle(np.array(TURN)).astype(np.float64), (len(x), 1))


def encode(x: np.ndarray) -> np.ndarray:
    """Return sqrt(2) (cos x, sin x), coordinate by coordinate: of norm sqrt(n_0) whatever x, n_0 being twice x's."""
    return np.sqrt(2) * np.concatenate([np.cos(x), np.sin(x)], axis=1)


def power(found: Growth) -> np.ndarray:
    """Return the power of |x| that the limit grows by between neighbouring sizes."""
    return np.diff(np.log(found.expected)) / np.diff(np.log(found.sizes))


def _limits(settings: PriorSettings, x, z) -> tuple[Growth, Growth]:
    found, none, one = kernels(architecture(settings), x, z), np.zeros(0), int(np.argmin(np.abs(sizes(settings) - 1)))
    both = []
    for kernel in (found.nngp, found.hyperkernel):
        diagonal = np.diagonal(kernel)
        both.append(Growth(sizes(settings), diagonal, none, none, kernel[one] / np.sqrt(diagonal * diagonal[one]), 0))
    return both[0], both[1]


def _outputs(settings: PriorSettings, name: str, u, limit: Growth) -> Iterator:
    """Yield Lambda^H: the covariance given the hidden layers, its mean over networks."""
    kept = random_networks.kept("sizes", name, settings.size, settings.seed, architecture(settings))
    clock, drawn = streaming.Clock(), []
    for first in range(0, DRAWS, LANES):
        if first not in kept:
            keys = random_networks.keys(settings.seed, Stream.PRIOR_SIZES, first, LANES)
            work = random_networks.outputs(keys, u, architecture(settings))
            kept[first] = np.diagonal((yield from streaming.shown(work)).covariance, axis1=1, axis2=2)
        drawn.append(kept[first])
        if clock.picture() or first + LANES >= DRAWS:
            yield _measured(limit, np.concatenate(drawn))


def _tangents(settings: PriorSettings, u, limit: Growth) -> Iterator:
    """Yield Theta_h: the mean of the empirical hyperkernel over networks, whose features of z are written out."""
    kept = random_networks.kept("size tangents", settings.size, settings.seed, architecture(settings))
    seen = np.asarray(fourier_features.embedding(u[1], architecture(settings).coordinates))
    clock, drawn = streaming.Clock(), []
    for first in range(0, TANGENTS, LANES):
        if first not in kept:
            keys = random_networks.keys(settings.seed, Stream.PRIOR_SIZE_TANGENTS, first, LANES)
            work = random_networks.draw(keys, (u[0], seen), architecture(settings, coordinates=None))
            kept[first] = np.diagonal((yield from streaming.shown(work)).kernel, axis1=1, axis2=2)
        drawn.append(kept[first])
        if clock.picture() or first + LANES >= TANGENTS:
            yield _measured(limit, np.concatenate(drawn))


def _measured(limit: Growth, values: np.ndarray) -> Growth:
    error = values.std(0, ddof=1) / len(values) ** 0.5
    return limit._replace(mean=values.mean(0), error=error, draws=len(values))
