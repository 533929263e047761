"""Hold the tour of /convergence: only when f and g are both wide do random networks agree."""

from __future__ import annotations

from hyperviz.studies.common.tour import TourStep, below
from hyperviz.studies.convergence.report import disagreement
from hyperviz.studies.convergence.settings import PRESETS, ConvergenceSettings
from hyperviz.studies.convergence.study import ConvergenceResult

ENOUGH = 10  # networks, before anything is said of them


def within(factor: float):
    """Return what tells of a result whether 8 of 10 networks agree within this factor."""

    def seen(result: ConvergenceResult) -> bool | None:
        if len(result.curves) < ENOUGH:
            return None
        _, low, high = disagreement(result)
        return below(low, high, factor)

    return seen


STEPS = (
    TourStep(
        settings=ConvergenceSettings(),
        look="Each thin line is the tangent kernel of one random network, divided by its limit. On the dashed line "
        "all networks would train alike. Here f and g have 64 neurons in each layer.",
        question="With f and g 64 wide: do 8 of 10 random networks agree within a factor of 3?",
        seen=within(3),
        theory=False,
        because="Theorem 3 promises agreement in the limit of infinite widths, and 64 neurons are far from it.",
        slider="width_f",
    ),
    TourStep(
        settings=PRESETS["only f wide"],
        look="Now f has 16,384 neurons in each layer, and g only 8. Look at the height of the band.",
        question="Only f wide: do 8 of 10 networks agree within a factor of 3?",
        seen=within(3),
        theory=False,
        because="Theorem 3 needs both widths. With a narrow g the kernel stays random however wide f is: the slope of "
        "“only f widens” below is 0.",
        slider="width_g",
    ),
    TourStep(
        settings=PRESETS["only g wide"],
        look="The other way round: g has 16,384 neurons in each layer, and f only 8.",
        question="Only g wide: do they agree now?",
        seen=within(3),
        theory=False,
        because="The weights of g come from f. A narrow f writes weights that are far from independent, and a wide g "
        "does not repair that.",
        slider="width_f",
    ),
    TourStep(
        settings=PRESETS["Fig. 1b: both wide"],
        look="Both have 4,096 neurons in each layer. This is Figure 1b of the paper.",
        question="Both 4,096 wide: do 8 of 10 networks agree within a factor of 3?",
        seen=within(3),
        theory=True,
        because="Theorem 3: with both widths the kernel tends to the hyperkernel Θₕ = Θ_f · Θ_g, and the spread falls "
        "like 1/width.",
        slider="width_g",
    ),
    TourStep(
        settings=PRESETS["a million wide"],
        look="A million neurons in each layer, of f and of g.",
        question="Both a million wide: do 8 of 10 networks agree within 10 %?",
        seen=within(1.1),
        theory=True,
        because="In the limit the kernel is no longer random: every network trains as kernel regression with Θₕ.",
        slider="width_g",
    ),
)
