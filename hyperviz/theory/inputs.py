"""Return the inputs of a network as the kernels see them: directions, norms, and the covariance S^0 (eq. 8)."""

from __future__ import annotations

from typing import TypeVar

import jax
import numpy as np

Rows = TypeVar("Rows", np.ndarray, jax.Array)


def unit_rows(v: Rows) -> tuple[Rows, Rows]:
    """Return the rows divided by their norms (a row of zeros stays zero, its gradient finite) and their mean squares.

    The array's module computes it: NumPy's compiles nothing, JAX's may be traced.

    Args:
        v: points, (N, d).

    Returns:
        v / |v|, (N, d), and |v|^2 / d, (N,): S^0 on the diagonal.
    """
    xp = v.__array_namespace__()  # pyright: ignore[reportAttributeAccessIssue]: tracers have it too
    square = xp.sum(v**2, axis=1)
    alive = square > 0
    return v / xp.sqrt(xp.where(alive, square, 1))[:, None], xp.where(alive, square, 0) / v.shape[1]


def covariance(v: Rows) -> Rows:
    """Return S^0 = v v^T / d, the covariance of a layer of infinitely many neurons that see the rows of v (eq. 8)."""
    return v @ v.T / v.shape[1]  # pyright: ignore[reportReturnType]
