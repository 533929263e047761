"""Measure the light on the paper around what is written: it falls off, and shadows lie on it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

WINDOW = 0.45  # of the shorter side: wider than a stroke, narrower than a shadow


def around(shown: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the light of the paper at every pixel, and at a small size the slope of the light and the image.

    shown: (h, w), 0 to 255, the paper lighter than what is written on it.
    """
    small = _small(shown)
    slope = _slope(small)
    # both lie above the light that they follow: the one where it falls to the edges, the other at the edge of a shadow
    light = np.minimum(slope + _background(small - slope), _background(small))
    return _enlarged(light, shown.shape), slope, small


def _slope(small: np.ndarray) -> np.ndarray:
    """Return the quadratic surface that most of the image lies on: light that falls off, a vignette."""
    y, x = np.mgrid[-1 : 1 : small.shape[0] * 1j, -1 : 1 : small.shape[1] * 1j]
    basis = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1).reshape(-1, 6)
    values, weights, coefficients = small.ravel(), np.ones(small.size), np.zeros(6)
    for _ in range(20):  # least absolute deviations, by reweighting: ink is the minority
        root = np.sqrt(weights)[:, None]
        coefficients = np.linalg.lstsq(basis * root, values * root[:, 0], rcond=None)[0]
        off = np.abs(values - basis @ coefficients)
        weights = 1 / np.maximum(off, 1.0)
    return (basis @ coefficients).reshape(small.shape)


def _background(level: np.ndarray) -> np.ndarray:
    """Return the light around each stroke: a closing with a window wider than strokes, smoothed."""
    window = max(3, round(WINDOW * min(level.shape))) | 1
    closed = ndimage.grey_closing(level, size=(window, window), mode="nearest")
    return ndimage.gaussian_filter(closed, window / 10, mode="nearest")


def _enlarged(small: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the surface at the size of the image."""
    factors = [n / k for n, k in zip(shape, small.shape, strict=True)]
    return np.asarray(ndimage.zoom(small, factors, order=1, grid_mode=True, mode="nearest"))


def _small(image: np.ndarray, side: int = 80) -> np.ndarray:
    """Return the image with its longer side of at most `side` pixels, block means."""
    step = max(1, -(-max(image.shape) // side))
    high, wide = (min(step, n) for n in image.shape)  # an image may be a thin strip
    rows, columns = (n - n % size for n, size in zip(image.shape, (high, wide), strict=True))
    cut = image[:rows, :columns]
    return cut.reshape(rows // high, high, columns // wide, wide).mean((1, 3))
