"""Fit a power law to Monte-Carlo samples, with a bootstrap interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common.intervals import NORMAL

RESAMPLES = 400
SEEN = 30  # a chart of K / limit goes from 1 / SEEN to SEEN
ALLOWED = 0.15  # theorems are about infinite widths: a slope that is fitted to finite ones may be so far from it


class Slope(NamedTuple):
    """Hold d log(statistic) / d log(width) with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def excludes(self, other: float) -> bool:
        """Return whether the interval rules the other answer out."""
        return not self.low <= other <= self.high

    def stderr(self, sure: float = NORMAL) -> float:
        """Return the standard error; sure: half the interval, in standard errors."""
        return (self.high - self.low) / (2 * sure)

    @property
    def text(self) -> str:
        """Return the slope with its interval, as every page writes it."""
        value, low, high = (f"{number + 0.0:+.2f}".replace("-", "−") for number in self)
        return f"{value} [{low}, {high}]"


class Coefficient(NamedTuple):
    """Hold c where a statistic is c / width to first order, with its bootstrap standard error."""

    value: float
    stderr: float

    @property
    def text(self) -> str:
        """Return the coefficient with its error, as exactly as that allows."""
        digits = int(np.clip(1 - np.floor(np.log10(self.stderr)), 0, 4)) if self.stderr > 0 else 0
        return f"{self.value + 0.0:.{digits}f} ± {self.stderr:.{digits}f}".replace("-", "−")


def agreement(fit: Slope | None, claim: float, other: float, allowed: float = 0) -> str:
    """Return holds, differs or undecided: the interval has the claim, or is at most `allowed` from it, and no rival."""
    if fit is None:
        return "undecided"
    if not fit.low - allowed <= claim <= fit.high + allowed:
        return "differs"
    return "holds" if fit.excludes(other) else "undecided"


def variance(samples: np.ndarray) -> np.ndarray:
    """Return the unbiased variance over the last axis."""
    return np.var(samples, axis=-1, ddof=1)


def relative_spread(samples: np.ndarray, limit: float) -> np.ndarray:
    """Return the variance of log(K / limit), over the last axis; what lies beyond the chart's ends counts as there.

    Where K is near its limit it is the relative variance, and falls as that does; narrow networks have tails that move
    a variance, and not this.
    """
    found = np.var(np.log(np.clip(samples / limit, 1 / SEEN, SEEN)), axis=-1, ddof=1)
    return np.where(found > 1e-12, found, 0.0)  # rounding is no spread


def slope(
    widths: Sequence[float], samples: Sequence[np.ndarray], statistic: Callable, seed: int = 0, sure: float = 0
) -> Slope | None:
    """Fit log statistic against log width by least squares; the interval resamples the draws of each width.

    sure: half the interval in standard errors, where 95 % is not sure enough: many intervals that must all hold.

    None where a statistic is 0 (every draw dead) or not finite, and has no logarithm.
    """
    generator = np.random.default_rng(seed)
    values_of, again = [], []
    for values in samples:
        picks = generator.integers(0, len(values), (RESAMPLES, len(values)))
        values_of.append(statistic(values))
        again.append(statistic(values[picks]))
    return fitted(widths, values_of, again, sure)


def fitted(
    widths: Sequence[float], values: Sequence[float], resampled: Sequence[np.ndarray], sure: float = 0
) -> Slope | None:
    """Fit the same from the statistic of each width and of its resamples; return None where one has no logarithm."""
    if not (np.isfinite(values).all() and min(values) > 0):
        return None
    tiny = np.finfo(float).tiny
    again = _fit(np.log(widths), np.log(np.maximum(resampled, tiny)))
    found = float(_fit(np.log(widths), np.log(values)))
    if sure:
        margin = sure * float(np.std(again))
        return Slope(found, found - margin, found + margin)
    low, high = np.quantile(again, [0.025, 0.975])
    return Slope(found, float(low), float(high))


def coefficient(
    widths: Sequence[float],
    samples: Sequence[np.ndarray],
    statistic: Callable,
    *,
    straight: bool = False,
    seed: int = 0,
) -> Coefficient:
    """Return c of width * statistic = c + d / width by weighted least squares; the error resamples each width's draws.

    straight: the next order is left out (d = 0), where a statistic is so small that it cannot be told.
    """
    generator, scaled, again = np.random.default_rng(seed), [], []
    for width, values in zip(widths, samples, strict=True):
        picks = generator.integers(0, len(values), (RESAMPLES, len(values)))
        scaled.append(width * float(statistic(values)))
        again.append(width * statistic(values[picks]))
    errors = np.std(again, axis=1)
    if not errors.all():
        return Coefficient(float(np.mean(scaled)), 0.0)  # nothing is random
    columns = np.stack([np.ones(len(widths)), 1 / np.asarray(widths, float)], 1)[:, : 1 if straight else 2]
    solve = np.linalg.pinv(columns / errors[:, None])[0] / errors
    return Coefficient(float(solve @ scaled), float(np.std(solve @ np.array(again))))


def _fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the slopes of the columns of y against x."""
    centred = x - x.mean()
    return np.tensordot(centred, y, axes=(0, 0)) / (centred**2).sum()
