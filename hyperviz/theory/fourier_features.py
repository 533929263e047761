"""Return what g sees of z: z itself, or Fourier features of it, finitely or infinitely many (Remark 2)."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from hyperviz.runtime.compilation import AnyArray, compiled, namespace
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import validation
from hyperviz.theory.activations import Correlation
from hyperviz.theory.gram import gram_factors
from hyperviz.theory.inputs import covariance
from hyperviz.theory.validation import Unchecked


class FourierFeatures(NamedTuple):
    """Have g see infinitely many features cos(W z / bandwidth + b) in the place of z.

        Sigma^0(z, z') = 1/2 exp(-|z - z'|^2 / (2 bandwidth^2))

    Args:
        bandwidth: the length, in units of z, over which features resemble each other; above 0.

    References:
        Remark 2, whose bandwidth is 1.

    Example:
        >>> import numpy as np
        >>> np.round(np.asarray(gram(np.array([[0.0], [1.0]]), FourierFeatures(bandwidth=1.0))), 4)
        array([[0.5   , 0.3033],
               [0.3033, 0.5   ]])
    """

    bandwidth: float = 1.0


def gaussian(a: Float[AnyArray, "N1 d"], b: Float[AnyArray, "N2 d"], bandwidth, dtype) -> Correlation:
    """Return the correlation exp(-|z - z'|^2 / (2 bandwidth^2)) and its gap, in `dtype`."""
    xp = namespace(a, b, bandwidth)
    squares = xp.sum(a**2, 1)[:, None] + xp.sum(b**2, 1) - 2 * a @ b.T
    exponent = -xp.maximum(squares, 0) / (2 * bandwidth**2)
    return Correlation(xp.exp(exponent).astype(dtype), -xp.expm1(exponent).astype(dtype))


@in_float64
def gram(z: Real[ArrayLike, "K m0"], coordinates: FourierFeatures | None = None) -> Float[AnyArray, "K K"]:
    """Compute Sigma^0 between points: z.z'/m_0 of raw z, or that of infinitely many Fourier features.

    Args:
        z: points, (K, m_0).
        coordinates: None for raw z, or FourierFeatures(bandwidth).

    Returns:
        Sigma^0, (K, K), float64.

    Raises:
        InvalidInput: points that are no finite (K, m_0) array, or a bandwidth that is not above 0.

    References:
        eq. 8, Remark 2.

    Example:
        >>> import numpy as np
        >>> gram(np.array([[1.0, 1.0], [1.0, -1.0]])).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    points, bandwidth = validation.points("z", z).astype(jnp.float64), validation.bandwidth(coordinates)
    return covariance(points) if bandwidth is None else gaussian(points, points, bandwidth, np.float64).cosine / 2


@in_float64
def embedding(z: Real[ArrayLike, "K m0"], coordinates: FourierFeatures | None = None) -> Float[AnyArray, "K K"]:
    """Return K numbers e_i a point that stand for infinitely many features: e_i . e_j / K = Sigma^0(z_i, z_j).

    Args:
        z: points, (K, m_0).
        coordinates: None for raw z, or FourierFeatures(bandwidth).

    Returns:
        e, (K, K), float64.

    Raises:
        InvalidInput: points that are no finite (K, m_0) array, or a bandwidth that is not above 0.

    References:
        Remark 2.

    Example:
        >>> import numpy as np
        >>> e = embedding(np.array([[0.0], [1.0]]), FourierFeatures(bandwidth=1.0))
        >>> np.round(np.asarray(e @ e.T / 2), 4)
        array([[0.5   , 0.3033],
               [0.3033, 0.5   ]])
    """
    found = gram(z, coordinates)
    return gram_factors.root(found) * len(found) ** 0.5


@in_float64
def random_features(
    key: Unchecked, z: Real[ArrayLike, "K m0"], count: int, bandwidth: float = 1.0
) -> Float[Array, "K features"]:
    """Draw random Fourier features p(z) = cos(W z / bandwidth + b), W ~ N(0, 1), b ~ U[-pi, pi].

    Args:
        key: of jax.random, or an integer, or a NumPy Generator, which moves on.
        z: points, (K, m_0).
        count: how many features, at least 1.
        bandwidth: in units of z, above 0.

    Returns:
        p(z), (K, count), float64.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.

    References:
        Remark 2.

    Example:
        >>> random_features(jax.random.key(0), jnp.zeros((2, 3)), 64).shape
        (2, 64)
    """
    z = validation.points("z", z).astype(jnp.float64)
    count = validation.at_least("count", count, 1)
    return _random_features(validation.key(key), z, validation.positive("bandwidth", bandwidth), count=count)


@compiled(static_argnames="count")
def _random_features(key, z, bandwidth, *, count: int):
    of_W, of_b = jax.random.split(key)
    W = jax.random.normal(of_W, (z.shape[1], count), jnp.float64)
    b = jax.random.uniform(of_b, (count,), jnp.float64, -jnp.pi, jnp.pi)
    return jnp.cos(z @ W / bandwidth + b)
