"""Refuse bad arguments at the border of the library: one sentence each, what was expected, what came, what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hyperviz.errors import InvalidInput, OutOfRange
from hyperviz.runtime import arrays
from hyperviz.runtime.compilation import namespace, traced

MAX_WIDTH = 10**8
Unchecked = Any  # an argument at the border, array-like or a number: it is judged here, in a sentence


def at_least(name: str, value, least: int, most: int | None = None):
    """Return an integer within bounds, or a traced one as it is."""
    return value if traced(value) else arrays.integer(name, value, least, most)


def key(value: Unchecked):
    """Return a key of jax.random: the one given, or one made of an integer or drawn from a NumPy Generator."""
    if traced(value):
        return value
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return jax.random.key(int(value) % 2**63)
    if isinstance(value, np.random.Generator):
        return jax.random.key(int(value.integers(2**63)))
    if isinstance(value, jax.Array | np.ndarray):
        raw = value.dtype == np.uint32 and value.shape == (2,)
        if raw or jnp.issubdtype(value.dtype, jax.dtypes.prng_key):
            return value
    raise InvalidInput(
        "key must be one of jax.random, such as jax.random.key(0), an integer or a numpy.random.Generator; got "
        f"{type(value).__name__}."
    )


def keys(value: Unchecked):
    """Return an array of keys, one a hypernetwork."""
    stacked = traced(value) or (isinstance(value, jax.Array | np.ndarray) and value.ndim > 0)
    raw = stacked and value.dtype == np.uint32 and value.ndim == 2
    if raw or (stacked and value.ndim == 1 and jnp.issubdtype(value.dtype, jax.dtypes.prng_key)):
        return value
    raise InvalidInput(
        "keys must be an array of keys of jax.random, one a hypernetwork, such as "
        f"jax.random.split(jax.random.key(0), 100); got {'None' if value is None else type(value).__name__}: split it."
    )


DRAWN = "differentiate analytic.kernels, its limit, or network.apply"  # what to do instead of a gradient of a draw


def without_gradient(name: str, *values: Unchecked, instead: str = DRAWN) -> tuple:
    """Return the values, through which no gradient passes: InvalidInput says what to write, where one is asked.

    Under jit and vmap alone they stay as they are.
    """
    return tuple(_fixed(name, instead)(value) if traced(value) else value for value in values)


@cache
def _fixed(name: str, instead: str) -> Callable:
    """Return the identity that refuses to be differentiated."""

    @jax.custom_jvp
    def fixed(value):
        return value

    @fixed.defjvp
    def _(primals, tangents):
        raise InvalidInput(
            f"{name} must not be differentiated, since its loops keep no gradient; got a derivative (jax.grad or "
            f"another) in one of its arrays: {instead}, or pass jax.lax.stop_gradient of the array."
        )

    return fixed


def static(name: str, value: Unchecked) -> Unchecked:
    """Return a size that decides the form of a program; InvalidInput where it is traced."""
    if traced(value):
        raise InvalidInput(
            f"{name} must be a number that is known while JAX traces, since it decides the form of the program; got a "
            f"traced one: pass static_argnames={name!r} to jax.jit, or close over it."
        )
    return value


def whole(value):
    """Return an int32 of NumPy, or of JAX where the value is traced: all sizes have one type, and one program."""
    return namespace(value).asarray(value, jnp.int32)


def depths(architecture: Unchecked, deepest: int) -> tuple:
    """Return L and H of an Architecture, at most `deepest`, each an integer or traced."""
    return tuple(at_least(name, getattr(architecture, name), 1, deepest) for name in ("depth_f", "depth_g"))


def sizes(architecture: Unchecked, deepest: int) -> tuple:
    """Return L, n, H and m of an Architecture, each an int32 or traced: all sizes have one type, and one program."""
    L, H = depths(architecture, deepest)
    n, m = (at_least(name, getattr(architecture, name), 1, MAX_WIDTH) for name in ("width_f", "width_g"))
    return tuple(map(whole, (L, n, H, m)))


def points(name: str, value):
    """Return a non-empty (N, d) array of finite floats, of NumPy unless it is traced; float32 unless float64 came."""
    value = _taken(name, value)
    if value.ndim != 2 or 0 in value.shape:
        raise InvalidInput(
            f"{name} must be a non-empty (points, dimensions) array; got shape {value.shape}{_reshaped(name, value)}."
        )
    return value.astype(jnp.float64 if value.dtype == jnp.float64 else jnp.float32, copy=False)


def _taken(name: str, value: Unchecked) -> Any:
    """Return a traced array as it is, also where a list holds its parts, and all else as an array of NumPy."""
    if type(value) in (list, tuple) and traced(*jax.tree.leaves(value)):
        return jnp.asarray(value)
    return value if traced(value) else arrays.real(name, value)


def _reshaped(name: str, array) -> str:
    """Return how an array of another shape becomes points."""
    if 0 in array.shape or array.ndim in (0, 2):
        return ""
    if array.ndim == 1:
        return f": write {name}[None] for one point, {name}[:, None] for points of one dimension"
    return f": flatten each, {name}.reshape(len({name}), -1)"


def vector(name: str, value):
    """Return one point (d,) as an array (1, d), checked as points are; a number is a point of one dimension."""
    array = _taken(name, value)
    array = points(name, array.reshape(1, -1) if array.ndim < 2 else array)
    if len(array) > 1:
        raise InvalidInput(f"{name} must be one vector; got {len(array)} of them: take one, as by [0].")
    return array


def pair(name: str, value: Unchecked) -> tuple:
    """Return the two parts of (x, z)."""
    several = isinstance(value, list | tuple) or (isinstance(value, np.ndarray | jax.Array) and value.ndim > 0)
    if not several or len(value) != 2:
        kind = "None" if value is None else type(value).__name__
        raise InvalidInput(f"{name} must be a pair (x, z) of arrays; got {kind}: pass a tuple of the two.")
    return value[0], value[1]


def bandwidth(coordinates: Unchecked):
    """Return the bandwidth of FourierFeatures, a number above 0 or traced; None for raw z."""
    if coordinates is None:
        return None
    if not hasattr(coordinates, "bandwidth"):
        raise InvalidInput(
            f"coordinates must be None or FourierFeatures(bandwidth); got {type(coordinates).__name__}: "
            "wrap the bandwidth, as in FourierFeatures(1.0)."
        )
    return positive("bandwidth", coordinates.bandwidth)


def same_length(x, z) -> None:
    """Refuse x and z that do not hold as many points each."""
    if x.shape[0] != z.shape[0]:
        raise InvalidInput(f"x and z must hold as many points each, pair by pair; got {x.shape[0]} and {z.shape[0]}.")


def same_width(a, b, first: str, second: str) -> None:
    """Refuse two sets of points of different dimensions."""
    if a.shape[1] != b.shape[1]:
        raise InvalidInput(f"{first} and {second} must have the same dimension; got {a.shape[1]} and {b.shape[1]}.")


def positive(name: str, value):
    """Return a finite number above zero, or a traced one as it is."""
    if traced(value):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InvalidInput(f"{name} must be a number above 0; got {value!r}.") from None
    if not 0 < number < np.inf:
        raise InvalidInput(f"{name} must be a finite number above 0; got {number}.")
    return number


def nonnegative(name: str, value) -> float:
    """Return a finite number of at least zero."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InvalidInput(f"{name} must be a number of at least 0; got {value!r}.") from None
    if not 0 <= number < np.inf:
        raise InvalidInput(f"{name} must be a finite number of at least 0; got {number}.")
    return number


def doubles(name: str, value, shape: str, *ranks: int) -> np.ndarray:
    """Return a non-empty finite float64 NumPy array with one of the ranks; shape: what to call them in the message."""
    array = np.asarray(arrays.real(name, value), np.float64)
    if array.ndim not in ranks or 0 in array.shape:
        raise InvalidInput(f"{name} must be a non-empty {shape} array; got shape {array.shape}: reshape it.")
    return array


def images(x: Unchecked, y: Unchecked, x_new: Unchecked) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the three inputs checked, as float64, x flattened."""
    ranks = (2, 3, 4)
    x = doubles("x", x, "(N, pixels), (N, g, g) or (N, g, g, C)", *ranks)
    x_new = doubles("x_new", x_new, "(M, pixels), (M, g, g) or (M, g, g, C)", *ranks)
    y = doubles("y", y, "(N, g, g) or (N, g, g, C)", 3, 4)
    if y.shape[1] != y.shape[2]:
        raise InvalidInput(f"y must hold square images; got {y.shape[1]} x {y.shape[2]}: crop or pad them.")
    if len(x) != len(y):
        raise InvalidInput(f"x and y must hold as many images each; got {len(x)} and {len(y)}.")
    x, x_new = x.reshape(len(x), -1), x_new.reshape(len(x_new), -1)
    same_width(x, x_new, "x", "x_new")
    return x, y, x_new


def in_range(diagonal, dtype, what: str) -> None:
    """Refuse a kernel whose diagonal leaves the range of its floating-point type."""
    info, values = jnp.finfo(dtype), np.asarray(diagonal, np.float64)
    largest, smallest = values.max(), np.min(values, where=values > 0, initial=np.inf)
    if largest > info.max or smallest < info.tiny:
        worst = largest if largest > info.max else smallest
        raise OutOfRange(
            f"{what} would reach {worst:.0e}, which {info.dtype} cannot hold (it grows as |x|^(2H) |z|^2): "
            "scale x to norm sqrt(n_0), lower depth_g or pass float64."
        )
