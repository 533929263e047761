"""Draw random hypernetworks under each generator, exact in law at any width, by NumPy: no weight matrix is written out.

A head is seen only through products with f's last hidden layers q(x, c_k), so given their Gram matrix Q the weights of
the same place in all chunks are N(0, Q), and a row of a layer of g times its input is Gaussian with what follows.
"""

from __future__ import annotations

import numpy as np

from hyperviz.theory.architecture import Architecture
from hyperviz.theory.generators import moments
from hyperviz.theory.generators.layouts import Generator

TINY = 2e-7  # of a Gram matrix's trace, on its diagonal: rounding to float32 can make the smallest eigenvalue -6e-8


def gaussians(generator: Generator, networks: Architecture, seen: np.ndarray) -> int:
    """Return how many Gaussians one network takes."""
    points, K = seen.shape[0] * seen.shape[1], seen.shape[1]
    of_f = (networks.depth_f - 1) * int(networks.width_f) * points
    return of_f + (networks.depth_g - 1) * K * (int(networks.width_g) + generator.rank)


def draw(
    rng: np.random.Generator, generator: Generator, networks: Architecture, seen: np.ndarray, count: int
) -> np.ndarray:
    """Return the covariance of h given all but the last weights, (count, K, K), of as many random networks.

        dense, rows   g_kp ~ N(0, Q_kl Sigma) over the chunks k, l, independent over the places p
        columns       g_i ~ N(0, 1/m sum_(k,l) Q_kl sum_p a_kp a_lp), independent over the rows i
        low-rank      b ~ N(0, Q Sigma), r of them; g_i ~ N(0, Q b.b' / r)

    Args:
        rng: decides the numbers.
        generator: how f writes g.
        networks: depths, widths and activations; g sees one z, of |z|^2 = m_0.
        seen: (E, K, d), of `seen_by_f`: K inputs x with the embedding of each chunk.
        count: how many networks.
    """
    E, K, _ = seen.shape
    Q = _gram_of_f(rng, networks, seen, count).reshape(count, E, K, E, K)
    a, written = np.ones((count, 1, K), np.float32), generator.written_by(networks.depth_g)
    for layer, by in enumerate(written[:-1]):
        of = Q[:, by.start : by.stop, :, by.start : by.stop]
        inner = generator.kind == "low-rank" and layer > 0
        y = _rows(rng, of, a, generator, networks) if len(by) > 1 and generator.kind == "rows" else None
        if y is None:
            covariance = _row_covariance(of, a, generator)
            if inner:
                b = _normal(rng, covariance, generator.rank)
                covariance = of[:, 0, :, 0] * _gram(b)
            y = _normal(rng, covariance, int(networks.width_g))
        a = moments.applied(networks.phi, y)
    by = written[-1]
    return _row_covariance(Q[:, by.start : by.stop, :, by.start : by.stop], a, generator)


def _gram_of_f(rng, networks: Architecture, seen: np.ndarray, count: int) -> np.ndarray:
    """Return Q = q^T q / n of f's last hidden layer between all that it sees, (count, E K, E K)."""
    flat = seen.reshape(-1, seen.shape[-1])
    gram = np.broadcast_to(flat @ flat.T, (count, len(flat), len(flat)))
    for _ in range(networks.depth_f - 1):
        gram = _gram(moments.applied(networks.sigma, _normal(rng, gram, int(networks.width_f))))
    return gram


def _rows(rng, Q: np.ndarray, a: np.ndarray, generator: Generator, networks: Architecture) -> np.ndarray:
    """Return a layer's neurons before phi, (count, m, K), block after block of rows."""
    count, C, K = Q.shape[:3]
    covariance = (Q * _gram(a)[:, None, :, None]).reshape(count, C * K, C * K)
    places = int(generator.chunk_sizes(int(networks.width_g))[0])
    y = _normal(rng, covariance, places).reshape(count, places, C, K)
    return y.transpose(0, 2, 1, 3).reshape(count, C * places, K)[:, : int(networks.width_g)]


def _row_covariance(Q: np.ndarray, a: np.ndarray, generator: Generator) -> np.ndarray:
    """Return the covariance of one row of a layer times its input, given both, (count, K, K)."""
    count, C, K = Q.shape[:3]
    if C == 1:
        return Q[:, 0, :, 0] * _gram(a)
    places, m = int(generator.chunk_sizes(a.shape[1])[0]), a.shape[1]
    padded = np.zeros((count, C * places, K), a.dtype)
    padded[:, :m] = a
    pieces = padded.reshape(count, C, places, K).transpose(0, 2, 1, 3).reshape(count, places, C * K)
    meet = Q.reshape(count, C * K, C * K) * (pieces.transpose(0, 2, 1) @ pieces) / m
    return meet.reshape(count, C, K, C, K).sum((1, 3))


def _normal(rng, covariance: np.ndarray, rows: int) -> np.ndarray:
    """Return Gaussian rows, (count, rows, P), of covariances (count, P, P)."""
    count, P, _ = covariance.shape
    trace = np.trace(covariance, axis1=1, axis2=2)[:, None, None]
    root = np.linalg.cholesky(covariance + (TINY * trace + np.finfo(float).tiny) * np.eye(P))
    root *= np.diagonal(covariance, axis1=1, axis2=2)[:, :, None] > 0  # what is dead stays so
    return rng.standard_normal((count, rows, P), np.float32) @ root.transpose(0, 2, 1).astype(np.float32)


def _gram(a: np.ndarray) -> np.ndarray:
    """Return the mean over rows of products, (count, P, P), in float64."""
    return (a.transpose(0, 2, 1) @ a).astype(float) / a.shape[1]
