"""Compute the variance of a plain network's tangent kernel at one input: exactly, and to first order in 1/n.

Each activation is D y with D = 1 or alpha, either with probability 1/2 and independent of |y|, and the sign of y is
absorbed by the next, symmetric matrix. So Theta(x, x) has the law of that of a linear network with random diagonal D:

    Theta = sum_l A_(l-1) B_l,    A_l = |q^l|^2 / n,    B_l = |df/dy^l|^2,    E[A_(l-1) B_l] = |x|^2 / n_0 for every l

The mean is that of infinite width, at every n: no correction (Hanin & Nica 2019, Theorem 1, whose bounds on the second
moment are exponential in depth over width; that corrections go in powers of 1/n is Dyer & Gur-Ari 2020). The second
moment is summed here exactly: with p2 = E[(sum D^2)^2], p4 = E[sum D^4] over the n neurons of a layer and
c = gain^2 / n,

    E[A_(l-1) B_l A_(k-1) B_k] = E[X^2]^(L-1-d) c^(2d) R_d,    d = |k - l|,    E[X^2] = c^2 (p2 + 2 p4)
    R_1 = p2, T_1 = p4;    R_(d+1) = p2 R_d + 2 p4 T_d,    T_(d+1) = (p2 + p4) T_d + p4 R_d

where R = E[|u|^2 tr G] and T = E[u G u] of the d layers between, u what comes forward and G = M M^T for their matrix M.
"""

from __future__ import annotations

import numpy as np

from hyperviz.theory.activations import Activation

__all__ = ["first_correction", "relative_variance"]


def relative_variance(sigma: Activation, depth: int, width: int) -> float:
    """Return Var(Theta(x, x)) / E[Theta(x, x)]^2 over random networks of these sizes, for any x.

    Args:
        sigma: a piecewise linear activation; its gain keeps a layer's second moment.
        depth: L, weight matrices.
        width: n, neurons of each hidden layer.

    Returns:
        The relative variance; 0 where depth is 1.

    Example:
        >>> from hyperviz.theory.activations import activation
        >>> round(relative_variance(activation("relu"), depth=2, width=100), 6)  # 3 / n
        0.03
    """
    second, fourth = (1 + sigma.alpha**2) / 2, (1 + sigma.alpha**4) / 2  # E[D^2], E[D^4]
    off = (fourth / second**2 - 1) / width
    p2, p4 = 1 + off, fourth / second**2 / width  # times c^2: numbers near 1 and 1 / n
    R, T, apart = p2, p4, [0.0]
    for _ in range(depth - 1):
        apart.append(R)
        R, T = p2 * R + 2 * p4 * T, (p2 + p4) * T + p4 * R
    square = p2 + 2 * p4
    apart[0] = 1.0
    sums = sum((2 if d else 1) * (depth - d) * square ** (depth - 1 - d) * apart[d] for d in range(depth))
    return float(sums / depth**2 - 1)


def first_correction(sigma: Activation, depth: int) -> float:
    """Return lim n Var / E^2 of the same: 5 (L-1) - 4 (L^2-1) / (3L) = (L-1)(11L-4) / (3L) for ReLU.

    A layer's mean square has the relative variance a/n and two layers that are d apart share b d/n of theirs:
    a (L-1) - (a-b) (L^2-1) / (3L), a = 3r - 1, b = r - 1, r = E[D^4] / E[D^2]^2.

    Args:
        sigma: a piecewise linear activation.
        depth: L, weight matrices.

    Returns:
        The coefficient of 1/n.
    """
    r = 2 * (1 + sigma.alpha**4) / (1 + sigma.alpha**2) ** 2
    return float((3 * r - 1) * (depth - 1) - 2 * r * np.float64(depth**2 - 1) / (3 * depth))
