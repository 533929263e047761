"""The second charts of the dynamics study: a fit being learnt, the kernel in training, the loss surface.

Only the chosen one is computed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from hyperviz.studies import draws, flows
from hyperviz.studies.slopes import Slope, slope
from hyperviz.theory import analytic, finite, primary, starts

if TYPE_CHECKING:
    from hyperviz.studies.dynamics import DynamicsSettings

ANGLES, TRAINED = np.linspace(-np.pi / 2, np.pi / 2, 65), np.linspace(-1.4, 1.4, 8)
TARGETS = (lambda t: np.sin(2 * t), lambda t: np.cos(3 * t))  # for the two x
NARROW, KERNEL_DRAWS, KERNEL_TIME = 4, 16, 0.25
SLOW = 512  # networks wider than that are drawn half as often
FAMILIES = {  # name: widths that grow, (n, m) of each, the slope in the limit
    f"only f widens, m = {NARROW}": ((16, 64, 256, 1024), lambda w: (w, NARROW), 0.0),
    "both widen, n = m": ((8, 16, 32, 64), lambda w: (w, w), -0.5),
}
SIDE = np.linspace(-1.0, 2.0, 31)
WIDE = 64  # beside the chosen width
SLICE_TIME = 1.0


class Fit(NamedTuple):
    """Two curves, one for each x, learnt by one start of the infinitely wide f."""

    targets: np.ndarray  # (2, 8) at TRAINED
    times: np.ndarray  # (S,)
    curves: np.ndarray  # (S, 2, 65) at ANGLES
    linear: np.ndarray  # (2, 65): mean with both networks infinitely wide, at the last of these times


class Kernel(NamedTuple):
    """Equation 16: how the tangent kernel moves, over draws."""

    change: dict[tuple[str, int], np.ndarray]  # (family, width) -> |K_t - K_0|/|K_0| of each draw
    speed: dict[tuple[str, int], np.ndarray]  # |dK/dt|/|K_0| at t = 0
    limit: float  # median of the change for n = infinity and m = NARROW, exact
    slopes: dict[str, tuple[Slope | None, Slope | None]]  # family -> of the change, of the speed


class Surface(NamedTuple):
    """The loss on a plane through a start; (0, 0) is the start, (1, 0) where training led."""

    losses: dict[int, np.ndarray]  # m -> (31, 31), rows: second direction

    @property
    def convex(self) -> dict[int, float]:
        """The share of the plane on which the loss curves upwards in every direction."""
        return {m: _convex(values) for m, values in self.losses.items()}


def fit(settings: DynamicsSettings) -> Iterator[dict]:
    """One start at the chosen width, watched at 65 angles for each x."""
    angles = np.concatenate([np.tile(TRAINED, 2), np.tile(ANGLES, 2)])
    which = np.repeat([0, 1, 0, 1], [8, 8, 65, 65])
    z = np.stack([np.sin(angles), np.cos(angles), 0 * angles], 1) * 3**0.5
    x, y = flows.points(settings)[0][:2], np.concatenate([target(TRAINED) for target in TARGETS])
    functions: dict[str, Any] = {"activation_f": settings.activation_f, "activation_g": settings.activation_g}
    limit = analytic.kernels(x[which], z, depth_f=settings.depth_f, depth_g=settings.depth_g, **functions)
    two = jax.tree.map(lambda v: np.asarray(v)[np.ix_((0, 8), (0, 8))], limit)
    task = flows.task(two, which[:16], z[:16], y, np.ones(16))
    g, width = flows.primary_of(settings, [settings.width_g]), flows.pad(settings.width_g)
    state = starts.begin(draws.keys(settings.seed, 3, 0, 1), task, g, flows.room(width, 2))
    member, where = jnp.asarray(which[16:]), jnp.asarray(z[16:], jnp.float32)
    times, curves = [], []
    for now, path in flows.follow(settings, task, state, g):
        if times and path.times[-1, 0] < 1.2 * times[-1] and not path.ended[0]:
            continue
        times.append(float(now.time[0]))
        curves.append(np.asarray(starts.outputs(now.V, g, member, where))[0].reshape(2, 65))
        linear = _linear(np.asarray(limit.hyperkernel), y, times[-1])
        yield {"view": Fit(y.reshape(2, 8), np.array(times), np.array(curves), linear)}


def warm(settings: DynamicsSettings) -> None:
    """Compiles what the views need for one width of g and both of f."""
    model = flows.model(settings)
    next(fit(settings))
    if settings.width_g == NARROW:
        _limit(settings, model)
    for n in flows.WIDTHS_F:
        *_, _ = _movement(settings, model, 0, n, settings.width_g)
    for news in surface(settings):
        if news:
            break


def _linear(kernel, y, t) -> np.ndarray:
    """k(*, U) K^-1 (1 - exp(-2 K t)) Y: the mean over starts once g is wide too."""
    values, vectors = np.linalg.eigh(kernel[:16, :16])
    values = np.maximum(values, 1e-9 * values[-1])
    weights = vectors @ (-np.expm1(-2 * values * t) / values * (vectors.T @ y))
    return (kernel[16:, :16] @ weights).reshape(2, 65)


def kernel(settings: DynamicsSettings) -> Iterator[dict]:
    """All sizes of both families, small ones first."""
    model = flows.model(settings)
    found = Kernel({}, {}, _limit(settings, model), {})
    yield {"view": found}
    sizes = sorted((w, name) for name, (widths, *_) in FAMILIES.items() for w in widths)
    for width, name in sizes:
        n, m = FAMILIES[name][1](width)
        moved = []
        for i in range(KERNEL_DRAWS // (1 + (n > SLOW))):
            moved.append((yield from _movement(settings, model, 100 + i, n, m)))
        change, speed = np.array([v for v in moved if v is not None]).reshape(-1, 2).T
        found = found._replace(
            change=found.change | {(name, width): change}, speed=found.speed | {(name, width): speed}
        )
        found = found._replace(slopes={f: _slopes(found, f) for f in FAMILIES})
        yield {"view": found}


def _slopes(found: Kernel, name: str) -> tuple[Slope | None, Slope | None]:
    """Of the median over draws, once all sizes of the family are there."""
    widths = FAMILIES[name][0]
    if not all(len(found.change.get((name, w), ())) for w in widths):
        return None, None
    change, speed = ([kind[name, w] for w in widths] for kind in (found.change, found.speed))
    return slope(widths, change, _median), slope(widths, speed, _median)


def _median(samples: np.ndarray) -> np.ndarray:
    return np.median(samples, axis=-1)


def _movement(settings, model: flows.Model, i: int, n: int, m: int):
    """The change and the speed of one network's kernel; None where it is dead and has none."""
    net, w = flows.network(settings, i, n, m)
    K, slope_of_K = (np.asarray(v) for v in finite.drift(w, net, model.task, model.x))
    training, until = finite.begin(w), min(KERNEL_TIME, settings.time)
    for _ in range(40):
        yield {}
        began = time.monotonic()
        while float(training.time) < until * (1 - 1e-6) and time.monotonic() - began < draws.STEP:
            training = finite.advance(training, net, model.task, model.x, settings.step, until, 2)
    after = np.asarray(finite.kernel(training.net, net, model.task, model.x))
    size = np.linalg.norm(K)
    return (np.linalg.norm(after - K) / size, np.linalg.norm(slope_of_K) / size) if size > 0 else None


def _limit(settings, model: flows.Model) -> float:
    """The same change for n = infinity and m = NARROW, over as many starts as there are lanes."""
    width, lanes = flows.pad(NARROW), flows.LANES[flows.pad(NARROW)]
    g, until = flows.primary_of(settings, [NARROW] * lanes), min(KERNEL_TIME, settings.time)
    state = flows.begin(settings, model, g, width, 4, 0)
    K = np.asarray(starts.kernels(state, model.task, g))
    blocks = flows.PATIENCE * max(1, round(until / settings.step / starts.BLOCK))
    state = starts.advance(state, model.task, g, settings.step, until, jnp.int32(blocks), np.bool_(False))
    change = np.linalg.norm(np.asarray(starts.kernels(state, model.task, g)) - K, axis=(1, 2))
    size = np.linalg.norm(K, axis=(1, 2))
    return float(np.median(change[size > 0] / size[size > 0])) if (size > 0).any() else 0.0


def surface(settings: DynamicsSettings) -> Iterator[dict]:
    """The chosen width beside a wide one."""
    model, losses = flows.model(settings), {}
    for m in dict.fromkeys((settings.width_g, WIDE)):
        width = flows.pad(m)
        g = flows.primary_of(settings, [m] * flows.LANES[width])
        begun = flows.begin(settings, model, g, width, 5, 0)
        way = flows.follow(flows.brief(settings, SLICE_TIME), model.task, begun, g)
        state, _ = yield from flows.quietly(way)
        one = g._replace(width=jnp.int32(m))
        V, trained = (jax.tree.map(lambda v: v[0], s.V) for s in (begun, state))
        gradients = starts.gradients(V, model.task, one)
        first, second = _directions(settings, model, V, trained, gradients)
        losses[m] = np.asarray(starts.slice_losses(V, first, second, SIDE.astype(np.float32), model.task, one))
        yield {"view": Surface(dict(losses))}


def _directions(settings, model: flows.Model, V, trained, gradients) -> tuple:
    """Two directions of f's weights: where training led, and a random combination of the points' gradients.

    A movement dV = Theta_f B has the length sum_ij Theta_f,ij B_i . B_j in f's weights; both have the same, at a
    right angle.
    """
    flat = [_flat(tree) for tree in (jax.tree.map(jnp.subtract, trained, V), gradients)]
    theta = np.asarray(model.task.theta, np.float64)
    signs = np.random.default_rng([settings.seed, 5]).choice([-1.0, 1.0], flows.POINTS)
    first, second = flat[0], theta @ (signs[:, None] * flat[1])
    inverse = np.linalg.pinv(theta, rcond=1e-6, hermitian=True)

    def inner(a, b):
        return float(np.sum((inverse @ a) * b))

    size = inner(first, first)
    if size > 0:
        second = second - inner(first, second) / size * first
    other = inner(second, second)
    second = second * (max(size, 1e-12) / other) ** 0.5 if other > 0 else second
    return jax.tree.map(jnp.subtract, trained, V), _unflat(second, V)


def _flat(tree: primary.Weights) -> np.ndarray:
    """(points, weights) in float64."""
    parts = (tree.first, jnp.moveaxis(tree.middle, 1, 0), tree.last)
    return np.concatenate([np.asarray(v, np.float64).reshape(flows.POINTS, -1) for v in parts], 1)


def _unflat(flat: np.ndarray, like: primary.Weights) -> primary.Weights:
    sizes = np.cumsum([v.size // flows.POINTS for v in like])[:-1]
    first, middle, last = np.split(flat.astype(np.float32), sizes, axis=1)
    D, k, m, _ = like.middle.shape
    middle = np.moveaxis(middle.reshape(k, D, m, m), 1, 0)
    return primary.Weights(*map(jnp.asarray, (first.reshape(like.first.shape), middle, last)))


def _convex(losses: np.ndarray) -> float:
    """Second differences on the grid: the share where the smaller eigenvalue is not below rounding."""
    inside = slice(1, -1), slice(1, -1)
    aa = losses[1:-1, 2:] - 2 * losses[inside] + losses[1:-1, :-2]
    bb = losses[2:, 1:-1] - 2 * losses[inside] + losses[:-2, 1:-1]
    ab = (losses[2:, 2:] - losses[2:, :-2] - losses[:-2, 2:] + losses[:-2, :-2]) / 4
    smaller = (aa + bb) / 2 - np.sqrt(((aa - bb) / 2) ** 2 + ab**2)
    return float(np.mean(smaller >= -1e-4 * np.abs(losses).max()))


def rows(settings: DynamicsSettings, found: Fit | Kernel | Surface | None) -> list[dict]:
    """What the second chart adds to the table."""
    at = {"width_f": np.inf, "width_g": settings.width_g, "depth_g": settings.depth_g}
    if isinstance(found, Fit):
        keys = [{"time": t, "x": i, "theta": a} for t in found.times for i in (0, 1) for a in ANGLES]
        return [at | k | {"quantity": "fit", "value": v} for k, v in zip(keys, found.curves.ravel(), strict=True)]
    if isinstance(found, Surface):
        return [at | {"width_g": m, "quantity": "convex", "value": share} for m, share in found.convex.items()]
    return [] if found is None else _kernel_rows(settings, found)


def _kernel_rows(settings, found: Kernel) -> list[dict]:
    """Medians over draws, and the slopes with those of the limit."""
    table = []
    for quantity, kind in (("kernel_change", found.change), ("kernel_speed", found.speed)):
        for (name, width), values in kind.items():
            n, m = FAMILIES[name][1](width)
            error = 1.2533 * np.std(values) / max(len(values), 1) ** 0.5  # of the median of normal draws
            at = {"width_f": n, "width_g": m, "depth_g": settings.depth_g, "starts": len(values), "line": name}
            table.append(at | {"quantity": quantity, "value": _median(values), "stderr": error})
    for name, fits in found.slopes.items():
        for quantity, fit in zip(("slope_change", "slope_speed"), fits, strict=True):
            if fit:
                at = {"line": name, "quantity": quantity, "theory": FAMILIES[name][2]}
                table.append(at | {"value": fit.value, "stderr": (fit.high - fit.low) / 3.92})
    return table


VIEWS = {"fit": fit, "kernel": kernel, "surface": surface}
