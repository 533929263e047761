"""Gaussian expectations of a piecewise linear function, by integration over the angle alone."""

import numpy as np

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


def duals(c, alpha):
    """E[s(u) s(v)], E[s'(u) s'(v)], s = leaky ReLU, u and v unit Gaussians of correlation c, not normalised.

    u = r cos p, v = r cos(p - t) with p uniform and E[r^2] = 2; the integrand bends where u or v is 0.
    """
    t = np.arccos(np.clip(c, -1, 1))
    cuts = np.sort(np.mod([-np.pi / 2, np.pi / 2, t - np.pi / 2, t + np.pi / 2], 2 * np.pi))
    products, slopes = 0.0, 0.0
    for low, high in zip(cuts, [*cuts[1:], cuts[0] + 2 * np.pi], strict=True):
        for node, weight in zip(NODES, WEIGHTS, strict=True):
            p = (low + high) / 2 + (high - low) / 2 * node
            u, v, share = np.cos(p), np.cos(p - t), weight * (high - low) / (4 * np.pi)
            of_u, of_v = 1 if u > 0 else alpha, 1 if v > 0 else alpha
            products += share * 2 * (of_u * u) * (of_v * v)
            slopes += share * of_u * of_v
    return products, slopes
