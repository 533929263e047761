"""Kernel regression on every pixel of a grid, written out: one dense system, loops in sight, nothing of the package."""

import math

import numpy as np


def coordinate_kernel(g, bandwidth):
    """Sigma^0 between all pixels, row by row: per axis the periodised Gaussian over its value at 0."""
    axis = [sum(math.exp(-((d + g * k) ** 2) / (2 * bandwidth**2)) for k in range(-60, 61)) for d in range(g)]
    pixels = [(r, c) for r in range(g) for c in range(g)]
    return np.array([[axis[(a - c) % g] * axis[(b - d) % g] for c, d in pixels] for a, b in pixels]) / axis[0] ** 2


def cosines(a, b):
    """x.x' / (|x| |x'|), 1 for a vector with itself, 0 with the zero vector."""
    out = np.zeros((len(a), len(b)))
    for i, u in enumerate(a):
        for j, v in enumerate(b):
            norm = math.sqrt(float(u @ u)) * math.sqrt(float(v @ v))
            out[i, j] = 0 if norm == 0 else 1 if np.array_equal(u, v) else float(u @ v) / norm
    return out


def arccos_kernels(c, slope=0.0):
    """E[sigma sigma'] and E[sigma_dot sigma_dot'] for correlation c, leaky ReLU of second moment 1."""
    c = np.clip(c, -1, 1)
    angle = np.arccos(c)
    kappa1 = (np.sqrt(1 - c**2) + c * (np.pi - angle)) / np.pi
    kappa0 = (np.pi - angle) / np.pi
    s, t = 2 * slope, (1 - slope) ** 2
    return (s * c + t * kappa1) / (1 + slope**2), (s + t * kappa0) / (1 + slope**2)


def kernel(S0, Sigma0, name, depth_f, depth_g, slope=0.0):
    """Lambda^H, Theta_f * Theta_g, or the latter by the authors' recursion; S0, Sigma0 broadcast."""
    S, T_f = S0, S0
    for _ in range(depth_f - 1):
        S, S_dot = arccos_kernels(S, slope)
        T_f = S + T_f * S_dot
    Sigma, T_g = Sigma0, Sigma0
    for _ in range(depth_g - 1):
        Sigma, Sigma_dot = arccos_kernels(Sigma * S, slope)
        T_g = Sigma + T_g * Sigma_dot * (1 if name == "hk-released" else S)
    return Sigma * S if name == "nngp" else T_f * T_g


def regression(x, y, x_new, *, kernel_name, depth_f, depth_g, bandwidth, ridge, slope=0.0):
    """Dense k(u*, U) (K + eps I)^-1 Y over all images and pixels; an image of zeros has kernel 0 with everything."""
    n, m, g = len(x), len(x_new), y.shape[1]
    x, x_new, Sigma0 = x.reshape(n, -1), x_new.reshape(m, -1), coordinate_kernel(g, bandwidth)

    def between(a, b):
        S0, p = cosines(a, b), g * g
        blocks = kernel(S0[:, None, :, None], Sigma0[None, :, None, :], kernel_name, depth_f, depth_g, slope)
        seen = (np.linalg.norm(a, axis=1) > 0)[:, None] & (np.linalg.norm(b, axis=1) > 0)
        return (blocks * seen[:, None, :, None]).reshape(len(a) * p, len(b) * p)

    weights = np.linalg.solve(between(x, x) + ridge * np.eye(n * g * g), y.ravel())
    return (between(x_new, x) @ weights).reshape(m, g, g)
