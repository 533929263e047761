"""Many starts of the n = infinity flow side by side, followed in short pieces.

Narrow or deep g give some starts a kernel so large that Euler's step would overshoot. Each start therefore has a step
of its own, step = min(step, CALM / |K|), K = Theta_f * (grad_V g . grad_V g), and a clock of its own.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from hyperviz.theory import dynamics, primary
from hyperviz.theory.dynamics import Task
from hyperviz.theory.execution import alone
from hyperviz.theory.primary import Primary, Weights

CALM = 0.5  # half the largest stable step, or less: |K| is no less than K's largest eigenvalue
BLOCK = 4  # steps between two looks at the kernel
LATE = 0.8  # share of the time after which a loss that has stopped falling counts as stuck


class Starts(NamedTuple):
    """One lane a start."""

    V: Weights
    time: Float[Array, " R"]
    seen: Float[Array, " R"]  # when the loss was measured: before the last step
    loss: Float[Array, " R"]
    late: Float[Array, " R"]  # the loss when LATE of the time had gone


def calm(kernel: Float[Array, "N N"], step) -> Float[Array, ""]:
    """The step that the kernel allows."""
    return CALM / jnp.maximum(jnp.sqrt(jnp.sum(kernel**2)), CALM / step)


def _pace(task: Task, g: Primary, step, V: Weights) -> Float[Array, ""]:
    """The step that a start's kernel allows now."""
    pre = primary.forward(g, V, task.member, task.z)[1]
    return calm(_kernel(task, g, primary.backward(g, V, task.member, task.z, pre)), step)


def _kernel(task: Task, g: Primary, factors: primary.Factors) -> Float[Array, "N N"]:
    return primary.at(task.theta, task.member) * primary.gram(g, factors) * task.real


def _block(task: Task, depth, activation, step, until, s: Starts, width) -> Starts:
    """BLOCK steps of one start: its kernel changes little meanwhile."""
    g = Primary(depth, width, activation)
    pace = _pace(task, g, step, s.V)

    def one(_, s):
        dt = jnp.minimum(pace, until - s.time)
        V, loss, _ = dynamics.euler(task, g, s.V, dt)
        return Starts(V, s.time + dt, s.time, loss, jnp.where(s.time <= LATE * until, loss, s.late))

    return jax.lax.fori_loop(0, BLOCK, one, s)


@alone
@jax.jit
def begin(keys, task: Task, g: Primary, room: Weights) -> Starts:
    """A start for each key. g.width: one for each key, (R,). room: zeros of the padded size."""

    def one(key, width):
        return dynamics.start(key, task, g._replace(width=width), room)

    return follow(jax.vmap(one)(keys, g.width))


def follow(V: Weights) -> Starts:
    """Starts with these weights, a lane each, at time 0; their losses are known after a step."""
    none = jnp.full(len(V.first), jnp.inf, V.first.dtype)
    return Starts(V, jnp.zeros_like(none), jnp.zeros_like(none), none, none)


@alone
@jax.jit
def advance(starts: Starts, task: Task, g: Primary, step, until, count: Int[Array, ""]) -> Starts:
    """`count` blocks of steps further, each start no further than time `until`; losses: before the last step."""
    lanes = jax.vmap(partial(_block, task, g.depth, g.activation, step, until))
    return jax.lax.fori_loop(0, count, lambda _, s: lanes(s, g.width), starts)


@alone
@jax.jit
def kernels(starts: Starts, task: Task, g: Primary) -> Float[Array, "R N N"]:
    """K of every start as it is now."""

    def one(V, width):
        lane = g._replace(width=width)
        pre = primary.forward(lane, V, task.member, task.z)[1]
        return _kernel(task, lane, primary.backward(lane, V, task.member, task.z, pre))

    return jax.vmap(one)(starts.V, g.width)


@alone
@jax.jit
def outputs(V: Weights, g: Primary, member: Int[Array, " N"], z: Float[Array, "N m0"]) -> Float[Array, "R N"]:
    """h at any pairs (x_member, z), a row for each start."""
    return jax.vmap(lambda V, width: primary.forward(g._replace(width=width), V, member, z)[0])(V, g.width)


@alone
@jax.jit
def gradients(V: Weights, task: Task, g: Primary) -> Weights:
    """grad_V h_j of every point, as weights; each point has an x of its own."""
    pre = primary.forward(g, V, None, task.z)[1]
    factors = primary.backward(g, V, None, task.z, pre)
    return primary.descend(g, jax.tree.map(jnp.zeros_like, V), factors, -jnp.diag(task.real))


@alone
@jax.jit
def slice_losses(V: Weights, first: Weights, second: Weights, side, task: Task, g: Primary) -> Float[Array, "S S"]:
    """The loss at V + a first + b second; rows: b, columns: a."""

    def at(a, b):
        moved = jax.tree.map(lambda v, p, q: v + a * p + b * q, V, first, second)
        h = primary.forward(g, moved, task.member, task.z)[0]
        return jnp.sum((h - task.y) ** 2 * task.real)

    return jax.lax.map(lambda b: jax.vmap(lambda a: at(a, b))(side), side)
