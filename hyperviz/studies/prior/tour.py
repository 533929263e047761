"""Hold the tour of /prior: only when f and g are both wide is an untrained network a Gaussian process."""

from __future__ import annotations

from hyperviz.studies.common.intervals import interval
from hyperviz.studies.common.tour import TourStep, below
from hyperviz.studies.prior.settings import PRESETS, PriorSettings
from hyperviz.studies.prior.study import PriorResult

CLOSE = 0.01  # the largest gap of two distribution functions


def bell(result: PriorResult) -> bool | None:
    """Return whether the outputs follow the bell curve up to CLOSE."""
    if result.normality is None:
        return None
    gap = result.normality.distance
    return below(*interval(gap.value, gap.stderr), CLOSE)


STEPS = (
    TourStep(
        settings=PriorSettings(),
        look="Nothing is trained here: each of 2,048 networks has random weights and gives one number. Bars: how often "
        "each number comes. Dashed: the bell curve of Theorem 2. f and g have 256 neurons in each layer.",
        question="Both 256 wide: do the outputs follow the bell curve up to 1 %?",
        seen=bell,
        theory=False,
        because="Theorem 2 is about infinite widths. At 256 the largest gap is still 2 to 3 %.",
        slider="width_g",
    ),
    TourStep(
        settings=PRESETS["only f wide: not"],
        look="f has 16,384 neurons in each layer, and g only 2.",
        question="Only f wide: do the outputs follow the bell curve up to 1 %?",
        seen=bell,
        theory=False,
        because="Theorem 2 needs both widths. With so narrow a g nearly half of the networks answer exactly 0.",
        slider="width_g",
    ),
    TourStep(
        settings=PRESETS["only g wide: not"],
        look="The other way round: g has 16,384 neurons in each layer, and f only 8.",
        question="Only g wide: do the outputs follow the bell curve up to 1 %?",
        seen=bell,
        theory=False,
        because="All weights of g come from the same few neurons of f: they stay dependent, however many there are.",
        slider="width_f",
    ),
    TourStep(
        settings=PRESETS["both wide: Gaussian"],
        look="f and g have 4,096 neurons in each layer.",
        question="Both 4,096 wide: do the outputs follow the bell curve up to 1 %?",
        seen=bell,
        theory=True,
        because="Theorem 2: with both wide the network is a Gaussian process; the gap falls like 1/width.",
        slider="width_g",
    ),
)
