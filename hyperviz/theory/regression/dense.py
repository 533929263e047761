"""Solve kernel regression and Gaussian-process posteriors, dense, float64.

LAPACK through SciPy, which every JAX installation brings: it compiles nothing when the number of points
changes, and at 500 to 2,000 points it took half the time of jax.numpy (measured, 2 cores).
"""

from __future__ import annotations

import contextlib
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.linalg import LinAlgError, cho_factor, cho_solve, get_lapack_funcs, solve_triangular

from hyperviz.errors import InvalidInput, NotPositiveDefinite
from hyperviz.theory import validation
from hyperviz.theory.validation import Unchecked

JITTER = (0.0, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4)  # rungs of the ladder, in units of the mean diagonal
(_pocon,) = get_lapack_funcs(("pocon",), dtype=np.float64)  # no wrapper estimates the condition from a factor in N^2


class CholeskyFactor(NamedTuple):
    """Hold R with R^T R = K + (ridge + jitter) I; what lies below R's diagonal is not zeroed."""

    upper: Float[np.ndarray, "N N"]
    jitter: float


class Fit(NamedTuple):
    """Hold a trained regression: R, (K + eps I)^-1 Y, what was added to the diagonal, the condition number."""

    factor: Float[np.ndarray, "N N"]
    weights: Float[np.ndarray, "N outputs"] | Float[np.ndarray, " N"]
    ridge: float
    jitter: float
    condition: float


def fit(kernel: Unchecked, y: Unchecked, ridge: Unchecked) -> Fit:
    """Solve (K + eps I) alpha = Y by Cholesky, with the smallest jitter of JITTER that makes it possible.

    Args:
        kernel: K = k(U, U), (N, N), symmetric.
        y: Y, (N,) or (N, outputs).
        ridge: eps >= 0, in the kernel's units.

    Returns:
        Fit: what `predict` reads; its `jitter` is what was added beside the ridge (0 nearly always), its `condition`
        LAPACK's estimate in the 1-norm.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range, or a kernel that is not symmetric.
        NotPositiveDefinite: K + eps I has no Cholesky factor; the message names a ridge that would do.

    References:
        eq. 18.

    Example:
        >>> fit([[2.0, 0.0], [0.0, 2.0]], [1.0, -3.0], ridge=0.0).weights
        array([ 0.5, -1.5])
    """
    K, Y = validation.doubles("kernel", kernel, "(N, N)", 2), validation.doubles("y", y, "(N,) or (N, outputs)", 1, 2)
    eps = validation.nonnegative("ridge", ridge)
    _symmetric(K)
    if len(Y) != len(K):
        raise InvalidInput(f"y must have one row for each of the kernel's {len(K)} points; got {len(Y)}.")
    factor = factorise(K, eps)
    norm = np.abs(K).sum(axis=0).max() + eps + factor.jitter
    reciprocal, _ = _pocon(factor.upper, norm)
    return Fit(factor.upper, solve(factor, Y), eps, factor.jitter, float(1 / max(reciprocal, np.finfo(float).tiny)))


def predict(
    fit: Fit, cross: Unchecked, prior: Unchecked | None = None
) -> tuple[np.ndarray, Float[np.ndarray, " M"] | None]:
    """Compute the posterior mean and variance of a kernel regression at new points.

        mean = k(u*, U) (K + eps I)^-1 Y,    variance = k(u*, u*) - k(u*, U) (K + eps I)^-1 k(U, u*)

    Args:
        fit: of `fit`.
        cross: k(u*, U), (N*, N).
        prior: k(u*, u*), (N*,); None for no variance.

    Returns:
        The mean, (N*,) or (N*, outputs), and the variance of the noiseless function, (N*,), at least 0, or None. The
        variance is that of the Gaussian process with this kernel: of the NNGP, not of the hyperkernel.

    Raises:
        InvalidInput: an argument of the wrong type or shape.

    References:
        eq. 18.

    Example:
        >>> predict(fit([[1.0]], [2.0], ridge=1.0), cross=[[0.5]], prior=[1.0])
        (array([0.5]), array([0.875]))
    """
    k = validation.doubles("cross", cross, "(N*, N)", 2)
    if k.shape[1] != len(fit.factor):
        raise InvalidInput(f"cross must have one column for each of the {len(fit.factor)} points; got {k.shape[1]}.")
    mean = k @ fit.weights
    if prior is None:
        return mean, None
    diagonal = validation.doubles("prior", prior, "(N*,)", 1)
    if len(diagonal) != len(k):
        raise InvalidInput(f"prior must have one variance for each of cross's {len(k)} rows; got {len(diagonal)}.")
    half = solve_triangular(fit.factor, k.T, trans=1, check_finite=False)
    return mean, np.maximum(diagonal - np.sum(half**2, axis=0), 0)


def factorise(kernel: Float[np.ndarray, "N N"], ridge: float, scale: float | None = None) -> CholeskyFactor:
    """Return the Cholesky factor of K + eps I, read from the lower triangle of a C-ordered float64 K.

    K stays as it is.

    scale: the unit of the jitter and of what counts as singular; None for K's mean diagonal.
    """
    diagonal = kernel.diagonal()
    scale = scale or (float(diagonal.mean()) if diagonal.mean() > 0 else 1.0)
    for rung in JITTER:
        system = np.array(kernel.T, order="F")  # LAPACK counts by columns: its upper triangle is our lower one
        np.fill_diagonal(system, diagonal + ridge + rung * scale)
        with contextlib.suppress(LinAlgError):
            upper, _ = cho_factor(system, overwrite_a=True, check_finite=False)
            if _sound(upper, scale):
                return CholeskyFactor(upper, rung * scale)
    raise NotPositiveDefinite(_advice(kernel, ridge, scale))


def solve(factor: CholeskyFactor, y: np.ndarray) -> np.ndarray:
    """Return (K + eps I)^-1 Y, of Y's shape."""
    return cho_solve((factor.upper, False), y, check_finite=False)


def half_solve(factor: CholeskyFactor, y: np.ndarray) -> np.ndarray:
    """Return R^-T Y: its columns' products are Y^T (K + eps I)^-1 Y."""
    return solve_triangular(factor.upper, y, trans=1, check_finite=False)


def _sound(upper, scale) -> bool:
    """Return whether no pivot is lost in the rounding of the others: a singular system may show a tiny one."""
    pivots = upper.diagonal() ** 2
    return bool(pivots.min() > len(upper) * np.finfo(np.float64).eps * max(pivots.max(), scale))


def _symmetric(K) -> None:
    if K.shape[0] != K.shape[1]:
        raise InvalidInput(f"kernel must be square; got shape {K.shape}.")
    gap = np.abs(K - K.T).max()
    if gap > 1e-6 * np.abs(K).max():
        raise InvalidInput(
            f"kernel must be symmetric; got entries that differ from their mirror images by {gap:.1e}: pass k(U, U)."
        )


def _advice(kernel, ridge, scale) -> str:
    smallest = np.linalg.eigvalsh(kernel)[0]  # reads the lower triangle
    enough = f"{1.1 * max(-smallest, 0) + 2 * JITTER[-1] * scale:.1e}"
    return (
        f"kernel + ridge * I must be positive definite; got a smallest eigenvalue of {smallest + ridge:.1e}, which "
        f"jitter up to {JITTER[-1] * scale:.0e} does not mend: pass a ridge of at least {enough}."
    )
