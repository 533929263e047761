"""Compute g(z; V) and its gradient in V by hand, for weights that differ from point to point.

Arrays are padded to a fixed width and depth, so that both are traced: a neuron that is not there has only zero
weights, and its gradient is zero too, so it stays away for ever (every activation here is 0 at 0).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from hyperviz.runtime.compilation import AnyArray
from hyperviz.theory.activations import Activation
from hyperviz.theory.smooth_activations import Smooth


class SizedG(NamedTuple):
    """Hold g's architecture; depth H and width m may be traced."""

    depth: int | Int[AnyArray, ""]
    width: int | Int[AnyArray, ""]
    activation: Activation | Smooth


class Weights(NamedTuple):
    """Hold V^1, V^2 .. V^(H-1) and V^H, one of each for every c. With H = 1 the one row of V^1 is first[c, 0]."""

    first: Float[AnyArray, "c m m0"]
    middle: Float[AnyArray, "D c m m"]
    last: Float[AnyArray, "c m"]


class GradientFactors(NamedTuple):
    """Hold the gradient of h at point j, layer by layer a product: dh_j/dV^l = left_j right_j^T."""

    first: Float[AnyArray, "N m"]
    z: Float[AnyArray, "N m0"]
    left: Float[AnyArray, "D N m"]
    right: Float[AnyArray, "D N m"]
    last: Float[AnyArray, "N m"]


def zeros(count: int, inputs: int, width: int, depth: int, dtype) -> Weights:
    """Return zeros with room for `count` sets of weights of a g no wider and no deeper than this."""
    inner = max(depth - 2, 1)
    shapes = ((count, width, inputs), (inner, count, width, width), (count, width))
    return Weights(*(np.zeros(shape, dtype) for shape in shapes))


def mask(g: SizedG, room: Weights) -> Weights:
    """Return 1 where g has a weight, 0 where there is only room for one."""
    real = (jnp.arange(room.last.shape[-1]) < jnp.where(g.depth > 1, g.width, 1)).astype(room.last.dtype)
    layers = (jnp.arange(len(room.middle)) < g.depth - 2).astype(real.dtype)
    square = layers[:, None, None, None] * real[:, None] * real
    return Weights(real[:, None], square, real * (g.depth > 1))


def at(V: AnyArray, member: Int[AnyArray, " N"] | None) -> AnyArray:
    """Return the weights that each point uses.

    A gather is slow, so points that have one set each, in order, need none.
    """
    return V if member is None else V[member]


def _root_width(g: SizedG, dtype):
    return jnp.sqrt(jnp.asarray(g.width, dtype))


def forward(g: SizedG, V: Weights, member: Int[AnyArray, " N"] | None, z: Float[AnyArray, "N m0"]):
    """Return h_j = g(z_j; V_member(j)) and the pre-activations of every hidden layer, (D + 1, N, m)."""
    z, root = z / z.shape[1] ** 0.5, _root_width(g, z.dtype)
    first = jnp.einsum("jba,ja->jb", at(V.first, member), z)
    pre = jnp.zeros((len(V.middle) + 1, *first.shape), first.dtype).at[0].set(first)

    def layer(k, pre):
        y = jnp.einsum("jba,ja->jb", at(V.middle[k], member), g.activation.apply(pre[k])) / root
        return pre.at[k + 1].set(y)

    pre = jax.lax.fori_loop(0, g.depth - 2, layer, pre)
    top = g.activation.apply(pre[jnp.maximum(g.depth - 2, 0)])
    return jnp.where(g.depth > 1, jnp.sum(at(V.last, member) * top, 1) / root, first[:, 0]), pre


def backward(
    g: SizedG, V: Weights, member: Int[AnyArray, " N"] | None, z: Float[AnyArray, "N m0"], pre
) -> GradientFactors:
    """Return the factors of dh_j/dV: from the output down, delta^(l-1) = V^T delta^l / sqrt(m) * phi'."""
    root, top = _root_width(g, z.dtype), jnp.maximum(g.depth - 2, 0)
    delta = at(V.last, member) / root * g.activation.derivative(pre[top])
    none = jnp.zeros((len(V.middle), *delta.shape), delta.dtype)

    def layer(i, carry):
        delta, left, right = carry
        k = g.depth - 3 - i
        left, right = left.at[k].set(delta / root), right.at[k].set(g.activation.apply(pre[k]))
        below = jnp.einsum("jba,jb->ja", at(V.middle[k], member), delta) / root
        return below * g.activation.derivative(pre[k]), left, right

    delta, left, right = jax.lax.fori_loop(0, g.depth - 2, layer, (delta, none, none))
    deep = g.depth > 1
    alone = (jnp.arange(delta.shape[1]) == 0).astype(delta.dtype)  # H = 1: the output is V^1 z itself
    last = jnp.where(deep, g.activation.apply(pre[top]) / root, 0)
    return GradientFactors(jnp.where(deep, delta, alone), z / z.shape[1] ** 0.5, left, right, last)


def descend(g: SizedG, V: Weights, factors: GradientFactors, pull: Float[AnyArray, "c N"]) -> Weights:
    """Return V_c - sum_j pull_cj dh_j/dV."""

    def moved(V, left, right):
        return V - jnp.einsum("cjb,ja->cba", pull[:, :, None] * left, right)

    def layer(k, middle):
        return middle.at[k].set(moved(middle[k], factors.left[k], factors.right[k]))

    middle = jax.lax.fori_loop(0, g.depth - 2, layer, V.middle)
    return Weights(moved(V.first, factors.first, factors.z), middle, V.last - pull @ factors.last)


def gram(g: SizedG, factors: GradientFactors) -> Float[AnyArray, "N N"]:
    """Return the matrix of products dh_i/dV . dh_j/dV."""
    first = (factors.first @ factors.first.T) * (factors.z @ factors.z.T)

    def layer(k, total):
        left, right = factors.left[k], factors.right[k]
        return total + (left @ left.T) * (right @ right.T)

    return jax.lax.fori_loop(0, g.depth - 2, layer, first + factors.last @ factors.last.T)
