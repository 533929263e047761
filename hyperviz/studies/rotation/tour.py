"""Hold the tour of /rotation: what width and depth of g do to learning, and what the learning rate does."""

from __future__ import annotations

import numpy as np

from hyperviz.studies.common.intervals import NORMAL
from hyperviz.studies.common.tour import TourStep, below
from hyperviz.studies.rotation import stored_run
from hyperviz.studies.rotation.comparisons import FALLS, RISES, accuracies, answers
from hyperviz.studies.rotation.settings import PRESETS, RotationSettings
from hyperviz.studies.rotation.study import RotationResult


def more(question: str, result: RotationResult) -> bool | None:
    """Return whether what Figure 2 asks is so at the end of a run; None where its interval contains 0."""
    found = next((a for a in answers(result) if a.question == question and a.when == "end"), None)
    if found is None:
        return None
    less = below(found.difference - found.slack, found.difference + found.slack, 0)
    return None if less is None else not less


def stored_rises(_: RotationResult) -> bool | None:
    """Return whether accuracy rises with the width of g in the stored run, which is the picture above."""
    return more(RISES, stored_run.stored())


def rises(result: RotationResult) -> bool | None:
    """Return whether accuracy rises with the width of g."""
    return more(RISES, result)


def deeper_learns_more(result: RotationResult) -> bool | None:
    """Return whether accuracy rises with the depth of g."""
    falls = more(FALLS, result)
    return None if falls is None else not falls


def learns(result: RotationResult) -> bool | None:
    """Return whether the best network gets more than one pair in five right; None before the last epoch."""
    last = [mean[-1] for _, mean, _ in map(accuracies, result.curves.values()) if len(mean)]
    if not last or not result.finished:
        return None
    margin = NORMAL * float(np.sqrt(max(last) * (1 - max(last)) / result.settings.tested))
    less = below(max(last) - margin, max(last) + margin, 0.2)
    return None if less is None else not less


STEPS = (
    TourStep(
        settings=RotationSettings(),
        look="By how much is a digit turned? f sees the picture, g sees it turned on. The first chart is a stored "
        "run of nine networks: three widths of g, three depths.",
        question="Does accuracy rise with the width of g, from 10 to 100 neurons?",
        seen=stored_rises,
        theory=True,
        says="the paper",
        because="Figure 2 of the paper: a wider g learns more.",
        slider="width_g",
    ),
    TourStep(
        settings=PRESETS["depths of g"],
        look="The charts below compare a g of 3, 6 and 8 layers, each 50 neurons wide.",
        question="Does a deeper g learn more in ten epochs?",
        seen=deeper_learns_more,
        theory=False,
        says="the paper",
        because="Figure 2 of the paper: accuracy falls with the depth of g.",
        slider="width_g",
    ),
    TourStep(
        settings=PRESETS["learning rate 0.01 (the paper's)"],
        look="The paper says that it trains with the learning rate µ = 0.01. The charts below do so, in the paper's "
        "own parameterisation.",
        question="With µ = 0.01: does a network get more than one in five right after ten epochs?",
        seen=learns,
        theory=False,
        because="There every layer is divided by the root of its width, so a step of µ = 0.01 moves next to nothing; µ "
        "of 1 to 10 trains. Guessing gets one in twelve right.",
        slider="learning_rate",
    ),
    TourStep(
        settings=PRESETS["the released code"],
        look="The authors' released code has another parameterisation, and another network. The charts below train it.",
        question="As in the released code: does accuracy rise with the width of g?",
        seen=rises,
        theory=True,
        says="the paper",
        because="So Figure 2 does not hang on the parameterisation.",
        slider="width_g",
    ),
)
