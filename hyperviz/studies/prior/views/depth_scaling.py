"""Compute what depth does to the prior: correlations drift to 1, and kernel matrices become singular."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.limit_kernels import kernels
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.prior.limits import on_circle, pair
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.theory.sampling.schedule import MAX_DEPTH

DEPTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
POINTS = 7  # of the condition number
DRAWS, LANES = 64, 8
NETWORKS = {"depth_f": "f", "depth_g": "g"}


class Deepened(NamedTuple):
    """Hold the kernels of the pair and of POINTS random points as one network gets deeper, the other as chosen."""

    S: np.ndarray  # (DEPTHS,) correlation of f's outputs
    nngp: np.ndarray  # (DEPTHS,) Lambda^H(u, u') over the diagonal's root
    hyperkernel: np.ndarray  # (DEPTHS,) the same of Theta_h
    same_x: np.ndarray  # (DEPTHS,) Lambda^H((x, z), (x, z')) over the diagonal's root
    condition: np.ndarray  # (DEPTHS, 2) of the matrices Lambda^H, Theta_h; inf where singular
    measured: dict[int, tuple[float, float]]  # depth -> correlation of h(u), h(u') over draws, its standard error


def stream(settings: PriorSettings) -> Iterator[dict]:
    """Yield the limits of both at once, then the draws."""
    parts: dict[str, Deepened] = {}
    for name in NETWORKS:
        parts[name] = _limits(settings, name)
        yield {name: parts[name]}
    for depth in (d for d in DEPTHS if d <= MAX_DEPTH):
        for name in NETWORKS:
            measured = yield from _measure(settings, name, depth)
            parts[name] = parts[name]._replace(measured=parts[name].measured | {depth: measured})
            yield {name: parts[name]}


def _limits(settings, name) -> Deepened:
    """Return one exact kernel matrix a depth, over the pair and the random points together."""
    rng = random_generator(settings.seed, Stream.PRIOR_DEPTH_POINTS)
    x, z = (on_circle(rng.uniform(0, np.pi, POINTS)).astype(np.float64) for _ in range(2))
    (x0, x1), (z0, z1) = (points.astype(np.float64) for points in pair())
    x, z, rows = np.concatenate([[x0, x1, x0], x]), np.concatenate([[z0, z1, z1], z]), []
    for depth in DEPTHS:
        found = kernels(architecture(settings, **{name: depth}), x, z)
        S, nngp, hyper = found.nngp_f, found.nngp, found.hyperkernel
        correlations = [*map(_correlation, (S, nngp, hyper)), _correlation(nngp, 2)]
        rows.append((correlations, [_condition(k[3:, 3:]) for k in (nngp, hyper)]))
    correlations, condition = (np.array(v) for v in zip(*rows, strict=True))
    return Deepened(*correlations.T, condition, {})  # pyright: ignore[reportCallIssue]


def _correlation(kernel, other=1) -> float:
    return float(kernel[0, other] / np.sqrt(kernel[0, 0] * kernel[other, other]))


def _condition(kernel) -> float:
    """Return the largest over the smallest eigenvalue; infinite where float64 cannot tell the smallest from 0."""
    values = np.linalg.eigvalsh(kernel)
    return float(values[-1] / values[0]) if values[0] > 1e-14 * values[-1] else np.inf


def _measure(settings, name, depth):
    """Return the correlation of the covariances given the hidden layers, and its error from halves left out in turn."""
    chosen = architecture(settings, **{name: depth})
    found = random_networks.kept("depth", settings.seed, chosen)
    for first in range(0, DRAWS, LANES):
        if first not in found:
            keys = random_networks.keys(settings.seed, Stream.PRIOR_DEPTH, first, LANES)
            work = random_networks.outputs(keys, pair(), chosen)
            found[first] = (yield from streaming.shown(work)).covariance
    covariances = np.concatenate([found[first] for first in range(0, DRAWS, LANES)])
    total = covariances.sum(0)
    left_out = np.array([_safe(total - one) for one in covariances])
    error = np.sqrt((len(left_out) - 1) * np.mean((left_out - left_out.mean()) ** 2))  # the jackknife's
    return _safe(total), float(error)


def _safe(kernel) -> float:
    """Return the correlation; 0 where every network is dead."""
    return _correlation(kernel) if kernel[0, 0] * kernel[1, 1] > 0 else 0.0
