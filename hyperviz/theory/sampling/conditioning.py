"""Take the steps of a random hypernetwork that is sampled exactly in law, without a weight matrix.

A Gaussian matrix that is only seen through products needs no entries: given W Q = Y, the next
product W^T d is Q (Q^T Q)^+ Y^T d + P_Q g with fresh Gaussian g of column covariance d^T d, where
P_Q projects off span Q. So a draw is a chain of Gram matrices between the K points, and a layer
is streamed over blocks of neurons that the backward pass generates again from the same keys.

P_Q g = g - Q (Q^T Q)^+ Q^T g needs a sum over all blocks before the first can be used. Only its law
matters: block B contributes C_B^(1/2) e_B to Q^T g, with C_B = Q_B^T Q_B and e_B a few fresh
Gaussians. The forward pass adds these up ("pool"); the backward pass puts e_B in the place of the
component that the block's own noise happens to have. So no noise is ever generated twice.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from hyperviz.runtime.compilation import AnyArray, namespace
from hyperviz.theory.gram import gram_factors


class Net(NamedTuple):
    """Hold one of the two networks; depth and width may be traced. c columns: k distinct x for f, K points for g."""

    gram: Float[AnyArray, "c c"]  # of the inputs: S^0 = x.x'/n_0, Sigma^0 = z.z'/m_0
    depth: Int[AnyArray, ""]
    width: Int[AnyArray, ""]
    activation: Any  # of the kinds that the sampler takes


class Problem(NamedTuple):
    """Hold both networks, and which of f's k distinct x each point has."""

    f: Net
    g: Net
    member: Int[AnyArray, " K"]  # c(i): which of f's k distinct x point i has


class Layers(NamedTuple):
    """Hold what one network's layers pass on: Gram matrices only."""

    gram: Float[Array, "D c c"]  # empirical S^l or Sigma^l
    pool: Float[Array, "D c K"]  # Q^T g / width of the noise that the backward pass will use
    root: Float[Array, "D c c"]  # root of the covariance of a row of pre-activations
    mix: Float[Array, "c K"]  # dh/dq = q @ mix + (g + q @ fix) @ spread, block by block
    cross: Float[Array, "c K"]  # y^T delta of the layer above


class DrawState(NamedTuple):
    """Hold a draw in progress, `tick` steps far."""

    tick: Int[Array, ""]
    f: Layers
    g: Layers
    spread: Float[Array, "K K"]  # root of the covariance of the noise in dh/dq
    D: Float[Array, "K K"]  # delta^T delta of the layer above
    Gamma: Float[Array, "K K"]  # sum over l of D^l * Sigma^(l-1): what f's last layer receives
    value: Float[Array, " K"]  # h
    kernel: Float[Array, "K K"]  # K_h


class Block(NamedTuple):
    """Hold `size` neurons of a layer, from `offset`, and the normals they are made of."""

    layer: Int[Array, ""]
    offset: Int[Array, ""]
    size: int
    normals: Float[Array, " buffer"]


def _layers(gram, K: int, max_depth: int, xp) -> Layers:
    """Return one network's layers, of which the inputs alone are known."""
    c = gram.shape[0]
    above, few = xp.zeros((max_depth, c, c), np.float32), xp.zeros((c, K), np.float32)
    many, pool = xp.concatenate([gram[None], above]), xp.zeros((max_depth + 1, c, K), np.float32)
    return Layers(many, pool, xp.zeros_like(many), few, few)


def start(problem: Problem, max_depth: int) -> DrawState:
    """Return the state before the first step."""
    K, xp = problem.member.shape[0], namespace(problem.f.gram, problem.g.gram)
    square = xp.zeros((K, K), np.float32)
    return DrawState(
        xp.zeros((), np.int32),
        _layers(problem.f.gram, K, max_depth, xp),
        _layers(problem.g.gram, K, max_depth, xp),
        square,
        square,
        square,
        square[0],
        square,
    )


def pairs(problem: Problem, gram: Float[Array, "k k"]) -> Float[Array, "K K"]:
    """Return a Gram matrix of the distinct x, at the points."""
    return gram[problem.member][:, problem.member]


def _take(normals, *shapes):
    """Return consecutive pieces of the block's normals."""
    pieces, at = [], 0
    for rows, columns in shapes:
        pieces.append(normals[at : at + rows * columns].reshape(rows, columns))
        at += rows * columns
    return pieces


def _neurons(net: Net, block: Block, root, normals):
    """Return pre-activations y, activations q and slopes sigma'(y) of a block; rows past the width are zero."""
    real = (block.offset + jnp.arange(block.size) < net.width)[:, None]
    y = jnp.where(real, normals @ root, 0)
    return y, net.activation.apply(y), jnp.where(real, net.activation.derivative(y), 0)


def forward_turn(problem: Problem, block: Block, s: DrawState, *, of_f: bool) -> DrawState:
    """Return the state with the root of a layer's rows.

    The rows of y^l are iid N(0, S^(l-1)); those of g^l N(0, Lambda^l), Lambda^l = S * Sigma^(l-1) (Theorem 2).
    """
    layers, layer = (s.f if of_f else s.g), block.layer
    above = layers.gram[layer - 1]
    gram = above if of_f else pairs(problem, s.f.gram[problem.f.depth - 1]) * above
    layers = layers._replace(root=layers.root.at[layer].set(gram_factors.factor(gram).half))
    return s._replace(f=layers) if of_f else s._replace(g=layers)


def forward_block(net: Net, block: Block, layers: Layers) -> Layers:
    """Add a block's q^T q / width, and the projections its noise will have, to the layer's sums; return the layers."""
    c, K = layers.cross.shape
    normals, e = _take(block.normals, (block.size, c), (c, K))
    _, q, _ = _neurons(net, block, layers.root[block.layer], normals)
    gram = q.T @ q
    pool = gram_factors.factor(gram).half.T @ e
    return layers._replace(
        gram=layers.gram.at[block.layer].add(gram / net.width), pool=layers.pool.at[block.layer].add(pool / net.width)
    )


def backward_block(net: Net, block: Block, layers: Layers, member, spread):
    """Return a block's share of delta^T delta and y^T delta, delta = sigma'(y) * dh/dq."""
    c, K = layers.cross.shape
    normals, e, g = _take(block.normals, (block.size, c), (c, K), (block.size, K))
    y, q, slope = _neurons(net, block, layers.root[block.layer], normals)
    basis = gram_factors.factor(q.T @ q).basis
    fix = basis @ (e - basis.T @ (q.T @ g))
    delta = slope[:, member] * (g @ spread + q @ (layers.mix + fix @ spread))
    return delta.T @ delta, y.T @ delta


def g_turn(problem: Problem, block: Block, s: DrawState) -> DrawState:
    """Return the state with what delta^l of g sends on.

    Below it goes through V^l, and to f through the weights of W^L that made V^l.
    """
    layer, K, k = block.layer, s.D.shape[0], s.f.gram.shape[1]
    row, e = _take(block.normals, (1, K), (k * K, K))
    top = layer == problem.g.depth
    value = jnp.where(top, (row @ s.g.root[layer])[0], s.value)
    D = jnp.where(top, 1, s.D)
    cross = jnp.where(top, value[:, None], s.g.cross)
    last, Sigma = s.f.gram[problem.f.depth - 1], s.g.gram[layer - 1]
    S = pairs(problem, last)
    of_D, of_spread, of_Sigma, of_Lambda = gram_factors.factors(D, D * S, Sigma, S * Sigma)
    to_a, to_q = _overlap(problem, gram_factors.factor(last), of_Sigma, of_Lambda, e @ of_D.half, cross)
    spread = of_spread.half / jnp.sqrt(problem.g.width.astype(jnp.float32))
    mix = to_a / problem.g.width - of_Sigma.inverse() @ s.g.pool[layer - 1] @ spread
    return s._replace(
        f=s.f._replace(mix=s.f.mix + to_q / problem.f.width),
        g=s.g._replace(mix=mix, cross=jnp.zeros_like(cross)),
        spread=spread,
        D=jnp.zeros_like(D),
        Gamma=s.Gamma + D * Sigma,
        value=value,
    )


def _overlap(problem: Problem, span_q, span_a, of_Lambda, e, cross):
    """Return the part of B_i = W^T delta_i inside span q x span a, contracted with a basis of either side.

    1. In orthonormal bases of the two spans the forward pass has fixed B_i . t_j = g_j . delta_i for
       t_j = rho_c(j) x alpha_j, where t^T t = Lambda^l: draw E free, then replace that component.
    2. Contracted with q_c(i) it goes on inside g, contracted with a_i it goes into f.
    """
    K, k = cross.shape[0], span_q.half.shape[0]
    rho, alpha = span_q.half.T[problem.member], span_a.half.T
    t = (rho[:, :, None] * alpha[:, None, :]).reshape(K, k * K)
    E = (e + t.T @ (of_Lambda.inverse() @ (cross - t @ e))).reshape(k, K, K)
    to_a = span_a.basis @ jnp.einsum("bei,ib->ei", E, rho)
    to_q = span_q.basis @ jnp.einsum("bei,ie->bi", E, alpha)
    return to_a, to_q


def f_turn(problem: Problem, block: Block, s: DrawState) -> DrawState:
    """Add layer l's share D^l * S^(l-1) to the kernel and turn delta^l into dh/dq^(l-1); return the state."""
    top, S = block.layer == problem.f.depth, s.f.gram[block.layer - 1]
    D = jnp.where(top, s.Gamma, s.D)
    span = gram_factors.factor(S).inverse()
    spread = gram_factors.factor(D).half / jnp.sqrt(problem.f.width.astype(jnp.float32))
    mix = jnp.where(top, s.f.mix, span @ s.f.cross / problem.f.width) - span @ s.f.pool[block.layer - 1] @ spread
    return s._replace(
        f=s.f._replace(mix=mix, cross=jnp.zeros_like(mix)),
        spread=spread,
        D=jnp.zeros_like(D),
        kernel=s.kernel + D * pairs(problem, S),
    )
