"""Train a finite hypernetwork by full-batch gradient descent, by hand, padded: no width or depth compiles anything.

The same network as `network.apply` with the same parameters (tests compare both and their gradients); here every
gradient is kept as a product of two factors a layer, from which the tangent kernel K_h costs next to nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from hyperviz.runtime.compilation import OLDER_GENERATOR, AnyArray, compiled, namespace
from hyperviz.theory import network
from hyperviz.theory.activations import Activation
from hyperviz.theory.dynamics import factored_g
from hyperviz.theory.dynamics.factored_g import GradientFactors, SizedG, Weights
from hyperviz.theory.dynamics.implicit_flow import BLOCK, LATE, stable_step
from hyperviz.theory.dynamics.infinite_width import LARGEST, Task


class Finite(NamedTuple):
    """Hold W^1, W^2 .. W^(L-1) and W^L, which holds a row of n weights for every weight of g."""

    first: Float[AnyArray, "n n0"]
    inner: Float[AnyArray, "D n n"]
    generator: Weights


class TracedArchitecture(NamedTuple):
    """Hold L, n, f's activation, and g; depths and widths may be traced."""

    depth: int | Int[AnyArray, ""]
    width: int | Int[AnyArray, ""]
    activation: Activation
    g: SizedG


class Gradient(NamedTuple):
    """Hold dh_j/dW, layer by layer left_j right_j^T; that of W^L is (dh_j/dV) q_j."""

    first: Float[Array, "N n"]
    x: Float[Array, "N n0"]
    left: Float[Array, "D N n"]
    right: Float[Array, "D N n"]
    of_g: GradientFactors
    q: Float[Array, "N n"]


class Training(NamedTuple):
    """Hold a network on its way."""

    net: Finite
    time: Float[AnyArray, ""]
    seen: Float[AnyArray, ""]  # when the loss was measured: before the last step
    loss: Float[AnyArray, ""]
    late: Float[AnyArray, ""]


def room(inputs: int, width: int, depth: int, of_g: Weights) -> Finite:
    """Return zeros for an f no wider and no deeper than this; of_g: `factored_g.zeros` with count = width."""
    dtype = of_g.first.dtype
    inner = np.zeros((max(depth - 2, 1), width, width), dtype)
    return Finite(np.zeros((width, inputs), dtype), inner, of_g)


def padded(params: network.Parameters, room: Finite) -> Finite:
    """Return a network with one output in the room of a larger one; its new neurons have zero weights and keep them."""
    first, inner, (g1, middle, last) = jax.tree.map(np.zeros_like, room)
    hidden, generator = ([np.asarray(v) for v in part] for part in (params.hidden, params.generator))
    if hidden:
        first[: len(hidden[0])] = hidden[0]
    for W, own in zip(inner, hidden[1:], strict=False):
        W[: len(own), : len(own)] = own
    bottom, *rest = (np.moveaxis(V, -1, 0) for V in generator)
    g1[: len(bottom), : bottom.shape[1]] = bottom
    for V, own in zip(middle, rest[:-1], strict=False):
        V[: len(own), : own.shape[1], : own.shape[1]] = own
    for own in rest[-1:]:
        last[: len(own), : own.shape[2]] = own[:, 0]
    return Finite(first, inner, Weights(g1, middle, last))


def begin(net: Finite) -> Training:
    """Return the training at time 0; its loss is known after a step."""
    none = np.full((), np.inf, net.first.dtype)
    return Training(net, np.zeros_like(none), np.zeros_like(none), none, none)


def _features(net: TracedArchitecture, w: Finite, x):
    """Return q^(L-1)/sqrt(fan-in) at every x, and f's pre-activations."""
    n, n0 = w.first.shape
    root = jnp.sqrt(jnp.asarray(net.width, x.dtype))
    first = x @ w.first.T / n0**0.5
    pre = jnp.zeros((len(w.inner) + 1, *first.shape), first.dtype).at[0].set(first)

    def layer(k, pre):
        return pre.at[k + 1].set(net.activation.apply(pre[k]) @ w.inner[k].T / root)

    pre = jax.lax.fori_loop(0, net.depth - 2, layer, pre)
    q = net.activation.apply(pre[jnp.maximum(net.depth - 2, 0)]) / root
    return jnp.where(net.depth > 1, q, jnp.pad(x, ((0, 0), (0, n - n0))) / n0**0.5), pre


def generated(w: Finite, q: Float[AnyArray, "N n"]) -> Weights:
    """Return V_j = W^L q_j, the weights that f writes for every point."""
    (first, middle, last), xp = w.generator, namespace(q)
    return Weights(
        xp.einsum("jc,cba->jba", q, first, optimize=True),
        xp.einsum("jc,lcba->ljba", q, middle, optimize=True),
        xp.einsum("jc,cb->jb", q, last, optimize=True),
    )


def _sweep(net: TracedArchitecture, w: Finite, x, z) -> tuple[Float[Array, " N"], Gradient]:
    """Return h and its gradient at every point."""
    q, pre = _features(net, w, x)
    V = generated(w, q)
    h, pre_g = factored_g.forward(net.g, V, None, z)
    of_g = factored_g.backward(net.g, V, None, z, pre_g)
    root, top = jnp.sqrt(jnp.asarray(net.width, x.dtype)), jnp.maximum(net.depth - 2, 0)
    delta = _to_f(net.g, w.generator, of_g) / root * net.activation.derivative(pre[top]) * (net.depth > 1)
    none = jnp.zeros((len(w.inner), *delta.shape), delta.dtype)

    def layer(i, carry):
        delta, left, right = carry
        k = net.depth - 3 - i
        left, right = left.at[k].set(delta / root), right.at[k].set(net.activation.apply(pre[k]))
        return delta @ w.inner[k] / root * net.activation.derivative(pre[k]), left, right

    delta, left, right = jax.lax.fori_loop(0, net.depth - 2, layer, (delta, none, none))
    return h, Gradient(delta, x / x.shape[1] ** 0.5, left, right, of_g, q)


def _to_f(g: SizedG, generator: Weights, of_g: GradientFactors):
    """Return dh_j/dq_j, before the division by the root of the fan-in."""
    last = of_g.last @ generator.last.T + jnp.einsum("cba,jb,ja->jc", generator.first, of_g.first, of_g.z)

    def layer(k, total):
        return total + jnp.einsum("cba,jb,ja->jc", generator.middle[k], of_g.left[k], of_g.right[k])

    return jax.lax.fori_loop(0, g.depth - 2, layer, last)


def _descend(net: TracedArchitecture, w: Finite, gradient: Gradient, pull: Float[Array, " N"]) -> Finite:
    """Return W - sum_j pull_j dh_j/dW."""

    def layer(k, inner):
        return inner.at[k].add(-(gradient.left[k] * pull[:, None]).T @ gradient.right[k])

    inner = jax.lax.fori_loop(0, net.depth - 2, layer, w.inner)
    first = w.first - (gradient.first * pull[:, None]).T @ gradient.x
    generator = factored_g.descend(net.g, w.generator, gradient.of_g, (gradient.q * pull[:, None]).T)
    return Finite(first, inner, generator)


def _kernel(net: TracedArchitecture, gradient: Gradient) -> Float[Array, "N N"]:
    """Return K_h = dh_i/dW . dh_j/dW."""
    first = (gradient.first @ gradient.first.T) * (gradient.x @ gradient.x.T)

    def layer(k, total):
        left, right = gradient.left[k], gradient.right[k]
        return total + (left @ left.T) * (right @ right.T)

    last = factored_g.gram(net.g, gradient.of_g) * (gradient.q @ gradient.q.T)
    return jax.lax.fori_loop(0, net.depth - 2, layer, first + last)


@compiled(compiler_options=OLDER_GENERATOR)
def advance(training: Training, net: TracedArchitecture, task: Task, x, step, until, count) -> Training:
    """Take `count` blocks of steps of gradient descent on sum_j (h_j - y_j)^2, no further than time `until`.

    Return the training after them.
    """

    def one(longest, s):
        h, gradient = _sweep(net, s.net, x, task.z)
        gap = (h - task.y) * task.real
        loss = jnp.sum(gap**2)
        dt = jnp.where(loss < LARGEST, jnp.minimum(longest, until - s.time), 0)
        late = jnp.where(s.time <= LATE * until, loss, s.late)
        return Training(_descend(net, s.net, gradient, dt * 2 * gap), s.time + dt, s.time, loss, late)

    def block(_, s):
        longest = stable_step(_kernel(net, _sweep(net, s.net, x, task.z)[1]), step)
        return jax.lax.fori_loop(0, BLOCK, lambda _, s: one(longest, s), s)

    return jax.lax.fori_loop(0, count, block, training)


def weights(w: Finite, net: TracedArchitecture, x: Float[np.ndarray, "N n0"]) -> Weights:
    """Return V_j = f(x_j), the weights of g at each x, by NumPy: it is asked once a network."""
    n, n0 = w.first.shape
    if net.depth == 1:
        return generated(w, np.pad(x, ((0, 0), (0, n - n0))) / np.float32(n0**0.5))
    root, y = np.sqrt(np.asarray(net.width, x.dtype)), x @ w.first.T / np.float32(n0**0.5)
    for inner in w.inner[: max(int(net.depth) - 2, 0)]:
        y = net.activation.apply(y) @ inner.T / root
    return generated(w, net.activation.apply(y) / root)


@compiled(compiler_options=OLDER_GENERATOR)
def drift(w: Finite, net: TracedArchitecture, task: Task, x: Float[AnyArray, "N n0"]):
    """Return K_h and dK_h/dt under gradient flow, by forward-mode differentiation along dW/dt = -grad (eq. 16)."""

    def at(w):
        return _kernel(net, _sweep(net, w, x, task.z)[1]) * task.real

    h, gradient = _sweep(net, w, x, task.z)
    after = _descend(net, w, gradient, 2 * (h - task.y) * task.real)
    return jax.jvp(at, (w,), (jax.tree.map(jnp.subtract, after, w),))
