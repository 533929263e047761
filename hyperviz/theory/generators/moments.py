"""Compute means of phi over Gaussians, by NumPy: what the laws of the generators need beside the duals."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hyperviz.theory.activations import Activation
from hyperviz.theory.smooth_activations import REFERENCE, Smooth

NODES = 64  # of the Gauss-Hermite rule a dimension, where phi is smooth


def applied(phi: Activation | Smooth, y: np.ndarray) -> np.ndarray:
    """Return phi of every entry, with its gain."""
    return np.asarray(phi.apply(y)) if isinstance(phi, Activation) else REFERENCE[int(phi.kind)](y) * float(phi.gain)


def mean(phi: Activation | Smooth, variance: np.ndarray) -> np.ndarray:
    """Return E[phi(u)] for u of these variances: gain (1 - alpha) sqrt(v / 2 pi), 0 for an odd phi."""
    if isinstance(phi, Activation):
        return phi.gain * (1 - phi.alpha) * np.sqrt(variance / (2 * np.pi))
    nodes, weights = _rule()
    return applied(phi, np.sqrt(variance)[..., None] * nodes) @ weights


def second(phi: Activation | Smooth, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Return E[phi(u) phi(v)] for variances a, b and covariance c.

    Leaky ReLU: sqrt(a b) gain^2 (alpha rho + (1 - alpha)^2 kappa1(rho) / 2), kappa1 the arc-cosine kernel.
    """
    scale = np.sqrt(a * b)
    rho = np.clip(np.where(scale > 0, c / np.where(scale > 0, scale, 1), 0), -1, 1)
    if isinstance(phi, Activation):
        angle = np.arccos(rho)
        kappa = (np.sin(angle) + (np.pi - angle) * rho) / np.pi
        return scale * phi.gain**2 * (phi.alpha * rho + (1 - phi.alpha) ** 2 * kappa / 2)
    nodes, weights = _rule()
    u = np.sqrt(a)[..., None, None] * nodes[:, None]
    v = np.sqrt(b)[..., None, None] * (
        rho[..., None, None] * nodes[:, None] + np.sqrt(1 - rho**2)[..., None, None] * nodes
    )
    return np.einsum("...ij,i,j->...", applied(phi, u) * applied(phi, v), weights, weights)


def square_covariance(phi: Activation, rho: np.ndarray) -> np.ndarray:
    """Return Cov(phi(u)^2, phi(v)^2) of unit Gaussians of correlation rho, phi of second moment 1; 5 for ReLU and 1.

    E[u^2 v^2; u, v > 0] = (3 sin t cos t + (pi - t)(1 + 2 cos^2 t)) / 2 pi,   cos t = rho    (Cho & Saul 2009)
    """
    same, opposite = _quadrant(np.clip(rho, -1, 1)), _quadrant(np.clip(-np.asarray(rho), -1, 1))
    return phi.gain**4 * ((1 + phi.alpha**4) * same + 2 * phi.alpha**2 * opposite) - 1


def _quadrant(rho):
    angle = np.arccos(rho)
    return (3 * np.sin(angle) * rho + (np.pi - angle) * (1 + 2 * rho**2)) / (2 * np.pi)


@lru_cache
def _rule() -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, weights / weights.sum()
