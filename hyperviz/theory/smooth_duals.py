"""Compute duals of smooth activations, and the kernels of a g that uses one: variances go beside correlations.

erf, GELU and sine have closed forms. tanh is a mixture of scaled erfs with positive weights (the logistic distribution
is a scale mixture of normals, the scale being Kolmogorov's), so its duals are the same mixture of erf's: a quadrature
over the scale alone, whose error does not grow with the variance.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hyperviz.theory.activations import Correlation, product, root
from hyperviz.theory.smooth_activations import Smooth

SCALES = 16  # of the quadrature: tanh to 6e-9 and its derivative to 2e-8, at every y


class Diagonal(NamedTuple):
    """Hold Sigma^0(u, u) and S(u, u) of points: a smooth phi is not homogeneous, so norms stay in the recursion."""

    Sigma: Float[Array, " N"]
    S: Float[Array, " N"]


def _logistic_mixture(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return weights w and scales s with tanh(y) = sum w erf(s y): trapezoidal rule in log t, s = 1/(t sqrt 2).

    t has the density 8 t sum_k (-1)^(k+1) k^2 exp(-2 k^2 t^2), which falls faster than exponentially either side.
    """
    log_t, step = np.linspace(-1.7, 1.4, count, retstep=True)
    t, k = np.exp(log_t), np.arange(1, 100)[:, None]
    large = 8 * t * ((-1.0) ** (k + 1) * k**2 * np.exp(-2 * k**2 * t**2)).sum(0)
    c = ((2 * k - 1) * np.pi) ** 2 / 8  # the same density by Jacobi's identity, where the series above cancels
    small = np.sqrt(2 * np.pi) * (np.exp(-c / t**2) * (2 * c / t**4 - 1 / t**2)).sum(0)
    return np.where(t < 0.8, small, large) * t * step, 1 / (t * np.sqrt(2))


_TANH = _logistic_mixture(SCALES)
_ERF = np.ones(1), np.ones(1)


def _mixture(parts, c: Correlation, a, b):
    """Return E[phi phi'], E[phi_dot phi_dot'] for phi = sum w erf(s y), pair by pair of its parts (Williams 1997).

    With A = 2 s^2 a, B = 2 t^2 b:  (2/pi) arcsin(c sqrt(A B / ((1 + A)(1 + B)))),
    (4/pi) s t / sqrt(1 + A + B + A B (1 - c^2)).
    """
    weights, scales = (jnp.asarray(v, jnp.float64) for v in parts)
    count, sine2 = len(weights), c.gap * (2 - c.gap)

    def pair(i, sums):
        (w, v), (s, t) = ((values[i // count], values[i % count]) for values in (weights, scales))
        A, B = 2 * s**2 * a, 2 * t**2 * b
        value = jnp.arcsin(c.cosine * root(A / (1 + A)) * root(B / (1 + B))) * 2 / jnp.pi
        slope = 4 / jnp.pi * s * t / jnp.sqrt(1 + A + B + A * B * sine2)
        return sums[0] + w * v * value, sums[1] + w * v * slope

    return jax.lax.fori_loop(0, count**2, pair, (0 * c.cosine, 0 * c.cosine))


def _tanh(c, a, b):
    return _mixture(_TANH, c, a, b)


def _erf(c, a, b):
    return _mixture(_ERF, c, a, b)


def _gelu(c: Correlation, a, b):
    """Return E[u Phi(u) v Phi(v)] and that of the derivatives Phi + y Phi', by Gaussian integration by parts.

    With k = c sqrt(a b), D = (1 + a)(1 + b) - k^2, p = 1/(2 pi sqrt D), q = 1/(1 + a) + 1/(1 + b),
    P = E[Phi(u) Phi(v)] = 1/4 + arcsin(k / sqrt((1 + a)(1 + b))) / (2 pi):
        k P + p (a b - k^2 + k^2 q),   P + p k q + p k / D.
    """
    k, free = c.cosine * root(a) * root(b), a * b * c.gap * (2 - c.gap)
    D, q = 1 + a + b + free, 1 / (1 + a) + 1 / (1 + b)
    P = 0.25 + jnp.arcsin(c.cosine * root(a / (1 + a)) * root(b / (1 + b))) / (2 * jnp.pi)
    p = 1 / (2 * jnp.pi * jnp.sqrt(D))
    return k * P + p * (free + k**2 * q), P + p * k * (q + 1 / D)


def _sin(c: Correlation, a, b):
    """Return E[sin u sin v] and E[cos u cos v], the real parts of E[exp(i(u - v))] and E[exp(i(u + v))].

    With A, B = Var(u - v)/2, Var(u + v)/2 = (sqrt a - sqrt b)^2 / 2 + sqrt(a b) (1 - c), the same with 1 + c:
        (exp(-A) - exp(-B)) / 2,   (exp(-A) + exp(-B)) / 2.
    """
    norms, apart = root(a) * root(b), (root(a) - root(b)) ** 2 / 2
    acute = c.cosine >= 0  # 1 - |c| is the gap, which has the digits that c rounds away
    A = apart + norms * jnp.where(acute, c.gap, 1 - c.cosine)
    B = apart + norms * jnp.where(acute, 1 + c.cosine, c.gap)
    return (jnp.expm1(-A) - jnp.expm1(-B)) / 2, (jnp.exp(-A) + jnp.exp(-B)) / 2


def smooth_duals(phi: Smooth, c: Correlation, a, b) -> tuple[Float[Array, "*s"], Float[Array, "*s"]]:
    """Return E[phi(u) phi(v)] and E[phi'(u) phi'(v)] for Gaussians of variances a, b and correlation c; float64.

    Exact to 1e-13 of the largest value for erf, GELU and sine, to 1e-8 for tanh, at every variance and correlation.
    """
    value, slope = jax.lax.switch(phi.kind, (_tanh, _erf, _gelu, _sin), c, a, b)
    return value * phi.gain**2, slope * phi.gain**2


def second_moments(phi: Smooth, a):
    """Return E[phi(u)^2] and E[phi'(u)^2] at variance a."""
    return smooth_duals(phi, Correlation(jnp.ones_like(a), jnp.zeros_like(a)), a, a)


def g_smooth(Sigma: Correlation, S: Correlation, one: Diagonal, other: Diagonal, depth_g, phi: Smooth):
    """Return Lambda^H and Theta_g between two sets of points, as covariances and not correlations.

    Lambda^l = Sigma^(l-1) * S, Sigma^l = E[phi phi'], T^1 = Sigma^0, T^(l+1) = Sigma^l + T^l * Sigma_dot^l * S.
    """
    of_S = _outer(one.S, other.S)

    def layer(_, carry):
        Sigma, a, b, T = carry
        a, b = a * one.S, b * other.S
        value, slope = smooth_duals(phi, product(Sigma, S), a[:, None], b)
        a, b = second_moments(phi, a)[0], second_moments(phi, b)[0]
        norm = _outer(a, b)
        cosine = jnp.clip(jnp.where(norm > 0, value / jnp.where(norm > 0, norm, 1), 0), -1, 1)
        return Correlation(cosine, 1 - jnp.abs(cosine)), a, b, value + T * slope * S.cosine * of_S

    T = Sigma.cosine * _outer(one.Sigma, other.Sigma)
    Sigma, a, b, T = jax.lax.fori_loop(1, depth_g, layer, (Sigma, one.Sigma, other.Sigma, T))
    return product(Sigma, S).cosine * _outer(a, b) * of_S, T


def _outer(a, b):
    """Return the geometric means of two sets of variances."""
    return root(a)[:, None] * root(b)


def g_diagonal(points: Diagonal, depth_g, phi: Smooth) -> tuple[Float[Array, " N"], Float[Array, " N"]]:
    """Return Lambda^H(u, u) and Theta_g(u, u)."""

    def layer(_, carry):
        a, T = carry
        value, slope = second_moments(phi, a * points.S)
        return value, value + T * slope * points.S

    a, T = jax.lax.fori_loop(1, depth_g, layer, (points.Sigma, points.Sigma))
    return a * points.S, T
