"""Compute piecewise-linear activations and their dual kernels, exact near equal and opposite inputs.

A correlation c is carried together with its gap 1 - |c|: products and duals of such pairs
are then sums of terms of one sign, so no digit is lost as c -> 1 or c -> -1 (arccos of a
rounded c loses half of them).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.polynomial import chebyshev

from hyperviz.errors import InvalidInput
from hyperviz.runtime.compilation import AnyArray, namespace
from hyperviz.theory.names import PIECEWISE_LINEAR as NAMES


class Activation(NamedTuple):
    """Hold sigma(y) = gain * max(y, alpha * y): ReLU is alpha = 0. Both fields may be traced."""

    alpha: float
    gain: float

    def apply(self, y: Float[AnyArray, "*s"]) -> Float[AnyArray, "*s"]:
        """Return gain * sigma(y), entry by entry."""
        xp = namespace(y, self.alpha, self.gain)
        return xp.where(y > 0, y, self.alpha * y) * xp.asarray(self.gain, y.dtype)

    def derivative(self, y: Float[Array, "*s"]) -> Float[Array, "*s"]:
        """Return sigma'(y), with sigma'(0) = gain * alpha: a dead ReLU unit passes nothing back."""
        return jnp.where(y > 0, 1.0, self.alpha).astype(y.dtype) * jnp.asarray(self.gain, y.dtype)


class Correlation(NamedTuple):
    """Hold a correlation c in [-1, 1] with its gap 1 - |c|, which keeps the digits that c rounds away."""

    cosine: Float[Array, "*s"]
    gap: Float[Array, "*s"]


def activation(name: str, alpha: float = 0.01, gain: float | None = None) -> Activation:
    """Return the named activation with the layer's second moment kept: gain = sqrt(2 / (1 + alpha^2)).

    name: one of NAMES. alpha: slope for y < 0 of the leaky ReLU, in [-1, 1].
    gain: the constant before sigma; None keeps E[sigma(g)^2] = 1 for g ~ N(0, 1), which for
    ReLU is the paper's sqrt(2) (eq. 2); pass 2 ** 0.5 for the paper's constant with any alpha.
    """
    if name not in NAMES:
        raise InvalidInput(f"activation must be one of {', '.join(NAMES)}; got {name!r}.")
    try:
        slope = float(alpha)
    except (TypeError, ValueError):
        slope = math.nan
    if not -1 <= slope <= 1:
        raise InvalidInput(f"alpha, the slope of leaky ReLU below zero, must lie in [-1, 1]; got {alpha!r}.")
    slope = 0.0 if name == "relu" else slope
    return Activation(slope, float(np.sqrt(2 / (1 + slope**2))) if gain is None else float(gain))


def root(v: Float[AnyArray, "*s"]) -> Float[AnyArray, "*s"]:
    """Return the square root, with slope 0 at 0."""
    xp = namespace(v)
    return xp.where(v > 0, xp.sqrt(xp.where(v > 0, v, 1)), 0)


def product(a: Correlation, b: Correlation) -> Correlation:
    """Return the correlation of a Hadamard product: 1 - |c c'| = v + v' - v v' for gaps v, v'."""
    return Correlation(a.cosine * b.cosine, a.gap + b.gap * (1 - a.gap))


def duals(c: Correlation, alpha) -> tuple[Correlation, Float[Array, "*s"]]:
    """Return E[sigma sigma'] and E[sigma_dot sigma_dot'] of two unit Gaussians of correlation c, second moment 1.

    With J(v) = (sin t - t cos t)/pi and I(v) = t/pi for the angle t between the lines, 1 - cos t = v:
        kappa1 = max(c, 0) + J,  kappa0 = 1 - I for c >= 0, I for c < 0      (ReLU, Cho & Saul 2009)
        leaky:  (2 alpha c + (1 - alpha)^2 kappa1) / (1 + alpha^2),  (2 alpha + (1 - alpha)^2 kappa0) / (1 + alpha^2)
    """
    angle, lift = _angle_and_lift(c.gap)
    unit, bend = 1 + alpha**2, (1 - alpha) ** 2
    acute = c.cosine >= 0
    kappa0 = jnp.where(acute, 1 - angle, angle)
    cosine = (2 * alpha * c.cosine + bend * (jnp.maximum(c.cosine, 0) + lift)) / unit
    # 1 - |cosine| written without a difference of nearly equal numbers, in each of the cases
    above = (2 * alpha * c.gap + bend * (c.gap - lift)) / unit
    below = (bend * (1 + lift) + 2 * alpha * c.gap) / unit
    gap = jnp.where(acute & (cosine >= 0), above, jnp.where(~acute & (cosine < 0), below, 1 - jnp.abs(cosine)))
    return Correlation(cosine, jnp.clip(gap, 0, 1)), (2 * alpha + bend * kappa0) / unit


def _angle_and_lift(gap):
    """Return I = t/pi and J = (sin t - t cos t)/pi for cos t = 1 - gap, t in [0, pi/2]."""
    positive = gap > 0  # the root's slope is infinite at 0: both branches of a where are differentiated
    root = jnp.where(positive, jnp.sqrt(2 * jnp.where(positive, gap, 1)), 0)
    if gap.dtype == jnp.float32:  # two polynomials, no arccos: this loop is what a large kernel matrix costs
        angle, lift = (jnp.polyval(jnp.asarray(c, gap.dtype), gap) for c in (_ANGLE, _LIFT))
        return root * angle, root * gap * lift
    half = jnp.clip(root / 2, 0, 1)
    t = 2 * jnp.arctan2(half, jnp.sqrt(1 - half**2))
    difference = root * jnp.sqrt(1 - gap / 2) - t * (1 - gap)
    series = jnp.polyval(jnp.asarray(_LIFT_SERIES, gap.dtype), gap)
    return t / jnp.pi, jnp.where(gap < 1e-2, root * gap * series, difference / jnp.pi)


def _angle_over_root(v):
    return 2 * np.arcsin(np.sqrt(v / 2)) / np.sqrt(2 * v) / np.pi


def _lift_over_cube(v):
    return (np.sqrt(1 - v / 2) / np.pi - _angle_over_root(v) * (1 - v)) / v


def _interpolant(function, degree=9):
    """Return coefficients, highest first, on [0, 1]: the singularity at v = 2 makes the error fall as 5.8^-degree."""
    fit = chebyshev.Chebyshev.interpolate(function, degree, domain=[0, 1])
    return tuple(map(float, fit.convert(kind=np.polynomial.Polynomial, domain=[-1, 1]).coef[::-1]))


def _lift_series(terms=9):
    """Return Taylor coefficients, highest first, of _lift_over_cube at 0, from those of arcsin and the square root."""
    arcsin = [math.comb(2 * k, k) / (8**k * (2 * k + 1)) for k in range(terms + 1)]
    root = [math.prod((0.5 - j) / (j + 1) for j in range(k)) * (-0.5) ** k for k in range(terms + 1)]
    return tuple((root[k] - arcsin[k] + arcsin[k - 1]) / math.pi for k in range(terms, 0, -1))


_ANGLE, _LIFT, _LIFT_SERIES = _interpolant(_angle_over_root), _interpolant(_lift_over_cube), _lift_series()
