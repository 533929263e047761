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

CALM = 0.25  # of the largest stable step at least: |K| is no less than K's largest eigenvalue
LATE = 0.8  # share of the time after which a loss that has stopped falling counts as stuck


class Starts(NamedTuple):
    """One lane a start."""

    V: Weights
    time: Float[Array, " R"]
    seen: Float[Array, " R"]  # when the loss was measured: before the last step
    loss: Float[Array, " R"]
    late: Float[Array, " R"]  # the loss when LATE of the time had gone


def calm(kernel: Float[Array, "N N"], step, left) -> Float[Array, ""]:
    """The step that the kernel allows, no longer than the time that is left."""
    norm = jnp.sqrt(jnp.sum(kernel**2))
    return jnp.minimum(jnp.minimum(step, CALM / jnp.maximum(norm, CALM / step)), left)


def _lane(task: Task, depth, activation, step, until, s: Starts, width) -> Starts:
    """One step of one start."""
    g = Primary(depth, width, activation)
    h, pre = primary.forward(g, s.V, task.member, task.z)
    gap = (h - task.y) * task.real
    loss = jnp.sum(gap**2)
    factors = primary.backward(g, s.V, task.member, task.z, pre)
    kernel = primary.at(task.theta, task.member) * primary.gram(factors)
    dt = jnp.where(loss < dynamics.LARGEST, calm(kernel, step, until - s.time), 0)
    V = primary.descend(g, s.V, factors, dt * task.theta * 2 * gap)
    return Starts(V, s.time + dt, s.time, loss, jnp.where(s.time <= LATE * until, loss, s.late))


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
    """`count` steps further, each start no further than time `until`. The losses are those before the last step."""
    lanes = jax.vmap(partial(_lane, task, g.depth, g.activation, step, until))
    return jax.lax.fori_loop(0, count, lambda _, s: lanes(s, g.width), starts)


@alone
@jax.jit
def kernels(starts: Starts, task: Task, g: Primary) -> Float[Array, "R N N"]:
    """K of every start as it is now."""

    def one(V, width):
        lane = g._replace(width=width)
        pre = primary.forward(lane, V, task.member, task.z)[1]
        factors = primary.backward(lane, V, task.member, task.z, pre)
        return primary.at(task.theta, task.member) * primary.gram(factors) * task.real

    return jax.vmap(one)(starts.V, g.width)


@alone
@jax.jit
def outputs(V: Weights, g: Primary, member: Int[Array, " N"], z: Float[Array, "N m0"]) -> Float[Array, "R N"]:
    """h at any pairs (x_member, z), a row for each start."""
    return jax.vmap(lambda V, width: primary.forward(g._replace(width=width), V, member, z)[0])(V, g.width)
