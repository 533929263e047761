"""Follow the gradient flow of an infinitely wide f that writes a finite g: exact, not approximated.

In the limit n = infinity the outputs V_i = f(x_i) start jointly Gaussian, independent from weight to weight with
covariance S between inputs, and the training of f moves them by its tangent kernel Theta_f alone:
    dV_i/dt = -sum_j Theta_f(x_i, x_j) l'(h_j) grad_V g(z_j; V_j),   h_j = g(z_j; V_j),   l' = 2 (h - y).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import ArrayLike, Float, Int, Real

from hyperviz.errors import InvalidInput, OutOfRange
from hyperviz.runtime import arrays, compilation
from hyperviz.runtime.compilation import AnyArray, compiled
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import analytic, validation
from hyperviz.theory.dynamics import factored_g
from hyperviz.theory.dynamics.factored_g import SizedG, Weights
from hyperviz.theory.gram import gram_factors
from hyperviz.theory.smooth_activations import activation_g as of_g
from hyperviz.theory.validation import Unchecked

LARGEST = 1e12  # of a loss: beyond, the step was too large for the kernel, and the start is left as it is

DIFFERENCE = "take the difference of two runs with the same key"  # what to do instead of a gradient


class Task(NamedTuple):
    """Hold what is learnt, and all that f is in the limit: its two kernels at the k distinct x."""

    root: Float[AnyArray, "k k"]  # R with R^T R = S
    theta: Float[AnyArray, "k N"]  # Theta_f(x_c, x_member(j)); zero where point j is only padding
    member: Int[AnyArray, " N"] | None  # which x point j has; None where each has its own, in order
    z: Float[AnyArray, "N m0"]
    y: Float[AnyArray, " N"]
    real: Float[AnyArray, " N"]  # 1, or 0 for padding


class Trajectory(NamedTuple):
    """Hold the loss sum_j (h_j - y_j)^2 before each step and after the last, and h beside it."""

    loss: Float[AnyArray, " steps+1"]
    outputs: Float[AnyArray, "steps+1 N"]
    predictions: Float[AnyArray, "steps+1 M"]  # at the test inputs


@in_float64
def infinite_f(
    key: Unchecked,
    x: Real[ArrayLike, "N n0"],
    z: Real[ArrayLike, "N m0"],
    y: Real[ArrayLike, " N"],
    *,
    depth_f: int,
    depth_g: int,
    width_g: int,
    step: float,
    steps: int,
    activation_f: str = "relu",
    activation_g: str = "relu",
    test: tuple[Real[ArrayLike, "M n0"], Real[ArrayLike, "M m0"]] | None = None,
) -> Trajectory:
    """Follow one start of the exact n = infinity gradient flow, by explicit Euler steps (mu = 1).

        V_i' = -2 sum_j Theta_f(x_i, x_j) r_j grad_V g(z_j; V_j),    r_j = g(z_j; V_j) - y_j

    One key is one start: `vmap` over keys gives many. A step costs time and memory linear in g's number of weights.

    Args:
        key: of jax.random, or an integer, or a NumPy Generator, which moves on.
        x, z, y: the training points, (N, n_0), (N, m_0) and (N,); float32 unless float64 comes.
        depth_f, depth_g: L and H.
        width_g: m.
        step: the length of a step in units of time, above 0.
        steps: how many.
        activation_f, activation_g: sigma and phi, "relu" or "leaky_relu".
        test: None, or the pairs (M, n_0), (M, m_0) at which h is predicted along the way.

    Returns:
        Trajectory of loss (steps + 1,), outputs and predictions.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.
        OutOfRange: the step is too large and the loss leaves every bound; under a transformation such a start's loss is
            infinite from there on.

    References:
        section 3, "infinitely wide f".

    Example:
        >>> import jax, numpy as np
        >>> x, y = np.sqrt(2) * np.eye(2), np.array([1.0, -1.0])
        >>> sizes = {"depth_f": 2, "depth_g": 2, "width_g": 16, "step": 0.01, "steps": 200}
        >>> loss = infinite_f(jax.random.key(0), x, x, y, **sizes).loss
        >>> loss.shape, bool(loss[-1] < 1e-3 * loss[0])
        ((201,), True)
    """
    sizes = {"depth_f": depth_f, "depth_g": depth_g, "width_g": width_g, "steps": steps}
    for name, size in sizes.items():
        validation.static(name, size)
    x, z, y, step = validation.without_gradient("infinite_f", x, z, y, step, instead=DIFFERENCE)
    points = [validation.points("x", x), validation.points("z", z)]
    validation.same_length(*points)
    tests = _tests(points, test)
    targets = _targets(y, points[0])
    H, m = validation.at_least("depth_g", depth_g, 1), validation.at_least("width_g", width_g, 1)
    step, steps = validation.positive("step", step), validation.at_least("steps", steps, 0)
    g = SizedG(H, m, of_g(activation_g))
    dtype = jnp.result_type(*points)
    x, z = (jnp.concatenate([a, b]).astype(dtype) for a, b in zip(points, tests, strict=True))
    every = task(x, z, jnp.concatenate([targets, jnp.zeros(len(tests[0]))]), depth_f, activation_f)
    N = len(points[0])
    member = jnp.arange(len(x)) if every.member is None else every.member
    learnt = every._replace(**{name: getattr(every, name)[:N] for name in ("z", "y", "real")}, theta=every.theta[:, :N])
    learnt = learnt._replace(member=None if every.member is None and not len(tests[0]) else member[:N])
    found = _run(validation.key(key), learnt, (member[N:], every.z[N:]), g, step, H, m, steps)
    if not compilation.traced(*found) and not np.isfinite(found.loss).all():
        raise OutOfRange(too_large(step, int(np.argmin(np.isfinite(found.loss)))))
    return found


def too_large(step: float, after: int) -> str:
    """Return what to say of a start whose loss grew without bound."""
    return (
        f"step must be small against 1/(largest eigenvalue of the kernel); got {step:g}, with which the loss "
        f"ran off after {after} steps: take a smaller step."
    )


def _targets(y, x):
    y = y if compilation.traced(y) else validation.points("y", arrays.real("y", y).reshape(-1, 1))[:, 0]
    if y.shape != x.shape[:1]:
        raise InvalidInput(f"y must hold one target for each of the {len(x)} points; got shape {y.shape}.")
    return y


def _tests(points, test):
    if test is None:
        return [p[:0] for p in points]
    tests = [validation.points(f"test {name}", v) for name, v in zip("xz", validation.pair("test", test), strict=True)]
    validation.same_length(*tests)
    for p, t, name in zip(points, tests, "xz", strict=True):
        validation.same_width(p, t, name, f"test {name}")
    return tests


def task(x: Float[AnyArray, "N n0"], z: Float[AnyArray, "N m0"], y, depth_f: int, activation_f: str = "relu") -> Task:
    """Return the task of learning h(x_j, z_j) = y_j with an infinitely wide f of depth L."""
    distinct, member = x, None
    if not compilation.traced(x):
        values, inverse = np.unique(np.asarray(x), axis=0, return_inverse=True)
        if len(values) < len(x):
            distinct, member = jnp.asarray(values), jnp.asarray(inverse.reshape(-1))
    pixel = jnp.ones((len(distinct), 1), x.dtype)
    limit = analytic.kernels(distinct, pixel, depth_f=depth_f, depth_g=1, activation_f=activation_f)
    root = gram_factors.factor(limit.nngp_f).half
    return Task(
        root, factored_g.at(limit.ntk_f.T, member).T, member, z, jnp.asarray(y, x.dtype), jnp.ones(len(z), x.dtype)
    )


def start(key, task: Task, g: SizedG, room: Weights) -> Weights:
    """Draw V at time 0: normals with covariance S between the inputs, where g has a weight."""
    sizes = np.cumsum([v.size for v in room])
    flat = jax.random.normal(key, (sizes[-1],), room.first.dtype)  # in other shapes it takes seconds to compile
    draw = Weights(*(v.reshape(r.shape) for v, r in zip(jnp.split(flat, sizes[:-1]), room, strict=True)))
    mixed = [
        jnp.einsum(f"bc,{axes}->{axes.replace('b', 'c')}", task.root, v)
        for axes, v in zip(("bij", "lbij", "bi"), draw, strict=True)
    ]
    return jax.tree.map(jnp.multiply, Weights(*mixed), factored_g.mask(g, room))


def euler(task: Task, g: SizedG, V: Weights, step) -> tuple[Weights, Float[AnyArray, ""], Float[AnyArray, " N"]]:
    """Return V one step later, and the loss and the outputs h before it."""
    now = look(task, g, V)
    return pulled(task, g, V, now, step * now.gap), now.loss, now.h


class Look(NamedTuple):
    """Hold a start as it is: infinite where the loss has left every bound, and then it is left as it is."""

    h: Float[AnyArray, " N"]
    gap: Float[AnyArray, " N"]  # h - y, 0 at padding
    loss: Float[AnyArray, ""]
    factors: factored_g.GradientFactors


def look(task: Task, g: SizedG, V: Weights) -> Look:
    """Return what a step needs to know of V."""
    h, pre = factored_g.forward(g, V, task.member, task.z)
    gap = (h - task.y) * task.real
    loss = jnp.sum(gap**2)
    factors = factored_g.backward(g, V, task.member, task.z, pre)
    sound = loss < LARGEST  # false for NaN too
    return Look(jnp.where(sound, h, jnp.inf), gap, jnp.where(sound, loss, jnp.inf), factors)


def pulled(task: Task, g: SizedG, V: Weights, now: Look, pull: Float[AnyArray, " N"]) -> Weights:
    """Return V moved down the gradient of the squared loss; pull: the gaps times the length of the step."""
    return factored_g.descend(g, V, now.factors, task.theta * jnp.where(jnp.isfinite(now.loss), 2 * pull, 0))


@compiled(static_argnames=("depth", "width", "steps"))
def _run(key, task: Task, test, g: SizedG, step, depth: int, width: int, steps: int) -> Trajectory:
    room = factored_g.zeros(len(task.root), task.z.shape[1], width, depth, task.z.dtype)

    def one(V, _):
        after, loss, h = euler(task, g, V, step)
        return after, (loss, h, factored_g.forward(g, V, *test)[0])

    V, found = jax.lax.scan(one, start(key, task, g, room), length=steps)
    last = one(V, None)[1]
    return Trajectory(*(jnp.concatenate([a, b[None]]) for a, b in zip(found, last, strict=True)))
