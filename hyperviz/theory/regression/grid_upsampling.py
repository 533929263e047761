"""Predict between the pixels by the same regression: g is a function of continuous coordinates.

h(x*, z) = sum_r sum_p B_r(z - z_p) W_r(p) for any z, with W_r(p) = sum_i a_r(S(x*, x_i)) alpha_i(p): on a grid
`factor` times as fine a circular convolution of b_r, known at the fractional offsets too, with W_r and zeros between.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from hyperviz.theory import validation
from hyperviz.theory.activations import activation
from hyperviz.theory.gram.separable_kernel import evaluate, expand
from hyperviz.theory.regression.grid import KERNELS, angle, directions
from hyperviz.theory.regression.grid_factors import GridFactors
from hyperviz.theory.regression.grid_geometry import coordinates, hartley
from hyperviz.theory.validation import Unchecked

MOST = 8  # new pixels beside a pixel


def upsample(
    found: GridFactors,
    x_new: Float[np.ndarray, "M d"],
    *,
    factor: Unchecked,
    depth_f: Unchecked,
    depth_g: Unchecked,
    bandwidth: Unchecked,
    kernel: str = "hk",
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
) -> Float[np.ndarray, "M G G *C"]:
    """Predict new images between the pixels too: at (G, G) points, G = g * factor, every `factor`-th of them a pixel.

        h(x*, z) = sum_r sum_p B_r(z - z_p) sum_i a_r(S(x*, x_i)) alpha_i(p)

    Args:
        found: of `grid_factors.steps`, and with the same settings as here.
        x_new: inputs of f, (M, d).
        factor: new points along a pixel, 1 to MOST.
        depth_f, depth_g, bandwidth, kernel, activation_f, activation_g, alpha: as in `grid.steps`.

    Returns:
        h, (M, G, G) or (M, G, G, C).

    Raises:
        InvalidInput: an argument of the wrong type or range.

    References:
        eq. 18.

    Example:
        >>> from hyperviz.theory.regression import grid_factors
        >>> image, settings = np.eye(4)[None], {"depth_f": 2, "depth_g": 2, "bandwidth": 1.0}
        >>> found = grid_factors.all_solved(grid_factors.steps(image, image, ridge=1e-9, **settings))
        >>> fine = upsample(found, image.reshape(1, 16), factor=2, **settings)
        >>> fine.shape, np.allclose(fine[0, ::2, ::2], image[0], atol=1e-3)
        ((1, 8, 8), True)
    """
    q, g = validation.at_least("factor", factor, 1, MOST), found.systems.side
    sigma, gap, place = coordinates(g, bandwidth, q)
    slopes = activation(activation_f, alpha).alpha, activation(activation_g, alpha).alpha
    F = expand(sigma, gap, KERNELS[kernel], depth_f, depth_g, slopes)
    x_new, seen = directions(x_new)
    a = evaluate(F.a, angle(x_new @ found.systems.x.T)) * seen[:, None]
    W = hartley(found.weights.reshape(-1, g, g, *found.weights.shape[2:]))
    C = W.shape[3:]
    planes = np.moveaxis(W.reshape(-1, g, g, math.prod(C)), 3, 1)  # channels before rows
    spread = np.zeros((*a.shape[:2], math.prod(C), g * q, g * q), np.float64)
    spread[..., ::q, ::q] = (a @ planes.reshape(-1, math.prod(C) * g * g)).reshape(*a.shape[:2], *planes.shape[1:])
    b = np.fft.rfft2(F.b[:, place])
    fine = np.fft.irfft2(np.einsum("rvw,rmcvw->mcvw", b, np.fft.rfft2(spread)), s=(g * q, g * q))
    return np.moveaxis(fine, 1, 3).reshape(len(x_new), g * q, g * q, *C)
