"""Count, in a layer of any width seen at two points, how many neurons have which signs; with their Gram matrix.

A piecewise-linear layer multiplies a neuron by slopes that depend on nothing but the signs of its pre-activations at
the two points. So all that Theorem 1 asks of a layer is kept in four groups of neurons, one for each pair of signs: the
number in each and the 2 x 2 Gram matrix there. These sums are taken over blocks of neurons, drawn row by row: rows of
y^l are iid N(0, Q^T Q) in f, and N(0, Q^T Q * A^T A) in g (Theorem 2's product, exact at every width).

Points are in the order (j, i); vectors carry the 1/sqrt(width) of the layer that reads them: Q is q/sqrt(n).
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from hyperviz.runtime.compilation import AnyArray, namespace
from hyperviz.theory.random_normals import fold_in, normal
from hyperviz.theory.sampling.conditioning import Net

MAX_DEPTH = 8
SMALL = 64  # neurons in a small block
LARGE = 32_768  # neurons of all lanes together in a large block: fixed by the lanes, never by a width
DEGENERATE = 1e-10  # a vector whose part outside a span is smaller than this share of it lies in the span


class Pair(NamedTuple):
    """Hold two points of a hypernetwork, in the order (j, i)."""

    f: Net
    g: Net


class Census(NamedTuple):
    """Hold what is known of f's and g's layers after `tick` blocks; first axis f, g, second the layer."""

    tick: Int[Array, ""]
    sums: Float[Array, "2 layers 4 4"]  # group by group: neurons, z1.z1, z1.z2, z2.z2 with y = z @ root
    roots: Float[Array, "2 layers 2 2"]  # (q_j, q_i) = basis @ root, upper triangular; index 0: the inputs


def start(pair: Pair) -> Census:
    """Return a census in which nothing is counted yet."""
    xp = namespace(pair.f.gram, pair.g.gram)
    inputs = xp.stack([_cholesky(pair.f.gram), _cholesky(pair.g.gram)])
    roots = xp.concatenate([inputs[:, None], xp.zeros((2, MAX_DEPTH, 2, 2))], axis=1)
    return Census(xp.zeros((), np.int32), xp.zeros((2, MAX_DEPTH + 1, 4, 4)), roots)


def _cholesky(gram: Float[AnyArray, "2 2"]) -> Float[AnyArray, "2 2"]:
    """Return root with root^T root = gram.

    It has nothing outside the first vector's line where that is a matter of rounding.
    """
    xp = namespace(gram)
    first = xp.sqrt(gram[0, 0])
    along = xp.where(first > 0, gram[0, 1] / xp.where(first > 0, first, 1), 0)
    rest = gram[1, 1] - along**2
    rest = xp.where(rest > 1e-13 * gram[1, 1], rest, 0)
    return xp.array([[first, along], [xp.zeros_like(first), xp.sqrt(rest)]])


def product(root_q: Float[Array, "2 2"], root_a: Float[Array, "2 2"]) -> tuple[Float[Array, "2 2"], Float[Array, "4"]]:
    """Return the root of (q_j x a_j, q_i x a_i), and the second unit vector on q1 x a1, q1 x a2, q2 x a1, q2 x a2.

    The first unit vector is q1 x a1; nothing is subtracted, so nearly equal points keep their difference.
    """
    (r, p), (_, s) = root_q
    (r_a, u), (_, v) = root_a
    across = jnp.array([jnp.zeros_like(p), p * v, s * u, s * v])
    length = jnp.sqrt(jnp.sum(across**2))
    root = jnp.array([[r * r_a, p * u], [jnp.zeros_like(length), length]])
    return root, jnp.where(length > 0, across / jnp.where(length > 0, length, 1), 0)


def slopes(net: Net) -> tuple[Float[Array, "4"], Float[Array, "4"]]:
    """Return sigma'(y)/sqrt(width) at j and at i in the four groups (j on, i on), (on, off), (off, on), (off, off)."""
    on, off = jnp.float64(net.activation.gain), jnp.float64(net.activation.gain) * net.activation.alpha
    scale = 1 / jnp.sqrt(net.width.astype(jnp.float64))
    return jnp.stack([on, on, off, off]) * scale, jnp.stack([on, off, on, off]) * scale


def images(sums: Float[Array, "4 4"]) -> Float[Array, "4 2 2"]:
    """Return the columns z1, z2 in coordinates of each group: the upper triangular root of their Gram matrix there."""
    count, first, cross, second = sums.T
    t11 = jnp.sqrt(first)
    t12 = jnp.where(t11 > 0, cross / jnp.where(t11 > 0, t11, 1), 0)
    t22 = jnp.where(count > 1, jnp.sqrt(jnp.maximum(second - t12**2, 0)), 0)
    return jnp.stack([jnp.stack([t11, t12], -1), jnp.stack([jnp.zeros_like(t11), t22], -1)], 1)


def basis(q_j: Float[Array, "K"], q_i: Float[Array, "K"]) -> tuple[Float[Array, "K 2"], Float[Array, "2 2"]]:
    """Return basis and root by Gram-Schmidt, j first: (q_j, q_i) = basis @ root; a null direction is a zero column."""
    r = jnp.sqrt(q_j @ q_j)
    one = q_j / jnp.where(r > 0, r, 1)
    p = one @ q_i
    rest = q_i - p * one
    rest = rest - (one @ rest) * one
    s = jnp.sqrt(rest @ rest)
    s = jnp.where(s > DEGENERATE * jnp.sqrt(q_i @ q_i), s, 0)
    two = jnp.where(s > 0, rest / jnp.where(s > 0, s, 1), 0)
    return jnp.stack([one, two], 1), jnp.array([[r, p], [jnp.zeros_like(r), s]])


def _blocks(width, lanes: int):
    """Return how many large and how many small blocks cover the width."""
    many = width // large_block(lanes)
    return many, (width - many * large_block(lanes) + SMALL - 1) // SMALL


def large_block(lanes: int) -> int:
    """Return how many neurons of one lane are in a large block."""
    return max(SMALL, LARGE // lanes)


def ticks(pair: Pair, lanes: int) -> Int[AnyArray, ""] | np.integer:
    """Return how many blocks all hidden layers of f and g have."""
    f, g = (sum(_blocks(net.width, lanes)) for net in pair)
    return (pair.f.depth - 1) * f + (pair.g.depth - 1) * g


def advance(pair: Pair, key: PRNGKeyArray, lanes: int, census: Census, until) -> Census:
    """Return the census with every block before `until` counted."""
    return jax.lax.while_loop(lambda c: c.tick < until, partial(tick, pair, key, lanes), census)


def tick(pair: Pair, key: PRNGKeyArray, lanes: int, census: Census) -> Census:
    """Return the census one block further; after a layer's last block, with the root of what the layer sends on."""
    of_f, of_g = (_blocks(net.width, lanes) for net in pair)
    in_f = (pair.f.depth - 1) * sum(of_f)
    is_f = census.tick < in_f
    net, (many, few) = jax.tree.map(lambda f, g: jnp.where(is_f, f, g), (pair.f, of_f), (pair.g, of_g))
    done = jnp.where(is_f, census.tick, census.tick - in_f)
    layer, place = done // (many + few) + 1, done % (many + few)
    which, large = jnp.where(is_f, 0, 1), large_block(lanes)
    above = census.roots[which, layer - 1]
    root = jnp.where(is_f, above, product(census.roots[0, pair.f.depth - 1], above)[0])
    key = fold_in(key, (which * (MAX_DEPTH + 1) + layer) * 2**24 + place)
    offset = jnp.where(place < many, place * large, many * large + (place - many) * SMALL)
    scale = jnp.max(jnp.abs(root))  # only signs are asked for: float32 never meets the inputs' size
    unit = (root / jnp.where(scale > 0, scale, 1)).astype(jnp.float32)
    block = partial(_count, key, unit, net.width - offset)
    counted = jax.lax.cond(place < many, lambda: block(large), lambda: block(SMALL))
    sums = census.sums.at[which, layer].add(counted)
    last = place == many + few - 1
    send = partial(_sent, net, sums[which, layer], root)
    below = jax.lax.cond(last, send, lambda: jnp.zeros((2, 2), jnp.float64))
    return Census(census.tick + 1, sums, census.roots.at[which, layer].set(below))


def _count(key, root, width, size: int) -> Float[Array, "4 4"]:
    """Return the sums of a block of neurons, of which those past the width do not exist."""
    z = normal(key, (2, size))
    real = jnp.arange(size) < width
    j, i = z[0] * root[0, 0] > 0, z[0] * root[0, 1] + z[1] * root[1, 1] > 0
    groups = jnp.stack([j & i & real, j & ~i & real, ~j & i & real, ~j & ~i & real]).astype(jnp.float32)
    features = jnp.stack([jnp.ones_like(z[0]), z[0] ** 2, z[0] * z[1], z[1] ** 2])
    return (groups @ features.T).astype(jnp.float64)


def _sent(net: Net, sums, root) -> Float[Array, "2 2"]:
    """Return the root of (q_j, q_i) of a layer that was counted to its end."""
    y = images(sums) @ root
    at_j, at_i = slopes(net)
    return basis((at_j[:, None] * y[..., 0]).ravel(), (at_i[:, None] * y[..., 1]).ravel())[1]
