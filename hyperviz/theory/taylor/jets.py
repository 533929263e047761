"""Compute truncated power series through an activation: Taylor-mode differentiation, one rule for each function.

A series is an array whose first axis is the power of epsilon, 0 .. R.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hyperviz.theory.activations import Activation
from hyperviz.theory.smooth_activations import FUNCTIONS, Smooth


def product(a: Float[Array, "powers *s"], b: Float[Array, "powers *s"]) -> Float[Array, "powers *s"]:
    """Return the series (ab)_t = sum over r + s = t of a_r b_s."""
    return jnp.stack([jnp.sum(a[: t + 1] * b[t::-1], axis=0) for t in range(len(a))])


def through(phi: Activation | Smooth, y: Float[Array, "powers *s"]) -> Float[Array, "powers *s"]:
    """Return phi(y): a piecewise-linear phi keeps its slope at y_0; a smooth one follows its differential equation."""
    if isinstance(phi, Activation):
        return phi.derivative(y[0]) * y
    cdf = (_erf(y / math.sqrt(2)) / 2).at[0].add(0.5)
    kinds = [_tanh(y), _erf(y), product(y, cdf), _sin(y)]
    return phi.gain * jax.lax.select_n(jnp.asarray(phi.kind, jnp.int32), *kinds)


def _tanh(y):
    """Solve p' = (1 - p^2) y'."""
    p = [jnp.tanh(y[0])]
    for t in range(1, len(y)):
        square = [sum(p[a] * p[b - a] for a in range(b + 1)) for b in range(t)]
        slope = [1 - square[0], *(-s for s in square[1:])]
        p.append(sum(k * y[k] * slope[t - k] for k in range(1, t + 1)) / t)  # pyright: ignore[reportArgumentType]
    return jnp.stack(p)


def _erf(y):
    """Solve p' = 2/sqrt(pi) e y' with e = exp(-y^2), e' = -(y^2)' e."""
    square = product(y, y)
    e, p = [jnp.exp(-square[0])], [FUNCTIONS[1](y[0])]
    for t in range(1, len(y)):
        p.append(2 / math.sqrt(math.pi) * sum(k * y[k] * e[t - k] for k in range(1, t + 1)) / t)  # pyright: ignore[reportArgumentType]
        e.append(-sum(k * square[k] * e[t - k] for k in range(1, t + 1)) / t)  # pyright: ignore[reportArgumentType]
    return jnp.stack(p)


def _sin(y):
    """Solve p' = q y' with q = cos y, q' = -p y'."""
    p, q = [jnp.sin(y[0])], [jnp.cos(y[0])]
    for t in range(1, len(y)):
        p.append(sum(k * y[k] * q[t - k] for k in range(1, t + 1)) / t)  # pyright: ignore[reportArgumentType]
        q.append(-sum(k * y[k] * p[t - k] for k in range(1, t + 1)) / t)  # pyright: ignore[reportArgumentType]
    return jnp.stack(p)
