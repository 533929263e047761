"""Draw the empirical hyperkernel of small hypernetworks with L = H = 2, by NumPy alone: nothing is compiled."""

from __future__ import annotations

import numpy as np

__all__ = ["hyperkernels", "limit"]


def hyperkernels(rng: np.random.Generator, z: np.ndarray, *, width_f: int, width_g: int, draws: int) -> np.ndarray:
    """Draw K_h(u_0, u_i) of random hypernetworks, u_i = (x, z_i) with x = (1, -1), activation sqrt(2) relu.

        K_h(u, u') = |q|^2/n J.J' + |x|^2/(2n) sum_k q'_k^2 (G^T J)_k (G^T J')_k,     J = dh/dv

    q are the neurons of f, v = G q / sqrt(n) the weights of g. `hyperviz.theory.sampling` does any depth and width.

    Args:
        rng: decides the weights.
        z: the inputs of g, (K, 2), each of norm sqrt(2).
        width_f, width_g: n and m.
        draws: how many hypernetworks.

    Returns:
        (draws, K).
    """
    return np.array([_row(rng, z, width_f, width_g) for _ in range(draws)])


def _row(rng: np.random.Generator, z: np.ndarray, n: int, m: int) -> np.ndarray:
    q = np.sqrt(2) * np.maximum(rng.standard_normal(n), 0)  # W x / sqrt(2) is standard normal, for |x|^2 = 2
    on = q[q > 0]
    if not on.size:
        return np.zeros(len(z))  # no neuron of f is on: neither h nor a gradient
    G = rng.standard_normal((3 * m, on.size), dtype=np.float32)
    v = G @ on.astype(np.float32) / np.sqrt(n)
    J = _gradient(v[: 2 * m].reshape(m, 2), v[2 * m :], z)
    B = G.T @ J
    return (on @ on / n) * (J[:, 0] @ J) + 2 / n * (B[:, 0] @ B)


def _gradient(V1: np.ndarray, V2: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return dh/dv at every z, (3m, K), of h = V2 . sqrt(2) relu(V1 z / sqrt(2)) / sqrt(m)."""
    m, (a, b) = len(V2), z.T
    p = V1 @ z.T
    back = V2[:, None] * (p > 0) / np.sqrt(m)
    first = np.stack([back * a, back * b], axis=1).reshape(2 * m, len(z))
    return np.vstack([first, np.maximum(p, 0) / np.sqrt(m)]).astype(np.float32)


def limit(theta: np.ndarray) -> np.ndarray:
    """Return Theta_h between z(0) and z(theta), for n = m = infinity: 2 (Sigma^1 + c Sigma_dot^1), c = cos theta."""
    angle, c = np.abs(theta), np.cos(theta)
    flat = (np.pi - angle) / np.pi
    return 2 * ((np.sin(angle) / np.pi + flat * c) + c * flat)
