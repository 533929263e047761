"""Judge contributions 1 and 2, equation 16, Figure 2 and the learning rate: training."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from hyperviz.studies.common.power_laws import agreement
from hyperviz.studies.common.verdict import signed
from hyperviz.studies.convergence.study import ConvergenceResult
from hyperviz.studies.dynamics import report
from hyperviz.studies.dynamics.kernel_drift import FAMILIES, KERNEL_DRAWS
from hyperviz.studies.dynamics.settings import PRESETS, DynamicsSettings
from hyperviz.studies.dynamics.study import DynamicsResult
from hyperviz.studies.dynamics.ways import CELL_STARTS
from hyperviz.studies.paper import convergence_claims
from hyperviz.studies.paper.claims import DIFFERS, HOLDS, UNDECIDED, Claim, Control, Finding, Need, above_zero, link
from hyperviz.studies.rotation import comparisons
from hyperviz.studies.rotation import report as rotation_report
from hyperviz.studies.rotation import settings as rotation
from hyperviz.studies.rotation.comparisons import FALLS, RISES, answers
from hyperviz.studies.rotation.settings import RotationSettings
from hyperviz.studies.rotation.study import RotationResult
from hyperviz.studies.rotation.training_loop import Curve

MAP = Need("dynamics", DynamicsSettings())
DRIFT = Need("dynamics", PRESETS["eq. 16 of the paper"])
NINE = {
    "MNIST": Need("rotation", RotationSettings(compare="all", images=10_000, epochs=25), long=True),
    "CIFAR-10": Need(
        "rotation",
        RotationSettings(compare="all", images=10_000, epochs=25, dataset="cifar10", width_g=300),
        long=True,
    ),
}
DATA = {"MNIST": "", "CIFAR-10": " --dataset=cifar10 --size=32"}  # of the paper's command
RATES = {
    "MNIST": Need("rotation", rotation.PRESETS["learning rates"]),
    "CIFAR-10": Need(
        "rotation", RotationSettings(compare="rates", runs=1, epochs=5, dataset="cifar10", width_g=200), long=True
    ),
}
ONLY_F, BOTH = FAMILIES


def stuck(result: DynamicsResult) -> Finding:
    """Return the page's verdict on contribution 1."""
    verdict, gap = report.verdict(result), report.widening(result.cells)
    return Finding(verdict.state, verdict.evidence, *gap, draws=_starts(result))


def never_narrow(result: DynamicsResult) -> Finding:
    """Return the same where the columns of the narrow widths hold the starts of the wide g."""
    wide = {at: result.cells[at[0], report.WIDE] for at in result.cells}
    return stuck(result._replace(cells=wide))


def drift(kind: int, family: str, claim: float, other: float, result: DynamicsResult) -> Finding:
    """Return whether the kernel moves less as networks widen; kind: 0 by the end of training, 1 its speed at t = 0."""
    fit = result.view.slopes[family][kind]
    state = agreement(fit, claim, other)
    reason = f"{KERNEL_DRAWS} networks at each width are too few for this interval." if state == UNDECIDED else ""
    return Finding(state, f"slope {fit.text if fit else 'none'}", *(fit or ()), draws=KERNEL_DRAWS, reason=reason)


def convex(kernel: ConvergenceResult, training: DynamicsResult) -> Finding:
    """Return whether both parts of contribution 2 hold: one kernel, and one that training does not move."""
    parts = {"Theorem 3": convergence_claims.theorem(kernel), "equation 16": drift(0, BOTH, -0.5, 0.0, training)}
    states = {part.state for part in parts.values()}
    state = DIFFERS if DIFFERS in states else HOLDS if states == {HOLDS} else UNDECIDED
    said = "; ".join(f"{name}: {part.said}" for name, part in parts.items())
    kept = parts["equation 16"]
    return Finding(state, said, kept.value, kept.low, kept.high, kept.draws)


def narrow(kernel: ConvergenceResult, training: DynamicsResult) -> Finding:
    """Return the same while g stays narrow."""
    line = convergence_claims.line(convergence_claims.F, -1, 0, kernel)
    kept = drift(0, ONLY_F, -0.5, 0.0, training)
    state = DIFFERS if DIFFERS in (line.state, kept.state) else UNDECIDED
    return Finding(state, f"{line.said}; {kept.said}", kept.value, kept.low, kept.high, kept.draws)


def better(question: str, when: str, depth: int | None, result: RotationResult) -> Finding:
    """Return by how much accuracy rises with the width of g, or falls with its depth; depth: of g, or all."""
    curves = {c: curve for c, curve in result.curves.items() if depth in (None, c.depth_g)}
    found = [a for a in answers(result._replace(curves=curves)) if (a.question, a.when) == (question, when)]
    if not found:
        return Finding(UNDECIDED, "nothing to compare")
    (answer,) = found
    difference = answer.difference * (1 if question == RISES else -1)
    said = f"accuracy {signed(difference)} {answer.between}, after epoch {answer.epoch}"
    judged = above_zero(answer.difference, answer.error, said, result.settings.runs, _why(result, curves))
    if question == RISES:
        return judged
    return judged._replace(value=difference, low=-(judged.high or 0), high=-(judged.low or 0))


def untrained(question: str, when: str, depth: int | None, result: RotationResult) -> Finding:
    """Return the same of the networks before their first step."""
    return better(question, when, depth, _untrained(result))


def figure_2(result: RotationResult) -> Finding:
    """Return the page's verdict on Figure 2; the number is what the width of g brings."""
    verdict, gain = rotation_report.verdict(result), better(RISES, "end", None, result)
    return gain._replace(state=verdict.state, said=verdict.evidence)


def untrained_figure_2(result: RotationResult) -> Finding:
    """Return the same before the first step."""
    return figure_2(_untrained(result))


def every_rate(result: RotationResult) -> Finding:
    """Return at how many learning rates the widest g is ahead; the number is the smallest of the differences."""
    found = {}
    for rate in sorted({c.rate for c in result.curves}):
        part = result._replace(curves={c: curve for c, curve in result.curves.items() if c.rate == rate})
        (answer,) = [a for a in answers(part) if (a.question, a.when) == (RISES, "end")]
        said = f"{signed(answer.difference)} at µ = {rate:g}"
        found[rate] = above_zero(answer.difference, answer.error, said, result.settings.runs)
    states, least = {f.state for f in found.values()}, min(found.values(), key=lambda f: f.value or 0)
    state = DIFFERS if DIFFERS in states else HOLDS if states == {HOLDS} else UNDECIDED
    said = "wide minus narrow: " + ", ".join(f.said for f in found.values())
    why = f"One run of {result.settings.epochs} epochs: at most of these rates nothing is learnt yet."
    return least._replace(state=state, said=said, reason=why if state != HOLDS else "")


def untrained_rates(result: RotationResult) -> Finding:
    """Return the same before the first step."""
    return every_rate(_untrained(result))


def _untrained(result: RotationResult) -> RotationResult:
    """Return the same networks with the accuracy before their first step at every epoch."""
    curves = {c: Curve(curve.accuracy[:, [0, 0, 0]], curve.loss[:, :0]) for c, curve in result.curves.items()}
    return result._replace(curves=curves)


def _why(result: RotationResult, curves: dict[Any, Curve]) -> str:
    """Return how our run differs from the paper's.

    Networks that guess at the end cannot be told apart by their width.
    """
    last = [float(np.nanmax(comparisons.accuracies(curve)[1][-1:], initial=0)) for curve in curves.values()]
    lost = sum(accuracy < 2 * comparisons.CHANCE for accuracy in last)
    guessing = f"{lost} of {len(last)} networks still guess; " if lost else ""
    s = result.settings
    return (
        f"{guessing}ours: {s.size} × {s.size} pixels, {s.epochs} epochs, µ = {s.learning_rate:g}, {s.runs} runs; the "
        "paper: 28 × 28 or 32 × 32, 100 epochs, µ = 0.01, 100 runs."
    )


def _starts(result: DynamicsResult) -> int:
    return CELL_STARTS * len({at for at in result.cells if at[1] in (*report.NARROW, report.WIDE)})


def _figure2(data: str) -> Iterator[Claim]:
    """Yield the rows of one data set: width at each depth, width at the start, depth at the start and at the end."""
    words = f"{data}: accuracy rises with the width of g and falls with its depth, over all nine networks."
    yield _row(data, "whole", words, "curves", ())
    narrow, *_, wide = rotation.WIDTHS[NINE[data].settings.dataset]
    for depth in rotation.DEPTHS:
        words = f"{data}, g of depth {depth}: a g {wide} wide is more accurate at the end than one {narrow} wide."
        yield _row(data, f"depth {depth}", words, "wider is better", (RISES, "end", depth))
    words = f"{data}: the wider g is ahead from the first epoch on, over all depths."
    yield _row(data, "start", words, "above all at the start", (RISES, "start", None))
    words = f"{data}: a deeper g trains more slowly, it is behind after the first epoch (H = 8 against H = 3)."
    yield _row(data, "slower", words, "deeper is slower", (FALLS, "start", None))
    words = f"{data}: a deeper g ends at a lower accuracy (H = 8 against H = 3)."
    yield _row(data, "lower", words, "deeper is worse", (FALLS, "end", None))


def _row(data: str, part: str, words: str, paper: str, asked: tuple) -> Claim:
    """Return a row of Figure 2; asked: (question, when, depth of g or None), or nothing for the figure as a whole."""
    need = NINE[data]
    measure, fails = (partial(better, *asked), partial(untrained, *asked)) if asked else (figure_2, untrained_figure_2)
    control = Control("the same networks before their first step", (need,), fails)
    at = f"figure-2-{data}-{part}".lower().replace(" ", "-")
    live = link("rotation", RotationSettings(dataset=need.settings.dataset))
    full = f"python -m hyperviz run rotation --paper{DATA[data]} --learning-rate=10 --out results"
    source = f"Figure 2, {data}, {part}"
    return Claim(at, "figures", source, words, paper, (need,), measure, control, "reference", live, full)


def _rates(data: str) -> Claim:
    need = RATES[data]
    control = Control("the same networks before their first step", (need,), untrained_rates)
    sentence = f"{data}: a wider g is better whatever the learning rate."
    at = f"learning-rate-{data.lower().replace('-', '')}"
    return Claim(
        at, "figures", f"Learning rate, {data}", sentence, "at every rate", (need,), every_rate, control, "accuracy"
    )


CLAIMS = (
    Claim(
        "equation-16",
        "theorems",
        "Equation 16",
        "At the start of training the kernel stands still when both networks are wide.",
        "0 in the limit",
        (DRIFT,),
        partial(drift, 1, BOTH, -0.5, 0.0),
        Control("g stays 4 neurons wide", (DRIFT,), partial(drift, 1, ONLY_F, -0.5, 0.0)),
        "kernel",
    ),
    Claim(
        "equation-16-training",
        "theorems",
        "Equation 16, in training",
        "Training moves the kernel less and less as both networks widen.",
        "0 in the limit",
        (DRIFT,),
        partial(drift, 0, BOTH, -0.5, 0.0),
        Control("g stays 4 neurons wide", (DRIFT,), partial(drift, 0, ONLY_F, -0.5, 0.0)),
        "kernel",
    ),
    *(claim for data in NINE for claim in _figure2(data)),
    *(_rates(data) for data in RATES),
    Claim(
        "contribution-1",
        "contributions",
        "Contribution 1",
        "An infinitely wide f still gets stuck in training when g is narrow.",
        "in words",
        (MAP,),
        stuck,
        Control("g is 16 wide everywhere", (MAP,), never_narrow),
        "reached",
    ),
    Claim(
        "contribution-2",
        "contributions",
        "Contribution 2",
        "When both networks widen, the hyperkernel has a limit, and it governs training.",
        "in words",
        (convergence_claims.GRID, DRIFT),
        convex,
        Control("g stays 4 neurons wide", (convergence_claims.GRID, DRIFT), narrow),
        "lines",
    ),
)
