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


def between(a, b, g, *, kernel_name, depth_f, depth_g, bandwidth, slope=0.0, Sigma0=None):
    """The kernel of all pairs (image, pixel); an image of zeros has kernel 0 with everything."""
    a, b = a.reshape(len(a), -1), b.reshape(len(b), -1)
    S0, Sigma0 = cosines(a, b), coordinate_kernel(g, bandwidth) if Sigma0 is None else Sigma0
    blocks = kernel(S0[:, None, :, None], Sigma0[None, :, None, :], kernel_name, depth_f, depth_g, slope)
    seen = (np.linalg.norm(a, axis=1) > 0)[:, None] & (np.linalg.norm(b, axis=1) > 0)
    return (blocks * seen[:, None, :, None]).reshape(len(a) * Sigma0.shape[0], len(b) * Sigma0.shape[1])


def regression(x, y, x_new, *, ridge, **settings):
    """Dense k(u*, U) (K + eps I)^-1 Y over all images and pixels."""
    g = y.shape[1]
    K, cross = between(x, x, g, **settings), between(x_new, x, g, **settings)
    return (cross @ np.linalg.solve(K + ridge * np.eye(len(K)), y.ravel())).reshape(-1, g, g)


def posterior(x, y, x_new, own, observed, *, ridge, **settings):
    """Mean (g, g) and covariance (g^2, g^2) of one new image given all training pixels and its own, in one system."""
    g, at = y.shape[1], np.flatnonzero(observed)
    K, cross, prior = (between(a, b, g, **settings) for a, b in ((x, x), (x_new, x), (x_new, x_new)))
    system = np.block([[K, cross[at].T], [cross[at], prior[np.ix_(at, at)]]])
    k = np.concatenate([cross, prior[:, at]], axis=1)
    inverse = np.linalg.inv(system + ridge * np.eye(len(system)))
    mean = k @ inverse @ np.concatenate([y.ravel(), own.ravel()[at]])
    return mean.reshape(g, g), prior - k @ inverse @ k.T


def log_evidence(x, y, amplitude, *, ridge, **settings):
    """log N(Y; 0, s^2 (K + eps I)), dense."""
    C = amplitude**2 * (between(x, x, y.shape[1], **settings) + ridge * np.eye(y.size))
    quadratic = y.ravel() @ np.linalg.solve(C, y.ravel())
    return -(quadratic + np.linalg.slogdet(C)[1] + y.size * math.log(2 * math.pi)) / 2


def trained(x, y, x_new, *, step, steps, **settings):
    """Predictions after so many Euler steps of dh/dt = -2 K (h - Y) from h = 0, at the training and the new points."""
    g = y.shape[1]
    K, cross = between(x, x, g, **settings), between(x_new, x, g, **settings)
    h, h_new = np.zeros(y.size), np.zeros(len(cross))
    for _ in range(steps):
        wrong = h - y.ravel()
        h, h_new = h - 2 * step * K @ wrong, h_new - 2 * step * cross @ wrong
    return h_new.reshape(-1, g, g)
