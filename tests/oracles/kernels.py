"""The limits written out: S, Theta_f, Lambda^H and Theta_h in extended precision, nothing of the package."""

import numpy as np

LONG = np.longdouble  # 64 bits of mantissa on x86: the plain arccos then costs nothing that shows


def units(v):
    """Rows of norm 1; zero rows stay zero."""
    norm = np.sqrt((v**2).sum(1))[:, None]
    return v / np.where(norm > 0, norm, 1)


def cosines(a, b):
    """cos of the angles between rows, from the difference and the sum of unit vectors; 0 with a zero vector."""
    a, b = units(np.asarray(a, LONG)), units(np.asarray(b, LONG))
    out = np.zeros((len(a), len(b)), LONG)
    for i, u in enumerate(a):
        angle = 2 * np.arctan2(np.sqrt(((u - b) ** 2).sum(1)), np.sqrt(((u + b) ** 2).sum(1)))
        out[i] = np.where(u.any() & b.any(1), np.cos(angle), 0)
    return out


def mean_products(a, b):
    """a.b / d times the cosine's better digits: |a| |b| cos / d."""
    a, b = np.asarray(a, LONG), np.asarray(b, LONG)
    return np.sqrt(np.outer((a**2).mean(1), (b**2).mean(1))) * cosines(a, b)


def expectations(cross, first, second, alpha):
    """E[s(u) s(v)] and E[s'(u) s'(v)], (u, v) ~ N(0, [[first, cross], [cross, second]]), s = leaky ReLU of moment 1."""
    norm = np.sqrt(first * second)
    c = np.clip(np.divide(cross, norm, out=np.zeros_like(norm), where=norm > 0), -1, 1)
    t = np.arccos(c)
    kappa1, kappa0 = (np.sin(t) + (LONG(np.pi) - t) * c) / LONG(np.pi), 1 - t / LONG(np.pi)
    bend, unit = LONG(1 - alpha) ** 2, 1 + LONG(alpha) ** 2
    return norm * (2 * alpha * c + bend * kappa1) / unit, (2 * alpha + bend * kappa0) / unit


def recursions(x1, z1, x2, z2, *, depth_f, depth_g, alpha_f=0.0, alpha_g=0.0, bandwidth=None, with_S=True):
    """(S, Theta_f, Lambda^H, Theta_h), each (N1, N2): equations 8 to 14 with covariances, not correlations."""

    def inputs(a, b):
        first, second = ((np.asarray(v, LONG) ** 2).mean(1) for v in (a, b))
        return mean_products(a, b), np.add.outer(first, 0 * second), np.add.outer(0 * first, second)

    S, S1, S2 = inputs(x1, x2)
    T = S
    for _ in range(depth_f - 1):
        S, S_dot = expectations(S, S1, S2, alpha_f)
        T = S + T * S_dot
    Sigma, Sigma1, Sigma2 = inputs(z1, z2)
    if bandwidth is not None:
        squares = ((np.asarray(z1, LONG)[:, None] - np.asarray(z2, LONG)) ** 2).sum(-1)
        Sigma, Sigma1, Sigma2 = (
            np.exp(-d / (2 * LONG(bandwidth) ** 2)) / 2 for d in (squares, 0 * squares, 0 * squares)
        )
    T_g = Sigma
    for _ in range(depth_g - 1):
        Sigma, Sigma_dot = expectations(Sigma * S, Sigma1 * S1, Sigma2 * S2, alpha_g)
        Sigma1, Sigma2 = Sigma1 * S1, Sigma2 * S2
        T_g = Sigma + T_g * Sigma_dot * (S if with_S else 1)
    return S, T, Sigma * S, T * T_g
