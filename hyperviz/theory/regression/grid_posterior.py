"""Predict a new image given its own observed pixels: mean, standard deviation and samples of what is missing.

After the training images h(x*, .) is a Gaussian process over the pixels with mean m(z) and covariance c(z - z')
(module grid_factors). Observing y_O = h_O + noise of variance eps at the pixels O makes it

    mean m + C_.O (C_OO + eps I)^-1 (y_O - m_O),    covariance C - C_.O (C_OO + eps I)^-1 C_O.

The channels of a colour image are independent draws of it: each has its mean, and all share the covariance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from hyperviz.theory import validation
from hyperviz.theory.regression.dense import factorise, half_solve
from hyperviz.theory.regression.grid_geometry import hartley


class GridPosterior(NamedTuple):
    """Hold the noiseless function h(x*, .) at every pixel."""

    mean: Float[np.ndarray, "g g *C"]
    deviation: Float[np.ndarray, "g g"]  # standard deviation, of any channel
    samples: Float[np.ndarray, "K g g *C"]
    jitter: float  # what was added to C_OO's diagonal beside the ridge


def condition(
    mean: Float[np.ndarray, "g g *C"],
    spectrum: Float[np.ndarray, " g2"],
    own: Float[np.ndarray, "g g *C"],
    observed: Bool[np.ndarray, "g g"],
    noise: Float[np.ndarray, "K two g2 *C"],
    *,
    ridge: float,
    amplitude: float = 1.0,
) -> GridPosterior:
    """Condition the Gaussian process h(x*, .) of one image on its observed pixels.

        mean m + C_.O (C_OO + eps I)^-1 (y_O - m_O),    covariance C - C_.O (C_OO + eps I)^-1 C_O.

    Args:
        mean: m, (g, g) or (g, g, C).
        spectrum: chat_w >= 0, (g^2,).
        own: y, of m's shape, read where `observed` alone.
        observed: O, (g, g).
        noise: standard normal numbers, (K, 2, g^2) or (K, 2, g^2, C): of the draws of h, and of the observations.
        ridge: eps >= 0, the variance of that noise.
        amplitude: s, of a kernel s^2 k with noise s^2 eps: it scales the deviation and leaves the mean.

    Returns:
        GridPosterior. Samples by Matheron's rule: u - C_.O (C_OO + eps I)^-1 (u_O + e_O) for u ~ GP(0, c), drawn
        exactly by a transform.

    Raises:
        InvalidInput: a ridge or an amplitude below 0.
        NotPositiveDefinite: C_OO + eps I has no Cholesky factor.

    References:
        eq. 18.

    Example:
        >>> seen = np.arange(4).reshape(2, 2) < 2  # the upper row
        >>> white = np.zeros((1, 2, 4))
        >>> condition(np.zeros((2, 2)), np.ones(4), np.ones((2, 2)), seen, white, ridge=0.0).mean
        array([[1., 1.],
               [0., 0.]])
    """
    eps, s = validation.nonnegative("ridge", ridge), validation.nonnegative("amplitude", amplitude)
    g, at, draws = len(mean), np.flatnonzero(observed), len(noise)
    C = mean[0, 0].size
    h, e = noise.reshape(draws, 2, g * g, C).swapaxes(0, 1)
    c = np.fft.ifft2(spectrum.reshape(g, g)).real
    free = hartley((np.sqrt(np.maximum(spectrum, 0))[:, None] * h).reshape(draws, g, g, C)).reshape(h.shape)
    variance, middle, jitter = np.full(g * g, c[0, 0]), mean.reshape(g * g, C), 0.0
    if len(at):
        across = covariances(c, at)
        factor = factorise(np.ascontiguousarray(across[:, at]), eps, c[0, 0] if c[0, 0] > 0 else 1.0)
        half, jitter = half_solve(factor, across), factor.jitter
        seen = free[:, at] + np.sqrt(eps + jitter) * e[:, at]
        wrong = np.concatenate([seen, (middle - own.reshape(middle.shape))[None, at]]).swapaxes(0, 1)  # (O, K + 1, C)
        repair = half.T @ half_solve(factor, wrong.reshape(len(at), -1))
        repair = repair.reshape(g * g, *wrong.shape[1:]).swapaxes(0, 1)
        free, middle, variance = free - repair[:-1], middle - repair[-1], variance - (half**2).sum(axis=0)
    deviation = s * np.sqrt(np.maximum(variance, 0))
    samples = (middle + s * free).reshape(draws, *mean.shape)
    return GridPosterior(middle.reshape(mean.shape), deviation.reshape(g, g), samples, jitter)


def covariances(c: Float[np.ndarray, "g g"], rows: np.ndarray) -> Float[np.ndarray, "O g2"]:
    """Return C[z, z'] = c(z - z') on the torus, z in `rows`, z' every pixel."""
    g, every = len(c), np.arange(c.size)
    down, right = (np.subtract.outer(part(rows), part(every)) % g for part in (lambda i: i // g, lambda i: i % g))
    return c[down, right]
