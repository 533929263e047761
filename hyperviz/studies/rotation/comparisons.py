"""What curves of accuracy say of Figure 2: does it rise with the width of g, does it fall with its depth?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyperviz.data.rotations import CLASSES
from hyperviz.studies.rotation.settings import Arm
from hyperviz.studies.rotation.study import RotationResult
from hyperviz.studies.rotation.training_loop import Curve

CHANCE = 1 / CLASSES
RISES, FALLS = "accuracy rises with the width m", "accuracy falls with the depth H"
QUANTITIES = {RISES: "rise_with_width", FALLS: "fall_with_depth"}


class Answer(NamedTuple):
    """A difference of accuracies, averaged over the pairs of arms that can be compared."""

    question: str
    when: str  # start, end
    epoch: int
    difference: float  # widest minus narrowest, or shallowest minus deepest
    error: float  # its standard error: over runs, and over the choice of test pairs
    between: str  # what is compared

    @property
    def slack(self) -> float:
        """Half of its 95 % interval."""
        return 1.96 * self.error

    @property
    def quantity(self) -> str:
        """Its name in the table."""
        return QUANTITIES[self.question]


def accuracies(curve: Curve) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Epochs that all runs have been tested at, the mean over runs, and its standard error (NaN for one run)."""
    epochs = np.flatnonzero(~np.isnan(curve.accuracy).any(axis=0))
    seen = curve.accuracy[:, epochs]
    error = seen.std(axis=0, ddof=1) / len(seen) ** 0.5 if len(seen) > 1 else np.full(len(epochs), np.nan)
    return epochs, seen.mean(axis=0), error


def answers(result: RotationResult) -> list[Answer]:
    """Both questions after the first epoch and after the last one that all arms have done."""
    done = [epochs[-1] if len(epochs := accuracies(curve)[0]) else 0 for curve in result.curves.values()]
    last = int(min(done, default=0))
    if not last or len({arm.rate for arm in result.curves}) > 1:
        return []
    found = []
    for question in (RISES, FALLS):
        pairs = _pairs(list(result.curves), question)
        moments = {"start": 1, "end": last}.items() if last > 1 else [("end", last)]
        found += [_answer(result, question, when, epoch, pairs) for when, epoch in moments if pairs]
    return found


def _pairs(arms: list[Arm], question: str) -> list[tuple[Arm, Arm]]:
    """What should be better, and what worse."""
    widths, depths = sorted({arm.width_g for arm in arms}), sorted({arm.depth_g for arm in arms})
    if question == RISES and len(widths) > 1:
        return [(Arm(h, widths[-1], arms[0].rate), Arm(h, widths[0], arms[0].rate)) for h in depths]
    if question == FALLS and len(depths) > 1:
        return [(Arm(depths[0], m, arms[0].rate), Arm(depths[-1], m, arms[0].rate)) for m in widths]
    return []


def _answer(result: RotationResult, question: str, when: str, epoch: int, pairs: list[tuple[Arm, Arm]]) -> Answer:
    gaps = [_gap(result, better, worse, epoch) for better, worse in pairs]
    differences, errors = map(np.array, zip(*gaps, strict=True))
    better, worse = pairs[0]
    between = f"from m = {worse.width_g} to {better.width_g}"
    if question == FALLS:
        between = f"from H = {better.depth_g} to {worse.depth_g}"
    error = float((errors**2).sum() ** 0.5 / len(pairs))
    return Answer(question, when, epoch, float(differences.mean()), error, between)


def _gap(result: RotationResult, better: Arm, worse: Arm, epoch: int) -> tuple[float, float]:
    """Difference and standard error: the runs' spread, and the binomial one of the test pairs."""
    means, squares = [], 0.0
    for arm in (better, worse):
        seen = result.curves[arm].accuracy[:, epoch]
        mean = float(seen.mean())
        squares += mean * (1 - mean) / result.settings.tested
        squares += float(seen.var(ddof=1)) / len(seen) if len(seen) > 1 else 0.0
        means.append(mean)
    return means[0] - means[1], squares**0.5


def best_rates(result: RotationResult) -> dict[int, tuple[float, float]]:
    """For each width the learning rate that has reached most, with its accuracy."""
    found: dict[int, tuple[float, float]] = {}
    for arm, curve in result.curves.items():
        epochs, mean, _ = accuracies(curve)
        if len(epochs) and mean[-1] > found.get(arm.width_g, (0.0, -1.0))[1]:
            found[arm.width_g] = (arm.rate, float(mean[-1]))
    return found
