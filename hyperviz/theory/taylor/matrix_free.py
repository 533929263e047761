"""Draw the Taylor terms of one random hypernetwork of any width, exact in law and without a matrix.

A layer passes its weights W on only through three products, each drawn given the ones before (d = dh_j/dy, P off the
span of the basis, P_d off d, g and G Gaussian):

1. base:      W basis = [z1, z2], basis of the inputs q_j, q_i               (`census`, `frames`)
2. backward:  c = W^T d = basis [z1, z2]^T d + |d| P g
3. series:    y_r = [z1, z2] basis^T q_r + d (c.P q_r)/|d|^2 + P_d G_r + d (q_j.q_(r-1))

G's columns have covariance (P q_r.P q_s); the last summand is the direction grad h_j = d q_j^T of the matrix. A layer l
of g obeys the same law with the tensors q x a for inputs, q of f's last layer and a of g's layer below. Its c is a
matrix B_l; contracted with q_j it goes on inside g, and the sum over l of B_l a_j goes into f.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hyperviz.theory.taylor import sign_patterns
from hyperviz.theory.taylor.bartlett import ORDERS, K, Layer, Noise, at, noise, stack
from hyperviz.theory.taylor.sign_patterns import MAX_DEPTH, Census, Pair


def terms(pair: Pair, counted: Census, key) -> Float[Array, " powers"]:
    """Return K^(0..R)_ij of one draw whose layers were counted."""
    L, H = pair.f.depth, pair.g.depth
    normals = noise(jax.random.fold_in(key, 0))
    layers = stack(pair, counted, jax.random.fold_in(key, 1), normals)
    f, g = at(layers, 0), at(layers, 1)
    last = at(f, L - 1)
    p = _g_backward(normals, g, H, counted.roots[0, L - 1], counted.roots[1])
    total = jnp.sqrt(p.share @ p.share)
    c = last.basis @ (p.roots @ p.corner[:, :, 0]) + total * _off(last.basis, last.fresh[:, 0])
    q = f_series(f, L, f_backward(f, L, c))
    return factorial(_g_series(normals, g, H, p, last, q))


def factorial(h: Float[Array, " powers"]) -> Float[Array, " powers"]:
    """Return derivatives from coefficients: K^(r) = r! h_r."""
    return h * jnp.cumprod(jnp.maximum(jnp.arange(len(h)), 1)).astype(jnp.float64)


def _off(basis, vectors):
    """Return the part outside a span, projected twice for the digits."""
    for _ in range(2):
        vectors = vectors - basis @ (basis.T @ vectors)
    return vectors


def _over(value, by):
    """Return value / by, or 0 where by is 0: a dead layer passes nothing on."""
    return jnp.where(by > 0, value / jnp.where(by > 0, by, 1), 0)


def back(below: Layer, images, d):
    """Return c = W^T d (step 2)."""
    return below.basis @ (images.T @ d) + jnp.sqrt(d @ d) * _off(below.basis, below.fresh[:, 0])


def pass_on(images, fresh, d, c, basis, q, q_j):
    """Return the series y_0 .. y_R of a layer from that of its input q (M, R + 1) (step 3).

    c, basis and q_j live in M too.
    """
    rest, square = _off(basis, q), d @ d
    G = fresh @ jnp.linalg.qr(rest[:, 1:], mode="r")
    along = c @ rest + jnp.concatenate([jnp.zeros(1), -d @ G])
    y = images @ (basis.T @ q) + jnp.outer(d, _over(along, square))
    return y.at[:, 1:].add(G + jnp.outer(d, q_j @ q[:, :-1]))


def f_backward(f: Layer, depth, c):
    """Return c^l = dh_j/dq^l for all l, from that of the last layer (step 2 down f)."""

    def one(step, c):
        k = depth - 1 - step
        layer, below = at(f, k), at(f, k - 1)
        return c.at[k - 1].set(back(below, layer.images, layer.at_j * c[k]))

    start = jnp.zeros((MAX_DEPTH + 1, K), jnp.float64).at[depth - 1].set(c)
    return jax.lax.fori_loop(0, depth - 1, one, start)


def f_series(f: Layer, depth, c) -> Float[Array, "K powers"]:
    """Return the series of q^(L-1) at i (step 3 up f)."""

    def one(k, q):
        layer, below = at(f, k), at(f, k - 1)
        d, fresh = layer.at_j * c[k], layer.fresh[:, 1:]
        return layer.at_i[:, None] * pass_on(layer.images, fresh, d, c[k - 1], below.basis, q, below.q_j)

    return jax.lax.fori_loop(1, depth, one, _constant(f))


def _constant(net: Layer) -> Float[Array, "K powers"]:
    """Return the series of an input."""
    return jnp.zeros((K, ORDERS + 1), jnp.float64).at[:, 0].set(net.q_i[0])


class BackwardPass(NamedTuple):
    """Hold g's backward pass, first axis the layer l that B_l enters: of B_l what is not plainly Gaussian."""

    d: Float[Array, "layers K"]
    roots: Float[Array, " layers"]  # |a_j| of the layer below
    share: Float[Array, " layers"]  # |d^l| |a_j^(l-1)|
    mixed: Float[Array, "layers 2 2"]  # second basis tensor of q_j x a_j, q_i x a_i; the first is q1 x a1
    corner: Float[Array, "layers 2 2"]  # B_l on span(q_j, q_i) x span(a_j, a_i)


def _g_backward(normals: Noise, g: Layer, depth, root_q, roots) -> BackwardPass:
    """Return B_l = M^T d, of which the row along q_j goes on (step 2 down g)."""

    def one(step, p: BackwardPass):
        k = depth - step
        layer, below, d = at(g, k), at(g, k - 1), p.d[k]
        length, fresh = jnp.sqrt(d @ d), below.fresh[:, 0]
        mixed = sign_patterns.product(root_q, roots[k - 1])[1].reshape(2, 2)
        Z = jnp.stack([below.basis.T @ fresh, normals.rows[k]])
        known = layer.images.T @ d - length * jnp.stack([Z[0, 0], jnp.sum(mixed * Z)])
        B = (length * Z + mixed * known[1]).at[0, 0].add(known[0])
        onward = root_q[0, 0] * (below.basis @ B[0] + length * _off(below.basis, fresh))
        a_j = roots[k - 1, 0, 0]
        found = BackwardPass(p.d, p.roots.at[k].set(a_j), p.share.at[k].set(length * a_j), *p[3:])
        found = found._replace(mixed=p.mixed.at[k].set(mixed), corner=p.corner.at[k].set(B))
        return found._replace(d=p.d.at[k - 1].set(below.at_j * onward))

    flat = jnp.zeros((MAX_DEPTH + 1, 2, 2), jnp.float64)
    top = jnp.zeros((MAX_DEPTH + 1, K), jnp.float64).at[depth, 0].set(1)
    return jax.lax.fori_loop(0, depth, one, BackwardPass(top, flat[:, 0, 0], flat[:, 0, 0], flat, flat))


def _g_series(normals: Noise, g: Layer, depth, p: BackwardPass, last: Layer, q) -> Float[Array, " powers"]:
    """Return the series of h (step 3 up g), in orthonormal bases of all q_r and of all a_r.

    The inputs are q x a of a few coordinates.
    """
    E_q, q = _reduced(last.basis, q)
    share = _over(p.share, jnp.sqrt(p.share @ p.share))
    free = normals.columns
    columns = free + share[:, None] * (E_q.T @ last.fresh[:, 0] - share @ free)
    q_j = jnp.linalg.norm(last.q_j)

    def one(k, a):
        layer, below, d = at(g, k), at(g, k - 1), p.d[k]
        E_a, a = _reduced(below.basis, a)
        Z = normals.rest[k].at[2:, 0].set(columns[k]).at[0, 2:].set(E_a.T @ below.fresh[:, 0])
        B = (jnp.linalg.norm(d) * Z).at[:2, :2].set(p.corner[k])
        u = jnp.stack([q[:, : r + 1] @ a[:, r::-1].T for r in range(ORDERS + 1)], -1)
        zero = jnp.zeros_like(Z)
        one_, two = zero.at[0, 0].set(1), zero.at[:2, :2].set(p.mixed[k])
        t = jnp.stack([one_.ravel(), two.ravel()], 1)
        t_j = q_j * p.roots[k] * t[:, 0]
        y = pass_on(layer.images, layer.fresh[:, 1:], d, B.ravel(), t, u.reshape(len(t), -1), t_j)
        return jnp.where(k == depth, y, layer.at_i[:, None] * y)

    return jax.lax.fori_loop(1, depth + 1, one, _constant(g))[0]


def _reduced(basis, q):
    """Return an orthonormal basis of what q has outside the span of `basis`, and q in both: (2 + R, R + 1)."""
    E, R = jnp.linalg.qr(_off(basis, q)[:, 1:])
    return E, jnp.concatenate([basis.T @ q, jnp.pad(R, ((0, 0), (1, 0)))])
