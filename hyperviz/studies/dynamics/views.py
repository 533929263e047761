"""Compute the second charts of the dynamics study: a fit being learnt, the kernel in training, the loss surface.

Only the chosen one is computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import jax
import numpy as np

from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.limit_kernels import LimitMatrices, kernels
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.dynamics import kernel_drift, trajectories
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.theory import gradient_flow
from hyperviz.theory.dynamics import factored_g, implicit_flow
from hyperviz.theory.validation import whole

ANGLES, TRAINED = np.linspace(-np.pi / 2, np.pi / 2, 65), np.linspace(-1.4, 1.4, 8)
TARGETS = (lambda t: np.sin(2 * t), lambda t: np.cos(3 * t))  # for the two x
SIDE = np.linspace(-1.0, 2.0, 31)
WIDE = 64  # beside the chosen width
SLICE_TIME = 1.0


class LearntCurves(NamedTuple):
    """Hold two curves, one for each x, learnt by one start of the infinitely wide f."""

    targets: np.ndarray  # (2, 8) at TRAINED
    times: np.ndarray  # (S,)
    curves: np.ndarray  # (S, 2, 65) at ANGLES
    linear: np.ndarray  # (2, 65): mean with both networks infinitely wide, at the last of these times


class LossSurface(NamedTuple):
    """Hold the loss on a plane through a start; (0, 0) is the start, (1, 0) where training led."""

    losses: dict[int, np.ndarray]  # m -> (31, 31), rows: second direction

    @property
    def convex(self) -> dict[int, float]:
        """Return the share of the plane on which the loss curves upwards in every direction."""
        return {m: _convex(values) for m, values in self.losses.items()}


def fit(settings: DynamicsSettings) -> Iterator[dict]:
    """Yield one start at the chosen width as it learns, watched at 65 angles for each x."""
    angles = np.concatenate([np.tile(TRAINED, 2), np.tile(ANGLES, 2)])
    which = np.repeat([0, 1, 0, 1], [8, 8, 65, 65])
    z = np.stack([np.sin(angles), np.cos(angles), 0 * angles], 1) * 3**0.5
    x, y = trajectories.points(settings)[0][:2], np.concatenate([target(TRAINED) for target in TARGETS])
    limit = kernels(random_networks.architecture(settings), x[which], z)
    two = LimitMatrices(*(v[np.ix_((0, 8), (0, 8))] for v in limit))
    task = trajectories.task(two, which[:16], z[:16], y, np.ones(16))
    g, width = trajectories.primary_of(settings, [settings.width_g]), trajectories.pad(settings.width_g)
    key = random_networks.keys(settings.seed, Stream.DYNAMICS_FIT, 0, 1)
    state = implicit_flow.begin(key, task, g, trajectories.room(width, 2))
    state = state._replace(V=trajectories.widened(state.V))
    member, where = which[16:], z[16:].astype(np.float32)
    times, curves = [], []
    for now, path in trajectories.follow(settings, task, state, g):
        if now is None or (times and path.times[-1, 0] < 1.2 * times[-1] and not path.ended[0]):
            yield {}
            continue
        times.append(float(np.asarray(now.time)[0]))
        curves.append(np.asarray(implicit_flow.outputs(now.V, g, member, where))[0].reshape(2, 65))
        linear = _linear(limit.hyperkernel, y, times[-1])
        yield {"view": LearntCurves(y.reshape(2, 8), np.array(times), np.array(curves), linear)}


def warm(settings: DynamicsSettings) -> None:
    """Compile what the views need for one width of g and both of f."""
    next(fit(settings))
    kernel_drift.warm(settings)
    if settings.width_g == kernel_drift.NARROW:  # of the others it is the same
        next(parts for parts in surface(settings) if parts)


def _linear(kernel, y, t) -> np.ndarray:
    """Return k(*, U) K^-1 (1 - exp(-2 K t)) Y: the mean over starts once g is wide too."""
    values, vectors = np.linalg.eigh(kernel[:16, :16])
    values = np.maximum(values, 1e-9 * values[-1])
    weights = vectors @ (gradient_flow.spectral_filter(values, t) * (vectors.T @ y))
    return (kernel[16:, :16] @ weights).reshape(2, 65)


def surface(settings: DynamicsSettings) -> Iterator[dict]:
    """Yield the loss surface of the chosen width, then that of a wide one beside it."""
    model, losses = trajectories.model(settings), {}
    for m in dict.fromkeys((settings.width_g, WIDE)):
        width = trajectories.pad(m)
        g = trajectories.primary_of(settings, [m] * trajectories.LANES[width])
        begun = yield from trajectories.begin(settings, model, g, width, Stream.DYNAMICS_SURFACE, 0)
        way = trajectories.follow(trajectories.brief(settings, SLICE_TIME), model.task, begun, g)
        state, _ = yield from trajectories.quietly(way)
        one = g._replace(width=whole(m))
        V, trained = (trajectories.widened(jax.tree.map(lambda v: np.asarray(v)[0], s.V)) for s in (begun, state))
        gradients = implicit_flow.gradients(V, model.task, one)
        first, second = _directions(settings, model, V, trained, gradients)
        losses[m] = np.asarray(implicit_flow.slice_losses(V, first, second, SIDE.astype(np.float32), model.task, one))
        yield {"view": LossSurface(dict(losses))}


def _directions(settings, model: trajectories.PaddedLimits, V, trained, gradients) -> tuple:
    """Return two directions of f's weights: where training led, and a random combination of the points' gradients.

    A movement dV = Theta_f B has the length sum_ij Theta_f,ij B_i . B_j in f's weights; both have the same, at a
    right angle.
    """
    flat = [_flat(tree) for tree in (jax.tree.map(np.subtract, trained, V), gradients)]
    theta = np.asarray(model.task.theta, np.float64)
    signs = random_generator(settings.seed, Stream.DYNAMICS_DIRECTIONS).choice([-1.0, 1.0], trajectories.POINTS)
    first, second = flat[0], theta @ (signs[:, None] * flat[1])
    inverse = np.linalg.pinv(theta, rcond=1e-6, hermitian=True)

    def inner(a, b):
        return float(np.sum((inverse @ a) * b))

    size = inner(first, first)
    if size > 0:
        second = second - inner(first, second) / size * first
    other = inner(second, second)
    second = second * (max(size, 1e-12) / other) ** 0.5 if other > 0 else second
    return jax.tree.map(np.subtract, trained, V), _unflat(second, V)


def _flat(tree: factored_g.Weights) -> np.ndarray:
    """Return the weights as (points, weights) in float64."""
    parts = (tree.first, np.moveaxis(np.asarray(tree.middle), 1, 0), tree.last)
    return np.concatenate([np.asarray(v, np.float64).reshape(trajectories.POINTS, -1) for v in parts], 1)


def _unflat(flat: np.ndarray, like: factored_g.Weights) -> factored_g.Weights:
    sizes = np.cumsum([v.size // trajectories.POINTS for v in like])[:-1]
    first, middle, last = np.split(flat.astype(np.float32), sizes, axis=1)
    D, k, m, _ = like.middle.shape
    middle = np.moveaxis(middle.reshape(k, D, m, m), 1, 0)
    return factored_g.Weights(first.reshape(like.first.shape), middle, last)


def _convex(losses: np.ndarray) -> float:
    """Return the share of the grid where the smaller eigenvalue of the second differences is not below rounding."""
    inside = slice(1, -1), slice(1, -1)
    aa = losses[1:-1, 2:] - 2 * losses[inside] + losses[1:-1, :-2]
    bb = losses[2:, 1:-1] - 2 * losses[inside] + losses[:-2, 1:-1]
    ab = (losses[2:, 2:] - losses[2:, :-2] - losses[:-2, 2:] + losses[:-2, :-2]) / 4
    smaller = (aa + bb) / 2 - np.sqrt(((aa - bb) / 2) ** 2 + ab**2)
    return float(np.mean(smaller >= -1e-4 * np.abs(losses).max()))


def rows(settings: DynamicsSettings, found: LearntCurves | kernel_drift.Kernel | LossSurface | None) -> list[dict]:
    """Return what the second chart adds to the table."""
    at = {"width_f": np.inf, "width_g": settings.width_g, "depth_g": settings.depth_g}
    if isinstance(found, LearntCurves):
        keys = [{"time": t, "x": i, "theta": a} for t in found.times for i in (0, 1) for a in ANGLES]
        return [at | k | {"quantity": "fit", "value": v} for k, v in zip(keys, found.curves.ravel(), strict=True)]
    if isinstance(found, LossSurface):
        return [at | {"width_g": m, "quantity": "convex", "value": share} for m, share in found.convex.items()]
    return [] if found is None else kernel_drift.rows(settings, found)


VIEWS = {"fit": fit, "kernel": kernel_drift.stream, "surface": surface}
