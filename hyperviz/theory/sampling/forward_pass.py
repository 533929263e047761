"""Outputs of random hypernetworks, forward only: exact in law at any width, in memory that does not depend on it.

Given a layer's Gram matrix, the neurons of the next one are independent (`lazy` has the backward pass too):
a row of pre-activations is N(0, M * gram^(l-1)), and gram^l is the mean of phi phi^T over `width` of them. For f the
factor M is 1; for g it is S_emp, the Gram matrix of f's last layer: the Hadamard product of Theorem 2, exact at
finite width. Neurons are streamed in blocks and forgotten; norms stay, so phi need not be homogeneous.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from hyperviz.runtime import compilation
from hyperviz.runtime.compilation import AnyArray, compiled
from hyperviz.theory import gram_factors, validation
from hyperviz.theory.activations import Activation, activation
from hyperviz.theory.fourier_features import FourierFeatures, gram
from hyperviz.theory.sampling.schedule import MAX_DEPTH
from hyperviz.theory.smooth_activations import FUNCTIONS, Smooth
from hyperviz.theory.smooth_activations import activation_g as primary

TOP = 2**31 - 1  # in place of a tick: the last row's random numbers
BUDGET = 65536  # normals a tick: its arrays stay in the cache


class AnyActivation(NamedTuple):
    """Every activation as one, all fields traced: one compilation serves them all, in f and in g."""

    kind: int | Int[AnyArray, ""]  # 0 piecewise linear, then as in SMOOTH
    alpha: float | Float[AnyArray, ""]
    gain: float | Float[AnyArray, ""]

    def apply(self, y: Float[AnyArray, "*s"]) -> Float[AnyArray, "*s"]:
        """gain * phi(y), entry by entry."""
        return self.gain * jax.lax.switch(self.kind, (lambda y: jnp.where(y > 0, y, self.alpha * y), *FUNCTIONS), y)


def _as_any(phi: Activation | Smooth) -> AnyActivation:
    return (
        AnyActivation(phi.kind + 1, 0.0, phi.gain) if isinstance(phi, Smooth) else AnyActivation(0, phi.alpha, phi.gain)
    )


class Stack(NamedTuple):
    """One of the two networks; depth and width may be traced. c columns: k distinct x for f, K points for g."""

    gram: Float[AnyArray, "c c"]  # of the inputs
    depth: Int[AnyArray, ""]
    width: Int[AnyArray, ""]
    activation: AnyActivation


class Layer(NamedTuple):
    """Where every draw (lane) stands, `tick` blocks of neurons far."""

    tick: Int[AnyArray, ""]
    factor: Float[AnyArray, "lanes c c"]  # M
    gram: Float[AnyArray, "lanes c c"]  # of the last finished layer
    root: Float[AnyArray, "lanes c c"]  # of the covariance of a row of the layer under way
    total: Float[AnyArray, "lanes c c"]  # of phi phi^T over its neurons so far


class Outputs(NamedTuple):
    """h(u_i) of every draw, and its covariance given the hidden layers: h | covariance ~ N(0, covariance)."""

    value: Float[AnyArray, "lanes K"]
    covariance: Float[AnyArray, "lanes K K"]


def block(lanes: int, columns: int) -> int:
    """Neurons made at a time: fixed by the shapes, never by a width."""
    return max(128, min(8192, BUDGET // (lanes * columns)))


def ticks(net: Stack, lanes: int):
    """Blocks of neurons in all hidden layers."""
    return (net.depth - 1) * _blocks(net, lanes)


def _blocks(net: Stack, lanes: int):
    size = block(lanes, net.gram.shape[0])
    return (net.width + size - 1) // size


def start(net: Stack, factor: Float[AnyArray, "lanes c c"]) -> Layer:
    """Every draw at its inputs."""
    gram = jnp.broadcast_to(net.gram, factor.shape)
    return Layer(jnp.int32(0), factor, gram, jnp.zeros_like(gram), jnp.zeros_like(gram))


def _rows(keys, counter, shape):
    """The same numbers for a block, whatever was drawn before it."""
    made = jax.vmap(lambda key: jax.random.normal(jax.random.fold_in(key, counter), shape, jnp.float32))(keys)
    return made.astype(jnp.float64)


def _tick(net: Stack, keys, s: Layer) -> Layer:
    """One block of neurons of every draw."""
    lanes, columns = s.gram.shape[:2]
    size, blocks = block(lanes, columns), _blocks(net, lanes)
    place = s.tick % blocks
    root = jax.lax.cond(place == 0, lambda: gram_factors.root(s.factor * s.gram), lambda: s.root)
    y = _rows(keys, s.tick, (size, columns)) @ jnp.swapaxes(root, 1, 2)
    real = (place * size + jnp.arange(size) < net.width)[:, None]
    q = jnp.where(real, net.activation.apply(y), 0)
    total = s.total + jnp.swapaxes(q, 1, 2) @ q
    last = place == blocks - 1
    return Layer(
        s.tick + 1, s.factor, jnp.where(last, total / net.width, s.gram), root, jnp.where(last, 0 * total, total)
    )


def advance(net: Stack, keys, s: Layer, until) -> Layer:
    """All draws on until tick `until`."""
    return jax.lax.while_loop(lambda s: s.tick < until, partial(_tick, net, keys), s)


def of_g(member: Int[AnyArray, " K"], f: Layer, g: Stack) -> Layer:
    """g at its inputs, once f is done: M = S_emp at the points."""
    return start(g, f.gram[:, member][:, :, member])


def finish(keys, g: Layer) -> Outputs:
    """The last row: h."""
    covariance = g.factor * g.gram
    noise = _rows(keys, TOP, (1, covariance.shape[-1]))
    return Outputs((noise @ jnp.swapaxes(gram_factors.root(covariance), 1, 2))[:, 0], covariance)


class Problem(NamedTuple):
    """The two networks, and which of f's k distinct x each point has."""

    f: Stack
    g: Stack
    member: Int[AnyArray, " K"]


def problem(
    x,
    z,
    *,
    depth_f,
    depth_g,
    width_f,
    width_g,
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
    coordinates: FourierFeatures | None = None,
) -> Problem:
    """The points as Gram matrices; arguments as in `sampling.outputs`."""
    L, H, n, m = validation.sizes(depth_f, depth_g, width_f, width_g, MAX_DEPTH)
    with jax.ensure_compile_time_eval():  # inside jit too, known points are looked at: the same key, the same numbers
        x, z = validation.points("x", x), validation.points("z", z)
        validation.same_length(x, z)
        rows, member = distinct(x.astype(jnp.float64))
        grams = gram(rows), gram(z, coordinates)
    L, n, H, m = map(validation.whole, (L, n, H, m))
    sigma, phi = activation(activation_f, alpha), primary(activation_g, alpha)
    return Problem(Stack(grams[0], L, n, _as_any(sigma)), Stack(grams[1], H, m, _as_any(phi)), member)


def distinct(x):
    """The k distinct rows of x and each point's row among them; under a transformation of x every row counts."""
    if compilation.traced(x):
        return x, np.arange(x.shape[0])
    rows, member = np.unique(np.round(np.asarray(x), 12), axis=0, return_inverse=True)
    return rows, member.ravel().astype(np.int32)


class Progress(NamedTuple):
    """Draws under way, one lane a key; g is None while f is."""

    of_f: Array  # keys
    of_g: Array
    f: Layer
    g: Layer | None
    ticks: int
    ends: tuple[int, int]  # of f, of g

    @property
    def stage(self) -> int:
        """0 while f is under way, 1 while g is."""
        return int(self.ticks >= self.ends[0])

    @property
    def done(self) -> bool:
        """Whether only the last row is missing."""
        return self.g is not None and self.ticks >= self.ends[1]  # with depth 1 there are no ticks


@compiled
@jax.vmap
def _split(key):
    """Return the keys of f and of g."""
    return tuple(jax.random.fold_in(key, i) for i in (0, 1))


@compiled
def _start_f(f, keys):
    return start(f, jnp.ones((len(keys), *f.gram.shape), jnp.float64))


_start_g = compiled(of_g)
_advance = compiled(advance)
_finish = compiled(finish)


def begin(keys, what: Problem) -> Progress:
    """Draws of `what`, one for each key, before their first neuron."""
    to_f, to_g = _split(keys)
    ends = ticks(what.f, len(keys)), ticks(what.g, len(keys))
    return Progress(to_f, to_g, _start_f(what.f, keys), None, 0, (int(ends[0]), int(sum(ends))))


def advance_by(progress: Progress, what: Problem, steps: int) -> Progress:
    """At most `steps` ticks further, within one of the two networks."""
    p = progress
    if p.g is None and p.ticks >= p.ends[0]:
        p = p._replace(g=_start_g(what.member, p.f, what.g))
    until = min(p.ends[p.g is not None], p.ticks + max(1, steps))
    if p.g is None:
        return p._replace(f=_advance(what.f, p.of_f, p.f, until), ticks=until)
    return p._replace(g=_advance(what.g, p.of_g, p.g, until - p.ends[0]), ticks=until)


def outputs(keys, what: Problem) -> Outputs:
    """All draws to their end; under a transformation too."""
    to_f, to_g = _split(keys)
    f = _advance(what.f, to_f, _start_f(what.f, keys), ticks(what.f, len(keys)))
    g = _advance(what.g, to_g, _start_g(what.member, f, what.g), ticks(what.g, len(keys)))
    return _finish(to_g, g)


def conclude(progress: Progress) -> Outputs:
    """The outputs of draws that are done."""
    assert progress.g is not None
    return _finish(progress.of_g, progress.g)
