"""A power law fitted to Monte-Carlo samples, with a bootstrap interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 400


class Slope(NamedTuple):
    """d log(statistic) / d log(width) with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def excludes(self, other: float) -> bool:
        """Whether the interval rules the other answer out."""
        return not self.low <= other <= self.high


def variance(samples: np.ndarray) -> np.ndarray:
    """Unbiased, over the last axis."""
    return np.var(samples, axis=-1, ddof=1)


def squared_spread(samples: np.ndarray) -> np.ndarray:
    """The squared interquartile range: scales as the variance does, but a single outlier does not move it."""
    low, high = np.quantile(samples, [0.25, 0.75], axis=-1)
    return (high - low) ** 2


def slope(widths: Sequence[float], samples: Sequence[np.ndarray], statistic: Callable, seed: int = 0) -> Slope | None:
    """Least squares through log statistic against log width; the interval resamples the draws of each width.

    None where a statistic is 0 (every draw dead) or not finite, and has no logarithm.
    """
    generator = np.random.default_rng(seed)
    values_of, again = [], []
    for values in samples:
        picks = generator.integers(0, len(values), (RESAMPLES, len(values)))
        values_of.append(statistic(values))
        again.append(statistic(values[picks]))
    return fitted(widths, values_of, again)


def fitted(widths: Sequence[float], values: Sequence[float], resampled: Sequence[np.ndarray]) -> Slope | None:
    """The same from the statistic of each width and of its resamples; None where a statistic has no logarithm."""
    if not (np.isfinite(values).all() and min(values) > 0):
        return None
    tiny = np.finfo(float).tiny
    again = _fit(np.log(widths), np.log(np.maximum(resampled, tiny)))
    low, high = np.quantile(again, [0.025, 0.975])
    return Slope(float(_fit(np.log(widths), np.log(values))), float(low), float(high))


def _fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Slopes of the columns of y against x."""
    centred = x - x.mean()
    return np.tensordot(centred, y, axes=(0, 0)) / (centred**2).sum()
