"""Hold the tour of /taylor: which terms of a training step vanish as f widens."""

from __future__ import annotations

from hyperviz.studies.common.tour import TourStep, below
from hyperviz.studies.taylor.settings import PRESETS, TaylorSettings
from hyperviz.studies.taylor.study import TaylorResult


def falls(r: int):
    """Return what tells of a result whether the r-th term falls with the width: nearer to slope −1 than to 0."""

    def seen(result: TaylorResult) -> bool | None:
        fit = result.slopes.get(r)
        return below(fit.low, fit.high, -0.5) if fit else None

    return seen


STEPS = (
    TourStep(
        settings=PRESETS["an ordinary network (H = 1)"],
        look="One training step changes the output by a series in the step size. Where all terms beyond the first "
        "vanish, training is linear. A square tells how a term changes with the width of f: 0 stays, −1 halves when "
        "the width doubles. With H = 1 the whole is an ordinary network: the lowest row.",
        question="An ordinary network: does the second term (r = 2) vanish as it widens?",
        seen=falls(2),
        theory=True,
        because="A wide ordinary network trains linearly: its terms fall like n to the power 1 − r (Theorem 1, H = 1).",
        slider="depth_g",
    ),
    TourStep(
        settings=TaylorSettings(),
        look="Now f writes the weights of a g with two layers: the row H = 2.",
        question="g has two layers: does the second term still vanish as f widens?",
        seen=falls(2),
        theory=False,
        because="Theorem 1: the terms up to r = H stay, however wide f is: a wide f alone does not make training "
        "linear.",
        slider="depth_g",
    ),
    TourStep(
        settings=PRESETS["a deep g: H = 3"],
        look="A deeper g, of three layers: the row H = 3.",
        question="g has three layers: does the third term (r = 3) vanish as f widens?",
        seen=falls(3),
        theory=False,
        because="Theorem 1: with H = 3 the first three terms stay, and those beyond fall like n to the power 3 − r.",
        slider="depth_g",
    ),
    TourStep(
        settings=PRESETS["g widens too"],
        look="H is 2 again, and now g widens together with f: m = n.",
        question="g widens together with f: does the second term vanish?",
        seen=falls(2),
        theory=True,
        because="With both wide every term from r = 2 on falls. The paper gives no rate; the 1 − r shown is our "
        "prediction, that of an ordinary network of width m.",
        slider="width_f",
    ),
    TourStep(
        settings=PRESETS["smooth φ"],
        look="Only f widens, H = 2, and g has the smooth activation tanh in place of ReLU.",
        question="A smooth g: does the third term, beyond r = H, still vanish as f widens?",
        seen=falls(3),
        theory=False,
        because="Theorem 1 is about piecewise-linear activations. A smooth g has derivatives of every order in its "
        "weights, so no term falls (this prediction is ours).",
        slider="width_f",
    ),
)
