"""Follow many starts of the n = infinity flow side by side, in short pieces.

Narrow or deep g give some starts a kernel K = Theta_f * (grad_V g . grad_V g) so large that Euler's step would
overshoot. Gradient descent's step is then min(step, STABLE / |K|). A step of the flow follows the gaps as they close
while K stands still, e^(-A) (h - y) with A = 2 dt K, to second order by 1 / (1 + A + A^2/2): no size of K makes it
overshoot, and dt is bounded by how fast K changes. Each start has steps and a clock of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int

from hyperviz.runtime.compilation import OLDER_GENERATOR, AnyArray, compiled
from hyperviz.theory.dynamics import factored_g, infinite_width
from hyperviz.theory.dynamics.factored_g import SizedG, Weights
from hyperviz.theory.dynamics.infinite_width import Task

STABLE = 0.5  # half the largest stable step, or less: |K| is no less than K's largest eigenvalue
BLOCK = 4  # steps made at a time
SURPRISE = 0.25  # share of a step's change in h that may be unforeseen: beyond, the next step is shorter
NEGLIGIBLE = 1e-3  # share of the gap that may be unforeseen anyway: in a bad minimum h hardly moves at all
FASTER, SLOWER = 1.5, 0.5  # what a step is multiplied by after a foreseen and after an unforeseen one
LATE = 0.8  # share of the time after which a loss that has stopped falling counts as stuck


class Starts(NamedTuple):
    """Hold starts side by side, one a lane."""

    V: Weights
    time: Float[AnyArray, " R"]
    seen: Float[AnyArray, " R"]  # when the loss was measured: before the last step
    loss: Float[AnyArray, " R"]
    late: Float[AnyArray, " R"]  # the loss when LATE of the time had gone
    next_step: Float[AnyArray, " R"]  # its length, before what K allows anyway
    foreseen: Float[AnyArray, "R N"]  # gaps h - y that the last step was to leave
    change: Float[AnyArray, " R"]  # the size of what it was to change


def stable_step(kernel: Float[AnyArray, "N N"], step) -> Float[AnyArray, ""]:
    """Return the step that the kernel allows: min(step, STABLE / |K|)."""
    return STABLE / jnp.maximum(jnp.sqrt(jnp.sum(kernel**2)), STABLE / step)


def _kernel(task: Task, g: SizedG, factors: factored_g.GradientFactors) -> Float[AnyArray, "N N"]:
    return factored_g.at(task.theta, task.member) * factored_g.gram(g, factors) * task.real


def _step(task: Task, g: SizedG, step, until, flow, s: Starts) -> Starts:
    """Take one step of one start; no longer than `step`, no shorter than what K allows gradient descent."""
    now = infinite_width.look(task, g, s.V)
    K = _kernel(task, g, now.factors)
    least = stable_step(K, step)
    length = jnp.where(flow, jnp.clip(s.next_step * _trust(s, now.gap), least, step), least)
    dt = jnp.minimum(length, until - s.time)
    mean, end = jax.lax.cond(flow, _closing, lambda K, gap, _: (gap, gap), K, now.gap, dt)
    V = infinite_width.pulled(task, g, s.V, now, dt * mean)
    late = jnp.where(s.time <= LATE * until, now.loss, s.late)
    return Starts(V, s.time + dt, s.time, now.loss, late, length, end, jnp.linalg.norm(end - now.gap))


def _closing(
    K: Float[AnyArray, "N N"], gap: Float[AnyArray, " N"], dt
) -> tuple[Float[AnyArray, " N"], Float[AnyArray, " N"]]:
    """Return the gap's mean over a step in which K stands still, and the gap at its end."""
    A = 2 * dt * K
    both = jnp.stack([gap + A @ gap / 2, gap], axis=1)
    mean, end = jnp.linalg.solve(jnp.eye(len(gap), dtype=gap.dtype) + A + A @ A / 2, both).T
    return mean, end


def _trust(s: Starts, gap: Float[AnyArray, " N"]) -> Float[AnyArray, ""]:
    """Return by which factor the next step is longer or shorter: did the last one do what was foreseen of it?"""
    allowed = SURPRISE * s.change + NEGLIGIBLE * jnp.linalg.norm(gap)
    return jnp.where(jnp.linalg.norm(gap - s.foreseen) <= allowed, FASTER, SLOWER)


@compiled(compiler_options=OLDER_GENERATOR)
def begin(keys, task: Task, g: SizedG, room: Weights) -> Starts:
    """Draw a start for each key. g.width: one for each key, (R,). room: zeros of the padded size."""

    def one(key, width):
        return infinite_width.start(key, task, g._replace(width=width), room)

    return follow(jax.vmap(one)(keys, g.width), len(task.z))


def follow(V: Weights, points: int) -> Starts:
    """Return starts with these weights, a lane each, at time 0; their losses are known after a step."""
    none = jnp.full(len(V.first), jnp.inf, V.first.dtype)
    zero, foreseen = jnp.zeros_like(none), jnp.zeros((len(none), points), none.dtype)
    return Starts(V, zero, zero, none, none, zero, foreseen, zero)


@compiled(compiler_options=OLDER_GENERATOR)
def advance(starts: Starts, task: Task, g: SizedG, step, until, count, flow) -> Starts:
    """Return the starts `count` blocks of steps further, none further than time `until`; losses: before the last step.

    flow: whether the steps are those of the gradient flow, which may be longer, or of gradient descent.
    """

    def one(s, width):
        return _step(task, g._replace(width=width), step, until, flow, s)

    return jax.lax.fori_loop(0, BLOCK * count, lambda _, s: jax.vmap(one)(s, g.width), starts)


@compiled(compiler_options=OLDER_GENERATOR)
def kernels(starts: Starts, task: Task, g: SizedG) -> Float[AnyArray, "R N N"]:
    """Return the tangent kernel K of every start as it is now."""

    def one(V, width):
        lane = g._replace(width=width)
        pre = factored_g.forward(lane, V, task.member, task.z)[1]
        return _kernel(task, lane, factored_g.backward(lane, V, task.member, task.z, pre))

    return jax.vmap(one)(starts.V, g.width)


@compiled(compiler_options=OLDER_GENERATOR)
def outputs(V: Weights, g: SizedG, member: Int[AnyArray, " N"], z: Float[AnyArray, "N m0"]) -> Float[AnyArray, "R N"]:
    """Return h at any pairs (x_member, z), a row for each start."""
    return jax.vmap(lambda V, width: factored_g.forward(g._replace(width=width), V, member, z)[0])(V, g.width)


@compiled(compiler_options=OLDER_GENERATOR)
def gradients(V: Weights, task: Task, g: SizedG) -> Weights:
    """Return grad_V h_j of every point, as weights; each point has an x of its own."""
    pre = factored_g.forward(g, V, None, task.z)[1]
    factors = factored_g.backward(g, V, None, task.z, pre)
    return factored_g.descend(g, jax.tree.map(jnp.zeros_like, V), factors, -jnp.diag(task.real))


@compiled(compiler_options=OLDER_GENERATOR)
def slice_losses(V: Weights, first: Weights, second: Weights, side, task: Task, g: SizedG) -> Float[AnyArray, "S S"]:
    """Return the loss at V + a first + b second; rows: b, columns: a."""

    def at(a, b):
        moved = jax.tree.map(lambda v, p, q: v + a * p + b * q, V, first, second)
        h = factored_g.forward(g, moved, task.member, task.z)[0]
        return jnp.sum((h - task.y) ** 2 * task.real)

    return jax.lax.map(lambda b: jax.vmap(lambda a: at(a, b))(side), side)
