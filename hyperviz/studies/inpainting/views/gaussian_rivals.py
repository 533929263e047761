"""Predict by plain methods that say how unsure they are: a mean and a standard deviation for each pixel.

Plain ridge is the mean of a Gaussian process over what is seen of an image, one for each pixel, all with the same
amplitude s, the likeliest for the training images, and the noise s^2 eps. The mean image has one deviation for all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from hyperviz.studies.inpainting import baselines
from hyperviz.studies.inpainting.baselines import Tuning


class Gaussian(NamedTuple):
    """Hold predictions of P values of each of D images, independent of each other."""

    mean: np.ndarray  # (D, P)
    deviation: np.ndarray  # (D, 1), the noise included


def ridge(x: np.ndarray, y: np.ndarray, x_new: np.ndarray, tuning: Tuning) -> Gaussian:
    """Return plain ridge as a Gaussian process: its mean, and s^2 (1 + eps - k (K + eps I)^-1 k^T) as the variance.

    s^2 = tr(Y^T (K + eps I)^-1 Y) / (N P), Y less its mean: where the marginal likelihood is largest.

    Args:
        x: what is seen of the training images, (N, d).
        y: their values, (N, P).
        x_new: what is seen of the images to predict, (D, d).
        tuning: bandwidth and ridge.
    """
    K, k = baselines.closeness("ridge", x, x_new, tuning)
    factor = cho_factor(K + tuning.ridge * np.eye(len(K)), check_finite=False)
    centred, inverse = y - y.mean(axis=0), cho_solve(factor, k.T, check_finite=False)
    amplitude = float(np.vdot(centred, cho_solve(factor, centred, check_finite=False)) / y.size)
    left = np.maximum(1 - np.einsum("dn,nd->d", k, inverse), 0) + tuning.ridge
    return Gaussian(y.mean(axis=0) + inverse.T @ centred, np.sqrt(amplitude * left)[:, None])


def mean_image(y: np.ndarray, count: int) -> Gaussian:
    """Return the mean image for each of `count` images, with the training images' root mean squared distance to it."""
    deviation = float(np.sqrt(((y - y.mean(axis=0)) ** 2).mean()))
    return Gaussian(np.tile(y.mean(axis=0), (count, 1)), np.full((count, 1), deviation))
