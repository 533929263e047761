"""Compute what the kernels depend on: Corollary 1, Remarks 2 and 3, and how random features reach their limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.limit_kernels import kernels
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.common.power_laws import Slope, slope
from hyperviz.studies.prior import empirical_kernels
from hyperviz.studies.prior.limits import on_circle
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.theory import fourier_features
from hyperviz.theory.fourier_features import FourierFeatures

GRID = 33  # positions of S^0 and of Sigma^0 on the surface
PAIRS = 36  # random pairs z, z' for each S^0
CORRELATIONS = (1.0, 0.5, -0.5)  # S^0(x, x') of these
COUNTS = 4 ** np.arange(1, 7)  # random features
FEATURE_DRAWS = 32


class Surface(NamedTuple):
    """Hold Lambda^H and Theta_h over the plane of the two numbers that they depend on."""

    S: np.ndarray  # (GRID,) S^0
    Sigma: np.ndarray  # (GRID,) Sigma^0
    nngp: np.ndarray  # (GRID of Sigma^0, GRID of S^0)
    hyperkernel: np.ndarray


class Collapse(NamedTuple):
    """Hold kernels of random pairs against their distance, for each S^0 of CORRELATIONS."""

    distance: np.ndarray  # (3, PAIRS)
    features: np.ndarray  # (3, PAIRS) Lambda^H with Fourier features
    raw: np.ndarray  # (3, PAIRS) without
    curve: np.ndarray  # (3, PAIRS) Lambda^H with features at a pair (0, d) of the same distance
    ratio: np.ndarray  # (3, PAIRS) Theta_h / Theta_g with features
    theta_f: np.ndarray  # (3,)
    residual: float  # the largest |features - curve|, of the largest value
    spread: float  # the same of raw z against the best curve: the largest difference at nearly equal distance


class Rate(NamedTuple):
    """Hold the error of Sigma^0 with k random features."""

    errors: np.ndarray  # (COUNTS, FEATURE_DRAWS)
    slope: Slope | None


def bandwidth(settings: PriorSettings) -> float:
    """Return what the remarks are shown with: the chosen bandwidth, or theirs, 1, where g sees raw z."""
    return settings.bandwidth or 1.0


def stream(settings: PriorSettings) -> Iterator[dict]:
    """Yield what is exact at once, then the measurements."""
    yield {"surface": surface(settings)}
    yield {"collapse": collapse(settings)}
    yield {"rate": rate(settings)}
    yield from empirical_kernels.stream(settings)


def rms(errors: np.ndarray) -> np.ndarray:
    """Return the root mean square over the last axis."""
    return np.sqrt(np.mean(errors**2, axis=-1))


def surface(settings: PriorSettings) -> Surface:
    """Return both kernels between one point and points at every (S^0, Sigma^0)."""
    S = np.linspace(-1, 1, GRID)
    x, at_x = on_circle(np.arccos(S)), on_circle(np.zeros(GRID))
    if settings.bandwidth:
        Sigma = np.linspace(0.5 / GRID, 0.5, GRID)
        z = np.stack([settings.bandwidth * np.sqrt(-2 * np.log(2 * Sigma)), 0 * Sigma], 1)
        at_z = 0 * z
    else:
        Sigma = S
        z, at_z = x, at_x
    found = kernels(architecture(settings), at_x, z, x, at_z)  # rows move z alone, columns x alone
    return Surface(S, Sigma, found.nngp, found.hyperkernel)


def collapse(settings: PriorSettings) -> Collapse:
    """Return the kernels of random pairs z, z' of any norm, with Fourier features and without."""
    rng, width = random_generator(settings.seed, Stream.PRIOR_PAIRS), bandwidth(settings)
    z, other = rng.uniform(-1.5 * width, 1.5 * width, (2, len(CORRELATIONS), PAIRS, 2))
    distance = np.linalg.norm(z - other, axis=2)
    straight = np.stack([distance, 0 * distance], 2)
    with_features = architecture(settings, coordinates=FourierFeatures(width))
    raw = architecture(settings, coordinates=None)
    random, curve = (_each(a, b, with_features) for a, b in ((z, other), (0 * z, straight)))
    without = _each(z, other, raw)
    residual = np.abs(random[0] - curve[0]).max() / np.abs(curve[0]).max()
    ratio = random[1] / random[3]
    return Collapse(
        distance,
        random[0],
        without[0],
        curve[0],
        ratio,
        random[2][:, 0],
        float(residual),
        _spread(distance, without[0]),
    )


def _each(z, other, chosen):
    """Return Lambda^H, Theta_h, Theta_f and Theta_g of pairs, a row for each S^0 of CORRELATIONS."""
    rows = []
    x = on_circle(np.arccos(np.array([1.0, *CORRELATIONS]))).astype(np.float64)
    for i in range(len(CORRELATIONS)):
        one, two = (np.repeat(x[at : at + 1], PAIRS, 0) for at in (0, i + 1))
        found = kernels(chosen, one, z[i], two, other[i])
        nngp, hyper, ntk_f = (np.diagonal(v) for v in (found.nngp, found.hyperkernel, found.ntk_f))
        rows.append((nngp, hyper, ntk_f, hyper / np.where(ntk_f == 0, 1, ntk_f)))
    return [np.stack(v) for v in zip(*rows, strict=True)]


def _spread(distance, values) -> float:
    """Return the typical jump between neighbours in distance, of the values' range.

    It is 0 for a smooth curve, 1/3 for noise.
    """
    ordered = np.take_along_axis(values, np.argsort(distance, axis=1), axis=1)
    return float(np.abs(np.diff(ordered, axis=1)).mean() / np.ptp(ordered))


def rate(settings: PriorSettings) -> Rate:
    """Return Sigma^0 of k random features at two points a bandwidth apart, minus its limit.

    Every k has other features.
    """
    width = bandwidth(settings)
    z = np.array([[0.3, 0.2], [0.3 + width, 0.2]])
    limit, errors = float(np.asarray(fourier_features.gram(z, FourierFeatures(width)))[0, 1]), []
    for i, count in enumerate(COUNTS):
        key = random_networks.keys(settings.seed, Stream.PRIOR_FEATURES, i, 1)[0]
        p = np.asarray(fourier_features.random_features(key, z, FEATURE_DRAWS * int(COUNTS[-1]), width))
        products = (p[0] * p[1]).reshape(FEATURE_DRAWS, -1)[:, :count]
        errors.append(products.mean(1) - limit)
    return Rate(np.stack(errors), slope(COUNTS.tolist(), errors, rms))
