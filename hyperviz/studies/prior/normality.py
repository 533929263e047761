"""Measure how far the output of random networks is from the Gaussian of Theorem 2, with errors.

Given its hidden layers the output is Gaussian: h = sqrt(v) g with a random variance v. So h is Gaussian exactly where v
is the same in every draw, and both measures are averages over v: far less noisy than those of the values h themselves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

RESAMPLES = 100
GRID = np.linspace(0.05, 4.5, 60)  # in units of the limit's standard deviation; both laws are symmetric


class Measure(NamedTuple):
    """Hold a number with its bootstrap standard error, and the resampled numbers."""

    value: float
    stderr: float
    resampled: np.ndarray


class Normality(NamedTuple):
    """Hold two distances from the limit N(0, Lambda^H)."""

    excess: Measure  # excess kurtosis of h: 3 Var(v) / E[v]^2, 0 for a Gaussian
    distance: Measure  # Kolmogorov-Smirnov: the largest gap between the two distribution functions


def normality(variances: np.ndarray, limit: float | None = None, seed: int = 0) -> Normality:
    """Return both measures from draws (R,) of v; every resample takes R of the R draws.

    limit: the variance of the Gaussian compared with. None: that of the draws, so that only the shape counts; the
    error of their mean, which is far larger than the distance of a wide network, then does not enter.
    """
    count = len(variances)
    weights = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), RESAMPLES) / count
    weights = np.vstack([np.full(count, 1 / count), weights])
    mean, unit = weights @ variances, float(variances.mean() or 1.0) if limit is None else limit
    excess = _excess(mean, weights @ variances**2)
    off = weights @ _distribution(variances / unit) - ndtr(GRID)
    if limit is None:
        off = _rescaled(off, np.sqrt(mean / unit))
    distance = np.abs(off).max(axis=1)
    return Normality(*(Measure(float(m[0]), float(m[1:].std(ddof=1)), m[1:]) for m in (excess, distance)))


def _rescaled(off: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return F(t s) - Phi(t) of each row from off = F(t) - Phi(t).

    off is smooth, and read off between the points of GRID.
    """
    at = GRID * np.where(scale > 0, scale, 1)[:, None]
    return np.stack([np.interp(t, GRID, row) for t, row in zip(at, off, strict=True)]) + ndtr(at) - ndtr(GRID)


def _excess(mean, square):
    alive = mean > 0
    return np.where(alive, 3 * (square / np.where(alive, mean, 1) ** 2 - 1), 0)


def _distribution(variances):
    """Return P(h <= t) given v, at the points of GRID; a dead network (v = 0) outputs 0."""
    scale = np.sqrt(variances)[:, None]
    return ndtr(np.divide(GRID, scale, out=np.full((len(scale), len(GRID)), np.inf), where=scale > 0))


def ks_of_values(values: np.ndarray, sigma: float) -> tuple[float, float]:
    """Return the KS distance of the values themselves from N(0, sigma^2), and its 5 % point for that Gaussian."""
    ordered, count = ndtr(np.sort(values) / sigma), len(values)
    steps = np.arange(count + 1) / count
    return float(max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max())), 1.358 / count**0.5
