"""Compute the smooth activations of g: tanh, erf, GELU and sine, with the gain that keeps a layer's second moment.

Sine is that of SIREN (Sitzmann et al. 2020) at frequency 1: in its hidden layers the frequency w_0 cancels against the
weights' 1/w_0, and the sine of a Gaussian of variance 1 is left; w_0 = 30 in its first layer is z times 30.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special
from jaxtyping import Array, Float, Int

from hyperviz.errors import InvalidInput
from hyperviz.theory import activations
from hyperviz.theory.activations import Activation
from hyperviz.theory.names import ACTIVATIONS as NAMES
from hyperviz.theory.names import SMOOTH

NODES = 200  # of the Gauss-Hermite rule: E[phi^2] to 1e-12 for each


def gelu(y: Float[Array, "*s"]) -> Float[Array, "*s"]:
    """Return y Phi(y), Phi the normal distribution function: no tanh in its place."""
    return y * jax.scipy.stats.norm.cdf(y)


FUNCTIONS = (jnp.tanh, jax.scipy.special.erf, gelu, jnp.sin)
REFERENCE = (np.tanh, scipy.special.erf, lambda y: y * scipy.special.ndtr(y), np.sin)  # the same of NumPy arrays


class Smooth(NamedTuple):
    """Hold gain * phi(y). Both fields may be traced, so that no choice of phi compiles anything."""

    kind: int | Int[Array, ""]  # index into SMOOTH
    gain: float | Float[Array, ""]

    def apply(self, y: Float[Array, "*s"]) -> Float[Array, "*s"]:
        """Return gain * phi(y), entry by entry."""
        known = isinstance(self.kind, int)  # Taylor-mode differentiation does not pass through a switch
        value = FUNCTIONS[self.kind](y) if known else jax.lax.switch(self.kind, FUNCTIONS, y)
        return value * jnp.asarray(self.gain, y.dtype)

    def derivative(self, y: Float[Array, "*s"]) -> Float[Array, "*s"]:
        """Return gain * phi'(y), entry by entry."""
        return jax.jvp(self.apply, (y,), (jnp.ones_like(y),))[1]


def activation_g(name: str, alpha: float = 0.01, gain: float | None = None) -> Activation | Smooth:
    """Return the named activation of g, one of NAMES, with E[phi(g)^2] = 1 for g ~ N(0, 1) unless a gain is given.

    alpha: slope for y < 0 of the leaky ReLU. gain: None for 1/sqrt(E[phi(g)^2]); 2 ** 0.5 is the paper's (eq. 3).
    """
    if name not in NAMES:
        raise InvalidInput(f"activation_g must be one of {', '.join(NAMES)}; got {name!r}.")
    if name not in SMOOTH:
        return activations.activation(name, alpha, gain)
    return Smooth(SMOOTH.index(name), _gain(name) if gain is None else float(gain))


@lru_cache
def _gain(name: str) -> float:
    """Return 1/sqrt(E[phi(g)^2]) by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    values = REFERENCE[SMOOTH.index(name)](nodes)
    return float((weights @ values**2 / weights.sum()) ** -0.5)
