"""Compute on the torus, a g x g grid with opposite edges joined: distances, Fourier transform, equal frequencies."""

from __future__ import annotations

import functools

import numpy as np
from jaxtyping import Float


def coordinates(g: int, bandwidth: float, finer: int = 1):
    """Return Sigma^0's distinct values on the torus, the gaps 1 - Sigma^0, and the place of each offset among them.

    The offsets are multiples of 1 / finer pixels, (g * finer, g * finer) of them.
    """
    axis, loss = _axis(g, bandwidth, finer)
    lag = np.minimum(np.arange(g * finer), g * finer - np.arange(g * finer))
    i, j = np.triu_indices(len(axis))
    place = np.empty((len(axis), len(axis)), int)
    place[i, j] = place[j, i] = np.arange(len(i))
    return axis[i] * axis[j], loss[i] + loss[j] * (1 - loss[i]), place[lag[:, None], lag]


def _axis(g, bandwidth, finer):
    """Return one axis of Sigma^0 at the distances 0, 1 / finer .. g/2, and its gap to 1.

    By Poisson's formula the sum over k is a sum over j of c_j cos(2 pi j d / g), c_j = exp(-2 (pi l j / g)^2), so that
    the gap is one of terms 2 c_j sin^2(pi j d / g) >= 0: no digit is lost where a wide Gaussian comes close to 1.
    """
    d, k = (
        np.arange(g * finer // 2 + 1)[:, None] / finer,
        np.arange(-int(9 * bandwidth / g) - 2, int(9 * bandwidth / g) + 3),
    )
    sums = np.exp(-((d + g * k) ** 2) / (2 * bandwidth**2)).sum(axis=1)
    j = np.arange(int(2 * g / bandwidth) + 2)
    c = np.exp(-2 * (np.pi * bandwidth * j / g) ** 2) * np.where(j == 0, 1, 2)
    return sums / sums[0], 2 * np.sin(np.pi * j * d / g) ** 2 @ c / c.sum()


def hartley(images: Float[np.ndarray, "N g g *C"]) -> np.ndarray:
    """Return the real Fourier transform, orthogonal and its own inverse: sum_z y(z) (cos + sin)(2 pi w.z / g) / g."""
    spectrum = np.fft.fft2(images, axes=(1, 2), norm="ortho")
    return spectrum.real - spectrum.imag


@functools.lru_cache(maxsize=64)
def classes(g: int) -> tuple[np.ndarray, ...]:
    """Return the flat indices of the frequencies that share a system, (+-w1, +-w2) and swapped, lowest first.

    They are kept: every picture asks for them several times, and each time took 2 ms of the first one's 20.
    """
    w = np.minimum(np.arange(g), g - np.arange(g))
    low, high = np.minimum(w[:, None], w).ravel(), np.maximum(w[:, None], w).ravel()
    names, which = np.unique(np.stack([low**2 + high**2, low, high]), axis=1, return_inverse=True)
    return tuple(np.flatnonzero(which.ravel() == c) for c in range(names.shape[1]))
