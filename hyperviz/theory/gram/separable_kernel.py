"""Write the kernel of h as a sum of products F(S, sigma) = sum_r a_r(S) b_r(sigma), separable in two correlations.

S is the correlation of two images x, x', sigma the kernel of two pixels z, z'. In theta = arccos S every kernel
here is smooth (its square-root singularity at S = 1 is arccos's own), so that Chebyshev polynomials in theta
converge geometrically; over the few sigma of a grid the singular values fall as fast.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.polynomial import chebyshev
from scipy.fft import dct

from hyperviz.runtime.compilation import compiled
from hyperviz.theory.activations import Correlation, duals, product
from hyperviz.theory.gram.limit_tiles import f_recursion, g_recursion

NODES = 192  # enough for 1e-11 at bandwidth 10 on 28 x 28, the worst of the range; fixed, so that nothing recompiles
TOLERANCE = 1e-12  # of the truncated sum; the grid's small eigenvalues are sums of 784 such errors
CHUNK = 4096  # values of theta whose polynomials stay in the cache


class Tables(NamedTuple):
    """Hold F(S, sigma) of the three kernels."""

    nngp: Float[Array, "P Q"]
    hk: Float[Array, "P Q"]
    released: Float[Array, "P Q"]


class Expansion(NamedTuple):
    """Hold the sum's two factors and how well it does."""

    a: Float[np.ndarray, "degree R"]  # a_r as Chebyshev coefficients in theta on [0, pi]
    b: Float[np.ndarray, "R Q"]  # b_r at the sigmas
    scale: float  # F(1, 1), the kernel's diagonal
    error: float  # the largest, over F's largest value


def expand(sigma, gap, kernel: str, depth_f: int, depth_g: int, slopes: tuple[float, float]) -> Expansion:
    """Return the sum whose singular values exceed TOLERANCE of F's largest value.

    sigma, gap: the distinct values of Sigma^0 and 1 - Sigma^0, (Q,). kernel: a field of Tables.
    slopes: of the leaky ReLUs of f and g below zero, 0 for ReLU. The reported error is measured between the nodes.
    """
    nodes, between = _angles()
    tables = _tables(np.concatenate([nodes, between]), sigma, gap, depth_f, depth_g, slopes)
    F = np.asarray(getattr(tables, kernel))
    table, check, largest = F[:NODES], F[NODES:], np.abs(F).max()
    U, s, V = np.linalg.svd(_trim(_coefficients(table)), full_matrices=False)
    R = max(1, np.count_nonzero(s > TOLERANCE * largest))
    a = U[:, :R] * s[:R]
    error = np.abs(evaluate(a, between).T @ V[:R] - check).max() / largest
    return Expansion(a, V[:R], float(check[0, np.argmax(sigma)]), float(error))


def evaluate(a: Float[np.ndarray, "degree R"], theta: np.ndarray) -> Float[np.ndarray, "R ..."]:
    """Return a_r(theta) for every r, the polynomials chunk by chunk."""
    flat = theta.reshape(-1) * (2 / np.pi) - 1
    values = np.empty((a.shape[1], flat.size), np.float64)
    for start in range(0, flat.size, CHUNK):
        T = chebyshev.chebvander(flat[start : start + CHUNK], len(a) - 1)
        values[:, start : start + CHUNK] = (T @ a).T  # chebval, by Clenshaw's rule, takes nine times as long
    return values.reshape(a.shape[1], *theta.shape)


@compiled
def _tables(theta, sigma, gap, depth_f, depth_g, slopes) -> Tables:
    """Return F on all pairs of the angles and the sigmas; depths and slopes are traced."""
    theta, sigma = jnp.broadcast_arrays(theta[:, None], sigma)
    gap = jnp.broadcast_to(gap, theta.shape)
    acute = 2 * jnp.sin(jnp.where(theta <= jnp.pi / 2, theta, jnp.pi - theta) / 2) ** 2
    S, T_f = f_recursion(Correlation(jnp.cos(theta), acute), depth_f, slopes[0])
    Sigma0 = Correlation(sigma, gap)
    Lam, T_g = g_recursion(Sigma0, S, depth_g, slopes[1])
    return Tables(Lam.cosine, T_f * T_g, T_f * _released(Sigma0, S, depth_g, slopes[1]))


def _released(Sigma: Correlation, S: Correlation, depth_g, alpha):
    """Return what the authors' script does: T^(l+1) = Sigma^l + T^l * Sigma_dot^l.

    The backward step's factor S is left out.
    """

    def layer(_, carry):
        Sigma, T = carry
        Sigma, Sigma_dot = duals(product(Sigma, S), alpha)
        return Sigma, Sigma.cosine + T * Sigma_dot

    return jax.lax.fori_loop(1, depth_g, layer, (Sigma, Sigma.cosine))[1]


def _angles():
    """Return Chebyshev nodes on [0, pi], and the angles where the error is measured, 0 (x = x') first."""
    nodes = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    between = np.concatenate([[0.0], np.pi * np.logspace(-8, -2, 40), np.pi * np.linspace(0.005, 1, 151)])
    return (nodes + 1) * (np.pi / 2), between


def _coefficients(values: Float[np.ndarray, "nodes Q"]) -> Float[np.ndarray, "nodes Q"]:
    """Return Chebyshev coefficients from values at the nodes: c_p = (2 - [p = 0])/P sum_j f_j cos(p t_j)."""
    c = np.asarray(dct(values, type=2, axis=0)) / NODES
    c[0] /= 2
    return c


def _trim(coefficients: Float[np.ndarray, "nodes Q"]) -> Float[np.ndarray, "degree Q"]:
    """Drop the high orders that are rounding alone in every column (chebtrim knows one series)."""
    size = np.abs(coefficients).max(axis=1)
    return coefficients[: np.flatnonzero(size > 1e-14 * size.max())[-1] + 1]
