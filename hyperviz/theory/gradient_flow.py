"""Solve gradient flow of a squared loss under a tangent kernel that stands still: dh/dt = -2 K (h - y).

Along an eigenvector of K of eigenvalue lambda the gap h - y shrinks as e^(-2 lambda t). What t does to the spectrum is
a filter, as a ridge is one: early stopping leaves small eigenvalues unlearnt.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def gaps(kernel: Float[np.ndarray, "N N"], start: Float[np.ndarray, "*s N"], times) -> Float[np.ndarray, "T *s N"]:
    """Return e^(-2 K t) (h_0 - y) at every time: h_t is y plus that.

    Args:
        kernel: K of the training points, (N, N), positive semi-definite to rounding.
        start: the gaps h_0 - y at time 0, (..., N).
        times: t >= 0, (T,).

    References:
        section 3: both networks infinitely wide, K = Theta_h.
    """
    values, vectors = np.linalg.eigh(kernel)
    left = np.exp(-2 * np.maximum(values, 0) * np.asarray(times, np.float64)[:, None])
    return np.einsum("...j,jk,tk,ik->t...i", start, vectors, left, vectors, optimize=True)


def spectral_filter(values: Float[np.ndarray, "*s"], time: float, floor: float = 0.0) -> Float[np.ndarray, "*s"]:
    """Return (1 - e^(-2 lambda t)) / lambda, 2 t at lambda = 0; at t = infinity 1 / lambda, and 0 up to `floor`.

    k(u*, U) V diag(filter) V^T y, with K = V diag(lambda) V^T, is the mean of h_t(u*) over starts of mean 0.
    """
    if np.isinf(time):
        return np.where(values > floor, 1 / np.where(values > floor, values, 1), 0)
    safe = np.where(values > 0, values, 1)
    return np.where(values > 0, -np.expm1(-2 * safe * time) / safe, 2 * time)
