"""Compute factors and pseudo-inverses of small Gram matrices that are often rank deficient."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hyperviz.runtime.compilation import AnyArray, namespace
from hyperviz.theory import activations

JITTER = 1e-10  # added to correlation matrices in float64, so that those of low rank have a Cholesky root
TOLERANCE = 1e-6  # eigenvalues of the correlation matrix below this share of the largest count as zero (float32)


class Factor(NamedTuple):
    """Hold, for A = Q^T Q, half with half^T half = A, and basis: Q @ basis is orthonormal (or zero) and spans Q.

    Zero vectors have exactly zero columns in `half` and rows in `basis`.
    """

    half: Float[AnyArray, "k k"]
    basis: Float[AnyArray, "k k"]

    def inverse(self) -> Float[AnyArray, "k k"]:
        """Return a generalised inverse of A: Q @ inverse @ Q^T projects on span Q."""
        return self.basis @ self.basis.T


def factor(gram: Float[AnyArray, "k k"]) -> Factor:
    """Factor A by the symmetric root of its correlation matrix C, with the norms d put back.

    Return half = C^(1/2) d and basis = C^(+1/2) / d.

    Through C, vectors of very different norms keep their directions. The symmetric root is continuous in A,
    so a matrix that was computed again, to the last bit but one, gives the same factor.
    """
    xp = namespace(gram)
    norms = activations.root(xp.diagonal(gram))  # with a slope at 0: gradients are finite at zero vectors
    alive = norms > 0
    scale = xp.where(alive, 1 / xp.where(alive, norms, 1), 0)
    half, basis = _roots(gram * scale * scale[:, None])
    return Factor(xp.where(alive, half * norms, 0), xp.where(alive[:, None], basis * scale[:, None], 0))


def _roots(C):
    """Return C^(1/2) and C^(+1/2) of a correlation matrix.

    They are in closed form up to size 2: LAPACK's call would cost more.
    """
    size, xp = C.shape[0], namespace(C)
    if size > 2:
        values, vectors = xp.linalg.eigh((C + C.T) / 2)
    else:
        c = C[0, -1] if size == 2 else xp.zeros((), C.dtype)
        values, vectors = (
            xp.stack([1 - c, 1 + c])[:size],
            xp.asarray([[1, 1], [-1, 1]], C.dtype)[:size, :size] / size**0.5,
        )
    kept = values > TOLERANCE * xp.maximum(xp.max(values), 1e-30)
    roots = xp.sqrt(xp.where(kept, values, 1))
    return (vectors * xp.where(kept, roots, 0)) @ vectors.T, (vectors * xp.where(kept, 1 / roots, 0)) @ vectors.T


def factors(*grams: Float[Array, "k k"]) -> list[Factor]:
    """Return the factors of several matrices of one size, in one batched decomposition."""
    together = jax.vmap(factor)(jnp.stack(grams))
    return [Factor(half, basis) for half, basis in zip(together.half, together.basis, strict=True)]


def root(gram: Float[AnyArray, "*batch k k"]) -> Float[AnyArray, "*batch k k"]:
    """Return R with R R^T = A (1 + JITTER on the diagonal), by Cholesky: cheaper than `factor` if no inverse is asked.

    A in float64, positive semi-definite to rounding; zero vectors have exactly zero rows.
    """
    xp = namespace(gram)
    norm = activations.root(xp.diagonal(gram, axis1=-2, axis2=-1))
    scale = xp.where(norm > 0, 1 / xp.where(norm > 0, norm, 1), 0)
    jitter = max(JITTER, 100 * float(jnp.finfo(gram.dtype).eps))  # float32 comes where a caller's jit has no float64
    correlation = gram * scale[..., None, :] * scale[..., None] + jitter * xp.eye(gram.shape[-1], dtype=gram.dtype)
    return xp.linalg.cholesky(correlation) * norm[..., None]
