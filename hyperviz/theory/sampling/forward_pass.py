"""Draw outputs of random hypernetworks, forward only: exact in law, in memory that does not depend on the width.

Given a layer's Gram matrix, the neurons of the next one are independent (`conditioning` has the backward pass too):
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
from jaxtyping import Float, Int

from hyperviz.runtime import compilation
from hyperviz.runtime.compilation import OLDER_GENERATOR, AnyArray, compiled, namespace
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import validation
from hyperviz.theory.activations import Activation
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import gram
from hyperviz.theory.gram import gram_factors
from hyperviz.theory.random_normals import fold_in, normal
from hyperviz.theory.sampling.conditioning import Net, Problem
from hyperviz.theory.sampling.progress import Progress
from hyperviz.theory.sampling.schedule import MAX_DEPTH
from hyperviz.theory.smooth_activations import FUNCTIONS, Smooth

TOP = 2**31 - 1  # in place of a tick: the last row's random numbers
BUDGET = 65536  # normals a tick: its arrays stay in the cache


class AnyActivation(NamedTuple):
    """Hold every activation as one, all fields traced: one compilation serves them all, in f and in g."""

    kind: int | Int[AnyArray, ""]  # 0 piecewise linear, then as in SMOOTH
    alpha: float | Float[AnyArray, ""]
    gain: float | Float[AnyArray, ""]

    def apply(self, y: Float[AnyArray, "*s"]) -> Float[AnyArray, "*s"]:
        """Return gain * phi(y), entry by entry."""
        return self.gain * jax.lax.switch(self.kind, (lambda y: jnp.where(y > 0, y, self.alpha * y), *FUNCTIONS), y)


def _as_any(phi: Activation | Smooth) -> AnyActivation:
    return (
        AnyActivation(phi.kind + 1, 0.0, phi.gain) if isinstance(phi, Smooth) else AnyActivation(0, phi.alpha, phi.gain)
    )


class ForwardState(NamedTuple):
    """Say where every draw (lane) stands, `tick` blocks of neurons far."""

    tick: Int[AnyArray, ""]
    factor: Float[AnyArray, "lanes c c"]  # M
    gram: Float[AnyArray, "lanes c c"]  # of the last finished layer
    root: Float[AnyArray, "lanes c c"]  # of the covariance of a row of the layer under way
    total: Float[AnyArray, "lanes c c"]  # of phi phi^T over its neurons so far
    noise: Float[AnyArray, "lanes c"]  # normals of the row of weights that follows the last layer


class Outputs(NamedTuple):
    """Hold h(u_i) of every draw, and its covariance given the hidden layers: h | covariance ~ N(0, covariance)."""

    value: Float[AnyArray, "lanes K"]
    covariance: Float[AnyArray, "lanes K K"]


def block(lanes: int, columns: int) -> int:
    """Return how many neurons are made at a time: fixed by the shapes, never by a width."""
    return max(128, min(8192, BUDGET // (lanes * columns)))


def ticks(net: Net, lanes: int):
    """Return how many blocks of neurons all hidden layers have."""
    return (net.depth - 1) * _blocks(net, lanes)


def _blocks(net: Net, lanes: int):
    size = block(lanes, net.gram.shape[0])
    return (net.width + size - 1) // size


def start(net: Net, factor: Float[AnyArray, "lanes c c"]) -> ForwardState:
    """Return every draw at its inputs."""
    xp = namespace(net.gram, factor)
    none = xp.zeros(factor.shape, np.float64)
    return ForwardState(np.int32(0), factor, xp.broadcast_to(net.gram, factor.shape), none, none, none[:, 0])  # pyright: ignore[reportArgumentType]


def _rows(keys, counter, shape):
    """Draw the same numbers for a block, whatever was drawn before it."""
    made = jax.vmap(lambda key: normal(fold_in(key, counter), shape))(keys)
    return made.astype(jnp.float64)


def _tick(net: Net, keys, s: ForwardState) -> ForwardState:
    """Return the draws one block of neurons further."""
    lanes, columns = s.gram.shape[:2]
    size, blocks = block(lanes, columns), _blocks(net, lanes)
    place = s.tick % blocks
    root = jax.lax.cond(place == 0, lambda: gram_factors.root(s.factor * s.gram), lambda: s.root)
    y = _rows(keys, s.tick, (size, columns)) @ jnp.swapaxes(root, 1, 2)
    real = (place * size + jnp.arange(size) < net.width)[:, None]
    q = jnp.where(real, net.activation.apply(y), 0)
    total = s.total + jnp.swapaxes(q, 1, 2) @ q
    last = place == blocks - 1
    gram, total = jnp.where(last, total / net.width, s.gram), jnp.where(last, 0 * total, total)
    return s._replace(tick=s.tick + 1, gram=gram, root=root, total=total)


def advance(net: Net, keys, which, s: ForwardState, until) -> ForwardState:
    """Return all draws at tick `until`; which: 0 for f, 1 for g, whose random numbers are others."""
    own = jax.vmap(lambda key: fold_in(key, which))(keys)
    s = jax.lax.while_loop(lambda s: s.tick < until, partial(_tick, net, own), s)
    return s._replace(noise=_rows(own, TOP, s.noise.shape[1:]))


def of_g(member: Int[AnyArray, " K"], f: ForwardState, g: Net) -> ForwardState:
    """Return g at its inputs, once f is done: M = S_emp at the points."""
    return start(g, _of_host(f.gram)[:, member][:, :, member])


def last_row(g: ForwardState) -> Outputs:
    """Return h: the last row of g; no value where its variance is not finite."""
    factor, gram, noise = map(_of_host, (g.factor, g.gram, g.noise))
    covariance = factor * gram
    if not compilation.traced(covariance) and not np.isfinite(covariance).all():  # NumPy's root would raise
        return Outputs(np.full_like(noise, np.nan), covariance)  # pyright: ignore[reportArgumentType]
    root = gram_factors.root(covariance)
    return Outputs((noise[:, None] @ root.swapaxes(1, 2))[:, 0], covariance)


def _of_host(value):
    """Return the array in NumPy's hands, unless it is traced.

    An index or a product of JAX's would compile a program.
    """
    return value if compilation.traced(value) else np.asarray(value)


@in_float64
def problem(x, z, architecture: Architecture) -> Problem:
    """Return the points as Gram matrices, and both networks; arguments as in `sampling.outputs`."""
    L, n, H, m = validation.sizes(architecture, MAX_DEPTH)
    x, z = validation.without_gradient("outputs", x, z)
    with jax.ensure_compile_time_eval():  # inside jit too, known points are looked at: the same key, the same numbers
        x, z = validation.points("x", x), validation.points("z", z)
        validation.same_length(x, z)
        rows, member = distinct(x.astype(jnp.float64))
        grams = gram(rows), gram(z, architecture.coordinates)
    sigma, phi = _as_any(architecture.sigma), _as_any(architecture.phi)
    return Problem(Net(grams[0], L, n, sigma), Net(grams[1], H, m, phi), member)


def distinct(x):
    """Return the k distinct rows of x and each point's row among them; if x is traced, every row counts as distinct."""
    if compilation.traced(x):
        return x, np.arange(x.shape[0])
    rows, member = np.unique(np.round(np.asarray(x), 12), axis=0, return_inverse=True)
    return rows, member.ravel().astype(np.int32)


_advance = compiled(advance, compiler_options=OLDER_GENERATOR)


def _start_f(f: Net, keys) -> ForwardState:
    return start(f, np.ones((len(keys), *f.gram.shape)))  # pyright: ignore[reportArgumentType]


@in_float64
def begin(keys, what: Problem) -> Progress:
    """Return draws of `what`, one for each key, before their first neuron; see Progress."""
    ends = np.cumsum([ticks(net, len(keys)) for net in (what.f, what.g)])
    return Progress(what, keys, (_start_f(what.f, keys), None), tuple(ends.tolist()), len(keys))


@in_float64
def advance_by(progress: Progress, steps: int, *, within_stage: bool = True) -> Progress:
    """Return the draws at most `steps` ticks further; a stage is a network."""
    until, end, what = progress.until(steps, within_stage), progress.ends[0], progress.problem
    keys, (f, g) = progress.keys, progress.state
    if progress.ticks < end:
        f = _advance(what.f, keys, 0, f, min(until, end))
    if until > end:
        g = _advance(what.g, keys, 1, of_g(what.member, f, what.g) if g is None else g, until - end)
    return progress._replace(state=(f, g), ticks=until)


@in_float64
def finish(progress: Progress) -> Outputs:
    """Return the outputs of draws that are done."""
    what, (f, g) = progress.problem, progress.state
    if g is None:  # a g of depth 1 has no ticks
        g = _advance(what.g, progress.keys, 1, of_g(what.member, f, what.g), 0)
    return last_row(g)


@in_float64
def outputs(keys, what: Problem) -> Outputs:
    """Return all draws at their end; under a transformation too."""
    f = _advance(what.f, keys, 0, _start_f(what.f, keys), ticks(what.f, len(keys)))
    return last_row(_advance(what.g, keys, 1, of_g(what.member, f, what.g), ticks(what.g, len(keys))))
