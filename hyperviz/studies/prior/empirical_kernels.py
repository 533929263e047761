"""Measure both kernels on random networks, at pairs of random points (Corollary 1)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.limit_kernels import LimitMatrices, kernels
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.prior.limits import on_circle
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.theory import fourier_features, smooth_activations
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.taylor import dense_g
from hyperviz.theory.taylor import sampler as taylor

POINTS = 10  # random u: 45 pairs
PAIRS = np.stack(np.triu_indices(POINTS, 1))
MEASURED, LANES = 256, 8  # draws of Lambda, and how many advance together
TANGENTS, FEW = 64, 8  # the same for Theta_h, which needs a backward pass
SLOW = 2  # draws of a pair where g is smooth and f so wide that they are drawn one by one; else taylor.LANES


class Scattered(NamedTuple):
    """Hold one kernel measured on pairs of random points."""

    S: np.ndarray  # (pairs,)
    Sigma: np.ndarray
    mean: np.ndarray
    stderr: np.ndarray
    theory: np.ndarray
    draws: int
    width_g: int


def stream(settings: PriorSettings) -> Iterator[dict]:
    """Yield Lambda^H, then Theta_h."""
    yield from _measured(settings)
    yield from (_terms if settings.activation_g in smooth_activations.SMOOTH else _tangents)(settings)


def points(settings: PriorSettings) -> tuple[np.ndarray, np.ndarray]:
    """Draw random u: x, and z where g sees it raw, of norm sqrt(2), so that S^0(x, x) = 1."""
    rng = random_generator(settings.seed, Stream.PRIOR_POINTS)
    x = on_circle(rng.uniform(0, 2 * np.pi, POINTS)).astype(np.float64)
    z = on_circle(rng.uniform(0, 2 * np.pi, POINTS)).astype(np.float64)
    return x, z * settings.bandwidth if settings.bandwidth else z


def _scattered(settings, entries, theory) -> Scattered:
    """Return means of a kernel's entries (draws, pairs), of the first of PAIRS, as many as there are."""
    (x, z), count, width = points(settings), len(entries), settings.width_g
    i, j = PAIRS[:, : entries.shape[1]]
    S, Sigma = (x @ x.T / 2)[i, j], np.asarray(fourier_features.gram(z, architecture(settings).coordinates))[i, j]
    error = entries.std(0, ddof=1) / count**0.5
    return Scattered(S, Sigma, entries.mean(0), error, np.asarray(theory)[i, j], count, width)


def _above(kernels) -> np.ndarray:
    """Return the entries (draws, pairs) above the diagonal of matrices."""
    return np.concatenate(kernels)[:, *PAIRS]


def _limit(settings) -> LimitMatrices:
    return kernels(architecture(settings), *points(settings))


def _measured(settings) -> Iterator[dict]:
    """Yield Lambda: the mean over draws of the covariance given the hidden layers."""
    u, found = points(settings), random_networks.kept("scattered", settings.seed, architecture(settings))
    theory, clock = _limit(settings).nngp, streaming.Clock()
    for first in range(0, MEASURED, LANES):
        if first not in found:
            keys = random_networks.keys(settings.seed, Stream.PRIOR_NNGP, first, LANES)
            work = random_networks.outputs(keys, u, architecture(settings))
            found[first] = (yield from streaming.shown(work)).covariance
        if clock.picture() or first + LANES == MEASURED:
            drawn = _above([found[at] for at in range(0, first + 1, LANES)])
            yield {"measured": _scattered(settings, drawn, theory)}


def _network(settings) -> tuple[tuple[np.ndarray, np.ndarray], Architecture]:
    """Return the points as g sees them, its features written out, and the architecture."""
    x, z = points(settings)
    features = np.asarray(fourier_features.embedding(z, architecture(settings).coordinates))
    return (x, features), architecture(settings, coordinates=None)


def _tangents(settings) -> Iterator[dict]:
    """Yield Theta_h: the mean over draws of the empirical hyperkernel."""
    u, chosen = _network(settings)
    found = random_networks.kept("tangents", settings.seed, architecture(settings))
    theory, clock = _limit(settings).hyperkernel, streaming.Clock()
    for first in range(0, TANGENTS, FEW):
        if first not in found:
            keys = random_networks.keys(settings.seed, Stream.PRIOR_HYPERKERNEL, first, FEW)
            work = random_networks.draw(keys, u, chosen)
            found[first] = (yield from streaming.shown(work)).kernel
        if clock.picture() or first + FEW == TANGENTS:
            drawn = _above([found[at] for at in range(0, first + 1, FEW)])
            yield {"tangents": _scattered(settings, drawn, theory)}


def _terms(settings) -> Iterator[dict]:
    """Yield Theta_h of a smooth g, whose weights are written out.

    It is K^(1), pair by pair, of a g no wider than that allows.
    """
    settings = dataclasses.replace(settings, width_g=min(settings.width_g, dense_g.WIDEST))
    (x, z), chosen = _network(settings)
    found = random_networks.kept("terms", settings.seed, architecture(settings))
    theory, clock = _limit(settings).hyperkernel, streaming.Clock()
    for k, (i, j) in enumerate(PAIRS.T):
        if k not in found:
            pair = taylor.problem((x[i], z[i]), (x[j], z[j]), chosen)
            count = min(taylor.lanes(pair) * SLOW, taylor.LANES)
            parts = []
            for first in range(0, count, taylor.lanes(pair)):
                keys = random_networks.keys(settings.seed, Stream.PRIOR_TERMS + k, first, taylor.lanes(pair))
                parts.append((yield from streaming.shown(random_networks.terms(keys, pair)))[:, 1])
            found[k] = np.concatenate(parts)
        if clock.picture() or k == PAIRS.shape[1] - 1:
            entries = np.stack([found[at] for at in range(k + 1)], axis=1)
            yield {"tangents": _scattered(settings, entries, theory)}
