"""Draw empirical hyperkernels, and outputs beside them, of random hypernetworks of any width (by `conditioning`)."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import ArrayLike, Float, Real

from hyperviz.runtime import compilation
from hyperviz.runtime.compilation import AnyArray, compiled
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import validation
from hyperviz.theory.activations import activation, root
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.inputs import unit_rows
from hyperviz.theory.sampling import conditioning, forward_pass
from hyperviz.theory.sampling.conditioning import DrawState, Net, Problem
from hyperviz.theory.sampling.progress import Progress
from hyperviz.theory.sampling.schedule import MAX_DEPTH, advance, room, tick, ticks
from hyperviz.theory.validation import Unchecked

HEADROOM = 1e6  # a draw's kernel exceeds |x|^(2H) |z|^2 by its depths and its heavy tail


class Draw(NamedTuple):
    """Hold h(u_i) and K_h(u_i, u_j) of one random hypernetwork on K points."""

    value: Float[AnyArray, " K"]
    kernel: Float[AnyArray, "K K"]


def _draw(problem: Problem, key) -> Draw:
    state = advance(problem, key, conditioning.start(problem, MAX_DEPTH), jnp.sum(ticks(problem)))
    return Draw(state.value, state.kernel)


_draw_one = compiled(_draw)
_PER_LANE = DrawState._make([None] + [0] * (len(DrawState._fields) - 1))  # lanes share the tick: a switch stays one


def _start_many(problem: Problem, lanes: int) -> DrawState:
    """Return every lane at its start, made by NumPy."""
    one = conditioning.start(problem, MAX_DEPTH)
    every = jax.tree.map(lambda v: np.broadcast_to(v, (lanes, *v.shape)), one)
    return every._replace(tick=one.tick)


@compiled
def _advance_many(problem: Problem, keys, states: DrawState, until) -> DrawState:
    one = jax.vmap(partial(tick, problem), in_axes=(0, _PER_LANE, 0), out_axes=(_PER_LANE, 0))
    buffer = jnp.zeros((len(keys), room(problem)), jnp.float32)
    return jax.lax.while_loop(lambda c: c[0].tick < until, lambda c: one(keys, *c), (states, buffer))[0]


@in_float64
def problem(x, z, architecture: Architecture) -> tuple[Problem, Float[AnyArray, " K"]]:
    """Return the points as Gram matrices of inputs of norm sqrt(n_0) and sqrt(m_0), and h's scale at each point.

    h is homogeneous, of degree H in |x| and 1 in |z|, so norms never meet float32's range inside a draw.
    """
    L, n, H, m = validation.sizes(architecture, MAX_DEPTH)
    x, z = validation.without_gradient("hyperkernel", x, z)
    with jax.ensure_compile_time_eval():  # inside jit too, known points are looked at: the same key, the same numbers
        x, z = validation.points("x", x), validation.points("z", z)
        validation.same_length(x, z)
        (x, r), (z, t) = unit_rows(x.astype(jnp.float64)), unit_rows(z.astype(jnp.float64))
        distinct, member = forward_pass.distinct(x)
    scale = root(r) ** (H if compilation.traced(H) else float(H)) * root(t)
    phi = activation(architecture.activation_g, architecture.alpha)  # a smooth g is refused by name
    S0, Sigma0 = ((v @ v.T).astype(jnp.float32) for v in (distinct, z))
    return Problem(Net(S0, L, n, architecture.sigma), Net(Sigma0, H, m, phi), member), scale


@in_float64
def draw(key: Unchecked, x: Unchecked, z: Unchecked, **architecture: Any) -> Draw:
    """Draw the output and the empirical hyperkernel of one random hypernetwork.

        h(u_i) = g(z_i; f(x_i; w)),    K_h(u_i, u_j) = <grad_w h(u_i), grad_w h(u_j)>

    Args:
        key, x, z: as in `hyperkernel`.
        architecture: its keyword arguments: depth_f, depth_g, width_f, width_g, activation_f, activation_g, alpha.

    Returns:
        Draw of value (K,) and kernel (K, K), float32, both of the same network; errors as in `hyperkernel`.

    References:
        eq. 12, Theorems 2 and 3: value is N(0, Lambda^H) in the limit, kernel is Theta_h.

    Example:
        >>> import jax, numpy as np
        >>> points = np.sqrt(2) * np.eye(2)
        >>> found = draw(jax.random.key(0), points, points, depth_f=2, depth_g=2, width_f=100, width_g=100)
        >>> found.value.shape, found.kernel.shape
        ((2,), (2, 2))
    """
    key = validation.key(key)
    what, scale = problem(x, z, Architecture(**architecture))
    if not compilation.traced(scale):
        for margin in (1, HEADROOM):
            validation.in_range(margin * scale**2, jnp.float32, "the hyperkernel of these points")
    unit = _draw_one(what, key)
    factor = scale.astype(jnp.float32)
    return Draw(unit.value * factor, unit.kernel * (scale[:, None] * scale).astype(jnp.float32))


def hyperkernel(
    key: Unchecked,
    x: Real[ArrayLike, "K n0"],
    z: Real[ArrayLike, "K m0"],
    *,
    depth_f: Unchecked,
    depth_g: Unchecked,
    width_f: Unchecked,
    width_g: Unchecked,
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
) -> Float[AnyArray, "K K"]:
    """Draw the empirical hyperkernel of one random hypernetwork on K pairs u_i = (x_i, z_i).

        K_h(u_i, u_j) = <grad_w h(u_i), grad_w h(u_j)>

    It is exact in law at every width, in memory that does not depend on it. Pseudo-inverses have a tolerance of 1e-6.

    Args:
        key: of jax.random, or an integer, or a NumPy Generator, which moves on.
        x, z: the pairs, (K, n_0) and (K, m_0); x repeated or distinct.
        depth_f, depth_g: L and H, 1 to MAX_DEPTH; may be traced.
        width_f, width_g: n and m, neurons of each hidden layer, at least 1; may be traced.
        activation_f, activation_g: sigma and phi, "relu" or "leaky_relu".
        alpha: slope of leaky ReLU below zero, in [-1, 1].

    Returns:
        K_h, (K, K), float32.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.
        OutOfRange: the kernel, which grows as |x|^(2H) |z|^2, may leave the range of float32.

    References:
        eq. 12, Theorem 3.

    Example:
        >>> import jax, numpy as np
        >>> x, z = np.sqrt(2) * np.array([[1.0, 0.0], [1.0, 0.0]]), np.sqrt(2) * np.eye(2)
        >>> sizes = {"depth_f": 3, "depth_g": 3, "width_f": 10**6, "width_g": 10**6}
        >>> np.round(np.asarray(hyperkernel(jax.random.key(0), x, z, **sizes)))  # the limit: 9 on the diagonal
        array([[9., 2.],
               [2., 9.]], dtype=float32)
    """
    sizes = {"depth_f": depth_f, "depth_g": depth_g, "width_f": width_f, "width_g": width_g}
    return draw(key, x, z, **sizes, activation_f=activation_f, activation_g=activation_g, alpha=alpha).kernel


@in_float64
def begin(keys, what: Problem) -> Progress:
    """Return draws of `what`, one for each key, before their first step; see Progress."""
    return Progress(what, keys, _start_many(what, len(keys)), tuple(np.cumsum(ticks(what)).tolist()), len(keys))


@in_float64
def advance_by(progress: Progress, steps: int, *, within_stage: bool = True) -> Progress:
    """Return the draws `steps` ticks further: a draw at a huge width in pieces as short as one likes."""
    until = progress.until(steps, within_stage)
    state = _advance_many(progress.problem, progress.keys, progress.state, until)
    return progress._replace(state=state, ticks=until)


def finish(progress: Progress) -> Draw:
    """Return values and kernels of draws that are done, of the points brought to norm 1: a row a key."""
    return Draw(progress.state.value, progress.state.kernel)
