"""Draw the Taylor terms K^(r) of Theorem 1, for random hypernetworks of any width."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import ArrayLike, Float, Real

from hyperviz.errors import InvalidInput, OutOfRange
from hyperviz.runtime import arrays
from hyperviz.runtime.compilation import LEVEL_3, OLDER_GENERATOR, AnyArray, compiled
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import validation
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.inputs import covariance
from hyperviz.theory.sampling.conditioning import Net
from hyperviz.theory.sampling.progress import Progress
from hyperviz.theory.smooth_activations import Smooth
from hyperviz.theory.taylor import dense_g, matrix_free, sign_patterns
from hyperviz.theory.taylor.bartlett import ORDERS
from hyperviz.theory.taylor.sign_patterns import MAX_DEPTH, Census, Pair
from hyperviz.theory.validation import Unchecked

LANES = 40  # draws that advance together; always so many, so that one compilation serves them all
WIDE = 2**15  # from this width on draws are counted one by one
_SHARED = Census(None, 0, 0)  # type: ignore[arg-type]  # lanes share the tick, so a branch stays a branch


@in_float64
def terms(
    key: Unchecked,
    u_i: tuple[Real[ArrayLike, " _"], Real[ArrayLike, " _"]],  # lengths are judged below, in sentences
    u_j: tuple[Real[ArrayLike, " _"], Real[ArrayLike, " _"]],
    *,
    orders: int,
    depth_f: int,
    depth_g: int,
    width_f: int,
    width_g: int,
    draws: int,
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
) -> Float[np.ndarray, "draws powers"]:
    """Draw the Taylor terms of one gradient step for random hypernetworks.

        K^(r)_ij = <nabla^r h_i, (nabla h_j)^r> = d^r/de^r h_i(w + e nabla h_j) at e = 0,    r = 0 .. orders

    It is exact in law at every width, and no matrix of f is written out. Kinks of an activation count as flat.

    Args:
        key: of jax.random, or an integer, or a NumPy Generator, which moves on.
        u_i, u_j: the two points (x, z), each a pair of vectors (n_0,) and (m_0,).
        orders: the last r, 0 to ORDERS.
        depth_f, depth_g: L and H, 1 to MAX_DEPTH.
        width_f, width_g: n and m, at least 1; m at most dense_g.WIDEST for a smooth phi.
        draws: how many hypernetworks.
        activation_f: sigma, "relu" or "leaky_relu".
        activation_g: phi; also "tanh", "erf", "gelu" or "sin".
        alpha: slope of leaky ReLU below zero, in [-1, 1].

    Returns:
        K^(0..orders), (draws, orders + 1), float64: a row a hypernetwork.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.
        OutOfRange: the terms leave the range of float64.

    References:
        eq. 5, Theorem 1.

    Example:
        >>> import jax, numpy as np
        >>> u = np.array([1.0, 0.0]), np.array([0.0, 1.0])
        >>> found = terms(
        ...     jax.random.key(0), u, u, orders=3, depth_f=1, depth_g=1, width_f=1, width_g=1, draws=4
        ... )
        >>> found.shape, bool((found[:, 2:] == 0).all())  # no term beyond L H = 1
        ((4, 4), True)
    """
    orders, draws = validation.at_least("orders", orders, 0, ORDERS), validation.at_least("draws", draws, 1)
    sizes = {"depth_f": depth_f, "depth_g": depth_g, "width_f": width_f, "width_g": width_g}
    chosen = {"activation_f": activation_f, "activation_g": activation_g, "alpha": alpha}
    what = problem(u_i, u_j, Architecture(**sizes, **chosen))
    keys = jax.vmap(partial(jax.random.fold_in, validation.key(key)))(np.arange(draws))
    found = []
    for first in range(0, draws, lanes(what)):
        progress = begin(keys[first : first + lanes(what)], what)
        found.append(finish(advance_by(progress, progress.ends[-1])))
    return np.concatenate(found)[:, : orders + 1]


@in_float64
def problem(u_i, u_j, architecture: Architecture) -> Pair:
    """Return the pair of points as Gram matrices in the order (j, i), and both networks; u as in `terms`."""
    L, n, H, m = validation.sizes(architecture, MAX_DEPTH)
    phi = architecture.phi
    if isinstance(phi, Smooth) and m > dense_g.WIDEST:
        raise InvalidInput(
            f"width_g must be at most {dense_g.WIDEST} where activation_g is {architecture.activation_g}: "
            f"its weights are written out; got {m}: take relu, or a narrower g."
        )
    at_j, at_i = point("u_j", u_j), point("u_i", u_i)
    f, g = (_gram(*both) for both in zip("xz", at_j, at_i, strict=True))
    size = np.log10(max(f.max(), 1e-300)) * H + np.log10(max(g.max(), 1e-300))
    if not size * ORDERS < 280:
        raise OutOfRange(
            f"The Taylor terms of these points would reach 1e{size * ORDERS:.0f}, which float64 cannot hold: "
            "scale x to norm sqrt(n_0) and z to norm sqrt(m_0)."
        )
    return Pair(Net(f, L, n, architecture.sigma), Net(g, H, m, phi))


def point(name: str, u: Unchecked) -> list:
    """Return x and z of one point, each (1, d)."""
    return [validation.vector(f"{name}[{i}]", v) for i, v in enumerate(validation.pair(name, u))]


def _gram(name: str, at_j: AnyArray, at_i: AnyArray) -> np.ndarray:
    at_j, at_i = (np.asarray(arrays.real(name, v), np.float64) for v in (at_j, at_i))
    if at_j.shape != at_i.shape:
        raise InvalidInput(
            f"{name} must be one vector at either point, of one length; got {at_j.shape[1:]} at j "
            f"and {at_i.shape[1:]} at i."
        )
    return covariance(np.concatenate([at_j, at_i]))


def lanes(pair: Pair) -> int:
    """Return how many draws advance together."""
    return 1 if max(int(pair.f.width), int(pair.g.width)) >= WIDE else LANES


@in_float64
def begin(keys, pair: Pair) -> Progress:
    """Return draws before their first block, at most `lanes(pair)`, one for each key; see Progress."""
    wanted = len(keys)
    padded = keys if wanted == lanes(pair) else _taken(keys, np.arange(lanes(pair)) % wanted)
    end = int(sign_patterns.ticks(_layers(pair), lanes(pair)))
    return Progress(pair, padded, _start(_layers(pair), len(padded)), (end,), wanted)


def _layers(pair: Pair) -> Pair:
    """Return the layers that are counted: a smooth g is written out instead."""
    return dense_g.f_alone(pair) if isinstance(pair.g.activation, Smooth) else pair


@in_float64
def advance_by(progress: Progress, steps: int, *, within_stage: bool = True) -> Progress:
    """Return the draws so many blocks further: a draw of a huge width in pieces as short as one likes."""
    until = progress.until(steps, within_stage)
    counted = _advance(_layers(progress.problem), progress.keys, progress.state, until)
    return progress._replace(state=counted, ticks=until)


@in_float64
def finish(progress: Progress) -> Float[np.ndarray, "draws powers"]:
    """Return K^(0..ORDERS) of draws that are counted to their end."""
    counted, keys = progress.state._replace(tick=None), progress.keys
    if len(keys) < LANES:
        counted, keys = _taken((counted, keys), np.zeros(LANES, int))
    algebra = _smooth if isinstance(progress.problem.g.activation, Smooth) else _linear
    return np.asarray(algebra(progress.problem, counted, keys))[: progress.lanes]


def _taken(lanes, which: np.ndarray):
    """Return those lanes, of every array, by NumPy: keys that have a type of their own stay JAX's."""
    typed = jax.dtypes.prng_key
    return jax.tree.map(lambda v: (v if jnp.issubdtype(v.dtype, typed) else np.asarray(v))[which], lanes)


def _start(pair: Pair, lanes: int) -> Census:
    """Return every lane before its first block, made by NumPy."""
    one = sign_patterns.start(pair)
    return Census(one.tick, *(np.broadcast_to(v, (lanes, *v.shape)) for v in (one.sums, one.roots)))  # pyright: ignore[reportArgumentType]


@compiled(compiler_options=LEVEL_3)
def _advance(pair: Pair, keys, counted: Census, until) -> Census:
    one = jax.vmap(lambda key, c: sign_patterns.tick(pair, key, len(keys), c), in_axes=(0, _SHARED), out_axes=_SHARED)
    return jax.lax.while_loop(lambda c: c.tick < until, lambda c: one(keys, c), counted)


@compiled(compiler_options=OLDER_GENERATOR)
def _linear(pair: Pair, counted: Census, keys) -> Float[AnyArray, "lanes powers"]:
    return jax.vmap(partial(matrix_free.terms, pair))(counted, keys)


@compiled(compiler_options=OLDER_GENERATOR)
def _smooth(pair: Pair, counted: Census, keys) -> Float[AnyArray, "lanes powers"]:
    return jax.vmap(partial(dense_g.terms, pair))(counted, keys)
