"""What g sees of its input z: z itself, or Fourier features of it, finitely or infinitely many (Remark 2)."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Real

from hyperviz.runtime.compilation import AnyArray, compiled
from hyperviz.theory import gram_factors, validation
from hyperviz.theory.activations import Correlation
from hyperviz.theory.inputs import covariance


class FourierFeatures(NamedTuple):
    """Infinitely many features cos(Wz / bandwidth + b): Sigma^0 = 1/2 exp(-|z - z'|^2 / (2 bandwidth^2)) (Remark 2)."""

    bandwidth: float = 1.0


def gaussian(a: Float[AnyArray, "N1 d"], b: Float[AnyArray, "N2 d"], bandwidth, dtype) -> Correlation:
    """exp(-|z - z'|^2 / (2 bandwidth^2)) and its gap."""
    squares = jnp.sum(a**2, 1)[:, None] + jnp.sum(b**2, 1) - 2 * a @ b.T
    exponent = -jnp.maximum(squares, 0) / (2 * bandwidth**2)
    return Correlation(jnp.exp(exponent).astype(dtype), -jnp.expm1(exponent).astype(dtype))


def gram(z: Real[ArrayLike, "K m0"], coordinates: FourierFeatures | None = None) -> Float[Array, "K K"]:
    """Sigma^0 between points: z.z'/m_0, or that of the features; float64."""
    z = validation.points("z", z).astype(jnp.float64)
    return _gram(z, 0.0 if coordinates is None else validation.positive("bandwidth", coordinates.bandwidth))


@compiled
def _gram(z, bandwidth):
    """Both, so that a bandwidth moved from 0, raw z, compiles nothing."""
    features = gaussian(z, z, jnp.where(bandwidth > 0, bandwidth, 1), jnp.float64).cosine / 2
    return jnp.where(bandwidth > 0, features, covariance(z))


def embedding(z: Real[ArrayLike, "K m0"], coordinates: FourierFeatures | None = None) -> Float[Array, "K K"]:
    """K numbers e_i a point with e_i.e_j / K = Sigma^0(z_i, z_j): infinitely many features, as seen by these points."""
    return _embedding(gram(z, coordinates))


@compiled
def _embedding(found):
    return gram_factors.root(found) * len(found) ** 0.5


def random_features(key, z: Real[ArrayLike, "K m0"], count: int, bandwidth: float = 1.0) -> Float[Array, "K features"]:
    """p(z) = cos(W z / bandwidth + b), W ~ N(0, 1), b ~ U[-pi, pi]: `count` features of Remark 2; float64."""
    z = validation.points("z", z).astype(jnp.float64)
    count = validation.at_least("count", count, 1)
    return _random_features(key, z, validation.positive("bandwidth", bandwidth), count=count)


@compiled(static_argnames="count")
def _random_features(key, z, bandwidth, *, count: int):
    of_W, of_b = jax.random.split(key)
    W = jax.random.normal(of_W, (z.shape[1], count), jnp.float64)
    b = jax.random.uniform(of_b, (count,), jnp.float64, -jnp.pi, jnp.pi)
    return jnp.cos(z @ W / bandwidth + b)
