"""Say what curves of accuracy mean for Figure 2: does it rise with the width of g, and fall with its depth?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyperviz.data.rotations import CLASSES
from hyperviz.studies.common.intervals import NORMAL
from hyperviz.studies.rotation.settings import Configuration
from hyperviz.studies.rotation.study import RotationResult
from hyperviz.studies.rotation.training_loop import Curve

CHANCE = 1 / CLASSES
RISES, FALLS = "accuracy rises with the width m", "accuracy falls with the depth H"
QUANTITIES = {RISES: "rise_with_width", FALLS: "fall_with_depth"}


class Answer(NamedTuple):
    """Hold a difference of accuracies, averaged over the pairs of configurations that can be compared."""

    question: str
    when: str  # start, end
    epoch: int
    difference: float  # widest minus narrowest, or shallowest minus deepest
    error: float  # its standard error: over runs, and over the choice of test pairs
    between: str  # what is compared

    @property
    def slack(self) -> float:
        """Return half of its 95 % interval."""
        return NORMAL * self.error

    @property
    def quantity(self) -> str:
        """Return its name in the table."""
        return QUANTITIES[self.question]


def accuracies(curve: Curve) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the epochs that all runs are tested at, the mean over runs, and its standard error (NaN for one run)."""
    epochs = np.flatnonzero(~np.isnan(curve.accuracy).any(axis=0))
    seen = curve.accuracy[:, epochs]
    error = seen.std(axis=0, ddof=1) / len(seen) ** 0.5 if len(seen) > 1 else np.full(len(epochs), np.nan)
    return epochs, seen.mean(axis=0), error


def answers(result: RotationResult) -> list[Answer]:
    """Return the answers to both questions, after the first epoch and after the last that all have done."""
    done = [epochs[-1] if len(epochs := accuracies(curve)[0]) else 0 for curve in result.curves.values()]
    last = int(min(done, default=0))
    if not last or len({config.rate for config in result.curves}) > 1:
        return []
    found = []
    for question in (RISES, FALLS):
        pairs = _pairs(list(result.curves), question)
        moments = {"start": 1, "end": last}.items() if last > 1 else [("end", last)]
        found += [_answer(result, question, when, epoch, pairs) for when, epoch in moments if pairs]
    return found


def _pairs(configurations: list[Configuration], question: str) -> list[tuple[Configuration, Configuration]]:
    """Return pairs of configurations: what should be better, and what worse."""
    widths, depths = (
        sorted({config.width_g for config in configurations}),
        sorted({config.depth_g for config in configurations}),
    )
    if question == RISES and len(widths) > 1:
        return [
            (Configuration(h, widths[-1], configurations[0].rate), Configuration(h, widths[0], configurations[0].rate))
            for h in depths
        ]
    if question == FALLS and len(depths) > 1:
        return [
            (Configuration(depths[0], m, configurations[0].rate), Configuration(depths[-1], m, configurations[0].rate))
            for m in widths
        ]
    return []


def _answer(
    result: RotationResult, question: str, when: str, epoch: int, pairs: list[tuple[Configuration, Configuration]]
) -> Answer:
    gaps = [_gap(result, better, worse, epoch) for better, worse in pairs]
    differences, errors = map(np.array, zip(*gaps, strict=True))
    better, worse = pairs[0]
    between = f"from m = {worse.width_g} to {better.width_g}"
    if question == FALLS:
        between = f"from H = {better.depth_g} to {worse.depth_g}"
    error = float((errors**2).sum() ** 0.5 / len(pairs))
    return Answer(question, when, epoch, float(differences.mean()), error, between)


def _gap(result: RotationResult, better: Configuration, worse: Configuration, epoch: int) -> tuple[float, float]:
    """Return the difference and its standard error: the runs' spread, and the binomial one of the test pairs."""
    means, squares = [], 0.0
    for config in (better, worse):
        seen = result.curves[config].accuracy[:, epoch]
        mean = float(seen.mean())
        squares += mean * (1 - mean) / result.settings.tested
        squares += float(seen.var(ddof=1)) / len(seen) if len(seen) > 1 else 0.0
        means.append(mean)
    return means[0] - means[1], squares**0.5


def best_rates(result: RotationResult) -> dict[int, tuple[float, float]]:
    """Return for each width the learning rate that has reached most, with its accuracy."""
    found: dict[int, tuple[float, float]] = {}
    for config, curve in result.curves.items():
        epochs, mean, _ = accuracies(curve)
        if len(epochs) and mean[-1] > found.get(config.width_g, (0.0, -1.0))[1]:
            found[config.width_g] = (config.rate, float(mean[-1]))
    return found
