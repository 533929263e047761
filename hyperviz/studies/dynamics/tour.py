"""Hold the tour of /dynamics: an infinitely wide f gets stuck where g is narrow."""

from __future__ import annotations

import numpy as np

from hyperviz.studies.common.intervals import interval
from hyperviz.studies.common.tour import TourStep, below
from hyperviz.studies.dynamics.report import fraction_of
from hyperviz.studies.dynamics.settings import PRESETS, DynamicsSettings
from hyperviz.studies.dynamics.study import DynamicsResult, outcomes


def most_learn(result: DynamicsResult) -> bool | None:
    """Return whether more than half of the starts learn the data; those still in training leave it open."""
    found = outcomes(result.paths)
    if not found.starts:
        return None
    value, error = fraction_of(found)
    under_way = 0.0 if result.finished else (found.starts - found.reached - found.stuck) / found.starts
    low, high = np.clip(interval(value, error), 0, 1)
    fewer = below(float(low), float(min(high + under_way, 1)), 0.5)
    return None if fewer is None else not fewer


STEPS = (
    TourStep(
        settings=PRESETS["narrow g: stuck"],
        look="f is infinitely wide, exactly. Each line is the training loss from one random start; a line that stays "
        "high is stuck. g has 2 neurons in each hidden layer.",
        question="f infinitely wide, g 2 neurons wide: do more than half of the starts learn the data?",
        seen=most_learn,
        theory=False,
        says="the paper",
        because="Contribution 1: a wide f alone does not make training easy. With a narrow g it gets stuck.",
        slider="width_g",
    ),
    TourStep(
        settings=DynamicsSettings(),
        look="Nothing but the width of g has changed: 4 neurons in each hidden layer.",
        question="g 4 neurons wide: do more than half of the starts learn the data now?",
        seen=most_learn,
        theory=False,
        says="the paper",
        because="Some starts arrive, most are stuck still. Below on the left stands how it goes on as g widens.",
        slider="width_g",
    ),
    TourStep(
        settings=PRESETS["eq. 16 of the paper"],
        look="g has 16 neurons in each hidden layer. f was infinitely wide all the time.",
        question="g 16 neurons wide: do more than half of the starts learn the data?",
        seen=most_learn,
        theory=True,
        says="the paper",
        because="The wider g, the nearer training is to kernel regression, whose loss is a bowl (Theorem 3).",
        slider="width_g",
    ),
    TourStep(
        settings=PRESETS["g 64 wide: all arrive"],
        look="64 neurons in each hidden layer of g. Below stands the loss surface around a start.",
        question="g 64 neurons wide: do more than half of the starts learn the data?",
        seen=most_learn,
        theory=True,
        says="the paper",
        because="With f and g both wide the loss is a bowl around the start, and downhill leads to the bottom.",
        slider="width_g",
    ),
)
