"""Draw a layer of any width in a few coordinates: exact in law.

Inside a group of neurons (`census`) every vector but z1, z2 is Gaussian, and a Gaussian vector has no direction of its
own. So each group has an orthonormal frame that is filled as vectors appear (Bartlett's decomposition): the k-th
Gaussian vector has normal coordinates along the k earlier ones, and a length chi(N - k) along a new direction.
A layer of any width acts, on everything Theorem 1 asks, as one of 4 * (3 + R) coordinates.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hyperviz.theory.taylor import sign_patterns
from hyperviz.theory.taylor.sign_patterns import MAX_DEPTH, Census, Pair

ORDERS = 8  # R, the largest order: compiled for once, sliced outside
DIMENSIONS = 3 + ORDERS  # of a group's frame: z1, z2, g, G_1 .. G_R
K = 4 * DIMENSIONS


class Layer(NamedTuple):
    """Hold the neurons of a layer, and what the base points send to the next."""

    images: Float[Array, "K 2"]  # z1, z2: what the weights made of the basis below
    fresh: Float[Array, "K powers"]  # Gaussian vectors: one for the backward pass, R for the series
    at_j: Float[Array, " K"]  # slopes sigma'(y)/sqrt(width)
    at_i: Float[Array, " K"]
    q_j: Float[Array, " K"]
    q_i: Float[Array, " K"]
    basis: Float[Array, "K 2"]  # of q_j, q_i


class Noise(NamedTuple):
    """Hold all normals of a draw's algebra, from one call: each further one would cost a second to compile."""

    frames: Float[Array, "2 layers 4 D powers"]
    ends: Float[Array, "3 2"]  # of x, z and the output
    rows: Float[Array, "layers 2"]  # of B_l, see `series`
    columns: Float[Array, "layers R"]
    rest: Float[Array, "layers wide wide"]


def noise(key) -> Noise:
    """Draw normals for as many layers as there may be."""
    layers = MAX_DEPTH + 1
    shapes = [
        (2, layers, 4, DIMENSIONS, ORDERS + 1),
        (3, 2),
        (layers, 2),
        (layers, ORDERS),
        (layers, ORDERS + 2, ORDERS + 2),
    ]
    sizes = [math.prod(shape) for shape in shapes]
    normals = jax.random.normal(key, (sum(sizes),), jnp.float32).astype(jnp.float64)
    parts = jnp.split(normals, np.cumsum(sizes)[:-1])
    return Noise(*(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)))


def stack(pair: Pair, counted: Census, key, normals: Noise) -> Layer:
    """Return all layers of f (first axis 0) and of g (1), from the inputs (second axis 0) to g's output neuron."""
    L, H = pair.f.depth, pair.g.depth
    one = _input(normals.ends[0], counted.roots[0, 0])
    layers = jax.tree.map(lambda v: jnp.zeros((2, MAX_DEPTH + 1, *v.shape), v.dtype), one)
    layers = put(layers, (0, 0), one)
    layers = put(layers, (1, 0), _input(normals.ends[1], counted.roots[1, 0]))
    layers = put(layers, (1, H), _top(normals.ends[2]))

    def hidden(step, layers):
        is_f = step < L - 1
        which, k = jnp.where(is_f, 0, 1), jnp.where(is_f, step, step - (L - 1)) + 1
        above, sums = counted.roots[which, k - 1], counted.sums[which, k]
        root = jnp.where(is_f, above, sign_patterns.product(counted.roots[0, L - 1], above)[0])
        net = jax.tree.map(lambda f, g: jnp.where(is_f, f, g), pair.f, pair.g)
        fresh = _bartlett(jax.random.fold_in(key, step), normals.frames[which, k], sums[:, 0])
        return put(layers, (which, k), _hidden(fresh, sign_patterns.slopes(net), sums, root))

    return jax.lax.fori_loop(0, L + H - 2, hidden, layers)


def put(stacked, index, value):
    """Return the stack with one entry set."""
    return jax.tree.map(lambda s, v: s.at[index].set(v), stacked, value)


def at(stacked, index):
    """Return one entry of a stack."""
    return jax.tree.map(lambda s: s[index], stacked)


def _hidden(fresh, slopes, sums, root) -> Layer:
    """Return the coordinates of a counted layer; root: of what came in."""
    z = jnp.zeros((4, DIMENSIONS, 2), jnp.float64).at[:, :2].set(sign_patterns.images(sums))
    y_j, y_i = jnp.moveaxis(z @ root, -1, 0)
    at_j, at_i = (jnp.broadcast_to(slope[:, None], (4, DIMENSIONS)) for slope in slopes)
    q_j, q_i = (at_j * y_j).ravel(), (at_i * y_i).ravel()
    return Layer(
        z.reshape(K, 2), fresh.reshape(K, -1), at_j.ravel(), at_i.ravel(), q_j, q_i, sign_patterns.basis(q_j, q_i)[0]
    )


def _bartlett(key, normals, count: Float[Array, "4"]) -> Float[Array, "4 D powers"]:
    """Draw 1 + R Gaussian vectors of each group of `count` neurons, in frames whose first two directions are taken."""
    rows, columns = jnp.arange(DIMENSIONS)[:, None], jnp.arange(2, DIMENSIONS)
    freedom = count[:, None] - columns
    half = (jnp.maximum(freedom, 1) / 2).astype(jnp.float32)
    length = jnp.sqrt(2 * jax.random.gamma(key, half, dtype=jnp.float32))[:, None, :].astype(jnp.float64)
    there = (rows < count[:, None, None]) & (rows <= columns)
    vectors = jnp.where(rows == columns, length, normals)
    return jnp.where(there, vectors, 0)


def _input(normals, root) -> Layer:
    """Return x or z: two coordinates, all of it that is ever seen."""
    eye, ones = jnp.eye(K, 2, dtype=jnp.float64), jnp.zeros(K, jnp.float64).at[:2].set(1)
    fresh = jnp.zeros((K, ORDERS + 1), jnp.float64).at[:2, 0].set(normals)
    seen = (jnp.diagonal(root) > 0).astype(jnp.float64)
    return Layer(eye, fresh, ones, ones, eye @ root[:, 0], eye @ root[:, 1], eye * seen)


def _top(normals) -> Layer:
    """Return the one output neuron: its z1 and z2 are two normals."""
    none, images = jnp.zeros(K, jnp.float64), jnp.zeros((K, 2), jnp.float64).at[0].set(normals)
    return Layer(images, jnp.zeros((K, ORDERS + 1), jnp.float64), none, none, none, none, images)
