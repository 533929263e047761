"""Solve large dense systems (K + eps I) w = y, K a kernel matrix in float32, by preconditioned conjugate gradients.

A Cholesky factorisation of n points takes n^3 / 3 operations; where the eigenvalues of K fall fast to a floor well
above 0, as those of images seen at random pixels do, some dozens of products with K reach the same answer. The
large eigenvalues are taken out first, by Nystroem's approximation on a few landmark points l:

    K ~ C K_ll^-1 C^T + D,    C = K[:, l],    D the diagonal that is left,

whose inverse (Woodbury) is the preconditioner. Source: Rudi, Carratino, Rosasco, FALKON, 2017; the iteration is
SciPy's.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.linalg import blas, solve_triangular
from scipy.sparse.linalg import LinearOperator, cg

LANDMARKS, SEED = 400, 0  # more cost more than the iterations they save (measured at 10,000 points)
RTOL, MOST = 1e-6, 400  # of the residual; iterations after which a factorisation is the better way


def solve(
    K: Float[np.ndarray, "n n"], y: Float[np.ndarray, "n *sides"], ridge: float, diagonal: float
) -> Float[np.ndarray, "n *sides"] | None:
    """Return w with ||y - (K + eps I) w|| <= RTOL ||y||, or None where MOST iterations do not get there.

    K: float32, C-ordered; only what lies on and below the diagonal is read. diagonal: K's largest diagonal entry.
    y: one right-hand side or several, side by side, each iterated on its own.
    Rounding in K moves w by about 1e-7 times the condition number at worst; 1e-5 was seen (tests).
    """
    n = len(K)
    upper = K.T  # BLAS counts by columns

    def product(v):
        return blas.ssymv(1.0, upper, v.astype(np.float32), lower=0).astype(np.float64) + ridge * v  # pyright: ignore[reportAttributeAccessIssue]

    system = LinearOperator((n, n), matvec=product, dtype=np.float64)  # pyright: ignore[reportCallIssue]
    weights, M = np.empty(y.shape, np.float64).reshape(n, -1), _preconditioner(K, ridge, diagonal)
    for i, side in enumerate(y.reshape(n, -1).T):
        weights[:, i], unfinished = cg(system, side, rtol=RTOL, maxiter=MOST, M=M)
        if unfinished or not np.isfinite(weights[:, i]).all():
            return None
    return weights.reshape(y.shape)


def _preconditioner(K, ridge, diagonal) -> LinearOperator:
    """Return (Z^T Z + D)^-1, Z = R^-T C^T, K_ll = R^T R.

    It is D^(-1/2) (I - V^T (I + V V^T)^-1 V) D^(-1/2), V = Z D^(-1/2).
    """
    n = len(K)
    marks = np.sort(np.random.default_rng(SEED).permutation(n)[:LANDMARKS])
    C = np.stack([np.concatenate([K[j, : j + 1], K[j + 1 :, j]]) for j in marks]).astype(np.float64)
    among = C[:, marks] + 1e-5 * diagonal * np.eye(len(marks))  # float32's rounding must not make it indefinite
    Z = solve_triangular(np.linalg.cholesky(among), C, lower=True)
    left = np.maximum(diagonal - np.sum(Z**2, axis=0), 1e-3 * diagonal) + ridge
    root = 1 / np.sqrt(left)
    V = Z * root
    factor = np.linalg.cholesky(np.eye(len(marks)) + V @ V.T)
    V32 = V.astype(np.float32)

    def apply(v):
        u = root * v
        s = solve_triangular(factor, V32 @ u.astype(np.float32), lower=True)
        s = solve_triangular(factor, s, lower=True, trans=1)
        return root * (u - V32.T @ s.astype(np.float32))

    return LinearOperator((n, n), matvec=apply, dtype=np.float64)  # pyright: ignore[reportCallIssue]
