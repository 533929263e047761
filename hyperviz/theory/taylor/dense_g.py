"""Draw the Taylor terms where g's weights are written out: a smooth phi keeps no sign pattern, so g needs its matrices.

f stays matrix-free at any width. Its last matrix W^L is one layer of n_L rows, one for each weight of g, that obeys the
law of `series`: d = dh_j/dV is autodiff's, V(epsilon) comes as a power series, and g maps it to that of h.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hyperviz.runtime.compilation import namespace
from hyperviz.theory.taylor import jets
from hyperviz.theory.taylor.bartlett import ORDERS, at, noise, stack
from hyperviz.theory.taylor.matrix_free import back, f_backward, f_series, factorial, pass_on
from hyperviz.theory.taylor.sign_patterns import MAX_DEPTH, Census, Pair

WIDEST = 32  # m that is written out: shapes are fixed, narrower g's are masked


def terms(pair: Pair, counted: Census, key) -> Float[Array, " powers"]:
    """Return K^(0..R)_ij of one draw; of `counted` only f's layers are used."""
    L = pair.f.depth
    normals = noise(jax.random.fold_in(key, 0))
    f = jax.tree.map(lambda v: v[0], stack(f_alone(pair), counted, jax.random.fold_in(key, 1), normals))
    last, root = at(f, L - 1), counted.roots[0, L - 1]
    here = _exists(pair).ravel()
    normals = jax.random.normal(jax.random.fold_in(key, 2), (here.size, 2 + ORDERS), jnp.float32)
    normals = normals.astype(jnp.float64) * here[:, None]
    images, fresh = normals[:, :2], normals[:, 2:]
    z = counted.roots[1, 0]
    d = jax.grad(lambda V: _forward(pair, V[None], z[:, 0])[0])(images @ root[:, 0])
    q = f_series(f, L, f_backward(f, L, back(last, images, d)))
    V = pass_on(images, fresh, d, back(last, images, d), last.basis, q, last.q_j)
    return factorial(_forward(pair, V.T, z[:, 1]))


def f_alone(pair: Pair) -> Pair:
    """Return the pair with a g of no hidden layer: what is counted, and put in coordinates, is f."""
    one = namespace(pair.g.depth).ones_like(pair.g.depth)
    return pair._replace(g=pair.g._replace(depth=one, activation=pair.f.activation))


def _exists(pair: Pair) -> Float[Array, "H M M"]:
    """Return 1 where g has a weight.

    These are the row and column below m, the first layer's two columns, the last one's one row.
    """
    layer, row, column = jnp.meshgrid(jnp.arange(MAX_DEPTH), *[jnp.arange(WIDEST)] * 2, indexing="ij")
    rows = jnp.where(layer == pair.g.depth - 1, 1, pair.g.width)
    columns = jnp.where(layer == 0, 2, pair.g.width)
    return ((layer < pair.g.depth) & (row < rows) & (column < columns)).astype(jnp.float64)


def _forward(pair: Pair, V: Float[Array, "powers weights"], z: Float[Array, "2"]) -> Float[Array, " powers"]:
    """Return the series of h from that of the weights: g_t = sum over r + s = t of V_r a_s."""
    V = V.reshape(len(V), MAX_DEPTH, WIDEST, WIDEST)
    a = jnp.zeros((len(V), WIDEST), jnp.float64).at[0, :2].set(z)
    scale = 1 / jnp.sqrt(pair.g.width.astype(jnp.float64))
    here = jnp.arange(WIDEST) < pair.g.width

    def layer(a, V):
        y = jnp.stack([jnp.einsum("rij,rj->i", V[: t + 1], a[t::-1]) for t in range(len(V))])
        return scale * here * jets.through(pair.g.activation, y), y[:, 0]

    outputs = jax.lax.scan(layer, a, jnp.moveaxis(V, 1, 0))[1]  # of each layer's first neuron: the last one's is h
    return outputs[pair.g.depth - 1]
