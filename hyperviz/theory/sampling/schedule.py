"""Cut a draw into short ticks, one compilation for every width and depth."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from hyperviz.runtime.compilation import AnyArray, namespace
from hyperviz.theory.random_normals import fold_in, normal
from hyperviz.theory.sampling import conditioning
from hyperviz.theory.sampling.conditioning import Block, DrawState, Net, Problem

MAX_DEPTH = 16
SMALL, CHUNK = 128, 512  # neurons in a small block; normals generated at a time


class TickPlace(NamedTuple):
    """Say where a tick stands: which stage, which layer, turn or block."""

    stage: Int[Array, ""]
    layer: Int[Array, ""]
    kind: Int[Array, ""]  # 0 a turn, 1 a large block, 2 a small one
    offset: Int[Array, ""]
    counter: Int[Array, ""]  # tells the random numbers of two blocks apart


def large_block(points: int) -> int:
    """Return how many neurons are in a large block: fixed by the number of points, never by a width.

    Its arrays stay in the processor's cache.
    """
    return max(1024, min(16384, 2 ** ((65536 // points).bit_length() - 1)))


def _blocks(net: Net, points: int):
    """Return how many large and how many small blocks cover the width."""
    many = net.width // large_block(points)
    return many, (net.width - many * large_block(points) + SMALL - 1) // SMALL


def ticks(problem: Problem) -> Int[AnyArray, " stages"]:
    """Return the ticks of f forward, g forward, g backward and f backward.

    A layer is one turn (small algebra), then its blocks.
    """
    f, g = (1 + sum(_blocks(net, problem.member.shape[0])) for net in (problem.f, problem.g))
    L, H = problem.f.depth, problem.g.depth
    found = [(L - 1) * f, H * g - g + 1, 1 + (H - 1) * g, 1 + (L - 1) * f]
    return namespace(*found).stack(found).astype(jnp.int32)


def _place(problem: Problem, tick) -> TickPlace:
    counts = ticks(problem)
    ends = jnp.cumsum(counts)
    stage = jnp.minimum(jnp.sum(tick >= ends), 3)
    is_f, forward = (stage == 0) | (stage == 3), stage < 2
    net = jax.tree.map(partial(jnp.where, is_f), problem.f[1:3], problem.g[1:3])
    K = problem.member.shape[0]
    many, few = _blocks(Net(problem.f.gram, net[0], net[1], problem.f.activation), K)
    done = tick - (ends - counts)[stage]
    layer, place = done // (1 + many + few), done % (1 + many + few)
    layer = jnp.where(forward, layer + 1, net[0] - layer)
    layer = layer - jnp.where(forward | (place == 0), 0, 1)  # after the turn of layer l come the neurons of l - 1
    large = large_block(K)
    kind = jnp.where(place == 0, 0, jnp.where(place <= many, 1, 2))
    offset = jnp.where(kind == 1, (place - 1) * large, many * large + (place - 1 - many) * SMALL)
    return TickPlace(stage, layer, kind, offset, (jnp.where(is_f, 0, 2 * MAX_DEPTH) + layer) * 2**23 + place)


def room(problem: Problem) -> int:
    """Return how many normals the largest tick may use."""
    k, K = problem.f.gram.shape[0], problem.member.shape[0]
    return -(-max(2 * large_block(K) * K + K * K, (k * K + 1) * K) // CHUNK) * CHUNK


def _normals(problem: Problem, key, place: TickPlace, buffer):
    """Draw the normals of one tick, in chunks: one place in the program where random numbers are generated.

    The buffer is carried from tick to tick, since clearing it would cost more than filling what a tick needs.
    """
    k, K = problem.f.gram.shape[0], problem.member.shape[0]
    columns, pool = jnp.asarray([k, K, 2 * K, k + K])[place.stage], jnp.asarray([k, K, K, k])[place.stage] * K
    size = jnp.asarray([0, large_block(K), SMALL])[place.kind]
    count = jnp.where(place.kind == 0, jnp.where(place.stage == 2, (k * K + 1) * K, 0), size * columns + pool)
    base = fold_in(key, place.counter)

    def fill(i, buffer):
        return jax.lax.dynamic_update_slice(buffer, normal(fold_in(base, i), (CHUNK,)), (i * CHUNK,))

    return jax.lax.fori_loop(0, (count + CHUNK - 1) // CHUNK, fill, buffer)


def tick(problem: Problem, key, s: DrawState, buffer):
    """Take one step, a turn between two layers or one block of neurons of a layer; return the state and the buffer."""
    place = _place(problem, s.tick)
    drawn = _normals(problem, key, place, buffer)
    points = jnp.arange(problem.member.shape[0])

    def backward_f(block, s):
        D, cross = conditioning.backward_block(problem.f, block, s.f, problem.member, s.spread)
        return s._replace(D=s.D + D, f=s.f._replace(cross=s.f.cross + cross))

    def backward_g(block, s):
        D, cross = conditioning.backward_block(problem.g, block, s.g, points, s.spread)
        return s._replace(D=s.D + D, g=s.g._replace(cross=s.g.cross + cross))

    stages = [
        (
            partial(conditioning.forward_turn, problem, of_f=True),
            lambda b, s: s._replace(f=conditioning.forward_block(problem.f, b, s.f)),
        ),
        (
            partial(conditioning.forward_turn, problem, of_f=False),
            lambda b, s: s._replace(g=conditioning.forward_block(problem.g, b, s.g)),
        ),
        (partial(conditioning.g_turn, problem), backward_g),
        (partial(conditioning.f_turn, problem), backward_f),
    ]
    sizes = (0, large_block(problem.member.shape[0]), SMALL)
    branches = [
        partial(stage[min(kind, 1)], Block(place.layer, place.offset, sizes[kind], drawn))
        for stage in stages
        for kind in (0, 1, 2)
    ]
    return jax.lax.switch(3 * place.stage + place.kind, branches, s)._replace(tick=s.tick + 1), drawn


def advance(problem: Problem, key, state: DrawState, until) -> DrawState:
    """Run a draw on until its tick `until`."""
    buffer = jnp.zeros(room(problem), jnp.float32)
    step = partial(tick, problem, key)
    return jax.lax.while_loop(lambda c: c[0].tick < until, lambda c: step(*c), (state, buffer))[0]
