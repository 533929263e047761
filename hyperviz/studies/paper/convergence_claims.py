"""Judge Theorem 3, equations 13 and 15, and both parts of Figure 1: the kernels of random networks."""

from __future__ import annotations

from functools import partial

from hyperviz.studies.common.intervals import SURE
from hyperviz.studies.convergence import report
from hyperviz.studies.convergence.settings import PRESETS, ConvergenceSettings
from hyperviz.studies.convergence.study import LINES, ConvergenceResult, cell_draws
from hyperviz.studies.paper.claims import DIFFERS, HOLDS, UNDECIDED, Claim, Control, Finding, Need, of_slope

GRID = Need("convergence", ConvergenceSettings())
NO_G = Need("convergence", ConvergenceSettings(depth_g=1))  # g has no hidden layer
NO_F = Need("convergence", ConvergenceSettings(depth_f=1))
BOTH, ONLY_F, ONLY_G = (
    Need("convergence", PRESETS[name]) for name in ("Fig. 1b: both wide", "only f wide", "only g wide")
)
WIDEST = Need("convergence", PRESETS["a million wide"])
CLOSE = 1.1  # networks that disagree by a factor below that have, in practice, one kernel
F, G, WIDE = LINES


def line(name: str, claim: float, other: float, result: ConvergenceResult) -> Finding:
    """Return whether the spread falls along a line of the width grid with the claim's slope, and not the other."""
    draws = cell_draws(result.settings, LINES[name][0](4096))
    return of_slope(result.slopes[name].relative, claim, other, draws)


def theorem(result: ConvergenceResult) -> Finding:
    """Return the page's verdict on the three lines at once; the number is the slope with both widening."""
    verdict, fit = report.verdict(result), result.slopes[WIDE].relative
    return Finding(verdict.state, verdict.evidence, *(fit or ()), draws=cell_draws(result.settings, (4096, 4096)))


def deterministic(result: ConvergenceResult) -> Finding:
    """Return whether K is Θ_h in every network: the middle 80 % within CLOSE, the mean of K/Θ_h at 1."""
    ratio, (found, low, high) = report.ratios(result), report.disagreement(result)
    error = float(ratio.std(ddof=1) / len(ratio) ** 0.5)
    off = abs(ratio.mean() - 1) > SURE * error
    state = DIFFERS if low > CLOSE or off else HOLDS if high < CLOSE else UNDECIDED
    said = f"networks disagree by a factor of {found:.3g}; mean of K/Θₕ {ratio.mean():.3f} ± {1.96 * error:.3f}"
    return Finding(state, said, found, low, high, len(ratio))


def only_when_both(wide: ConvergenceResult, *others: ConvergenceResult) -> Finding:
    """Return whether networks disagree less in the first setting than in each of the others."""
    (found, low, high), rest = report.disagreement(wide), [report.disagreement(other) for other in others]
    state = HOLDS if high < min(r[1] for r in rest) else DIFFERS if low > min(r[2] for r in rest) else UNDECIDED
    beside = " and ".join(f"{r[0]:.3g}" for r in rest)
    said = f"networks disagree by a factor of {found:.3g} with both wide, {beside} with one"
    return Finding(state, said, found, low, high, len(wide.curves))


def _line_claim(name: str, part: str, sentence: str, slope: float, control: Control) -> Claim:
    measure = partial(line, name, slope, -1 - slope)
    words = "stays" if slope == 0 else "falls to 0"
    return Claim(f"figure-1a-{part}", "figures", "Figure 1a", sentence, words, (GRID,), measure, control, "lines")


def _parts(part: str, sentence: str, need: Need, name: str, said: str) -> Claim:
    control = Control(said, (GRID,), partial(line, name, -1, 0))
    measure, at = partial(line, name, -1, 0), f"equation-15-{part}"
    return Claim(at, "theorems", "Equation 15", sentence, "in the limit", (need,), measure, control, "lines")


NARROW = Control("g stays 4 neurons wide while f widens", (GRID,), partial(line, F, -1, 0))
CLAIMS = (
    Claim(
        "theorem-3",
        "theorems",
        "Theorem 3",
        "The tangent kernel stops being random when f and g both widen; one of them is not enough.",
        "−1 with both, 0 with one",
        (GRID,),
        theorem,
        NARROW,
        "variance",
    ),
    Claim(
        "equation-13",
        "theorems",
        "Equation 13",
        "With both networks very wide the kernel of every random network is the hyperkernel Θₕ.",
        "1 in the limit",
        (WIDEST,),
        deterministic,
        Control("only f is wide: n = 16,384, m = 8", (ONLY_F,), deterministic),
        "curve",
    ),
    _parts(
        "f",
        "The tangent kernel of f alone converges to Θ_f times the identity (seen through a g without hidden layers).",
        NO_G,
        F,
        "g has hidden layers, 4 neurons wide",
    ),
    _parts(
        "g",
        "The tangent kernel of g alone converges to Θ_g (seen behind an f without hidden layers).",
        NO_F,
        G,
        "f has hidden layers, 64 neurons wide",
    ),
    _line_claim(
        F,
        "f",
        "While f alone widens, the variance of the kernel does not fall to zero.",
        0,
        Control("g without hidden layers: f alone is then enough", (NO_G,), partial(line, F, 0, -1)),
    ),
    _line_claim(
        G,
        "g",
        "While g alone widens, the variance of the kernel does not fall to zero.",
        0,
        Control("f without hidden layers: g alone is then enough", (NO_F,), partial(line, G, 0, -1)),
    ),
    _line_claim(WIDE, "both", "While both widen, the variance of the kernel falls to zero.", -1, NARROW),
    Claim(
        "figure-1b",
        "figures",
        "Figure 1b",
        "Networks agree on the kernel at an angle when f and g are both wide, and disagree when one of them is not.",
        "curves",
        (BOTH, ONLY_F, ONLY_G),
        only_when_both,
        Control("g is 8 neurons wide, beside both wide", (ONLY_F, BOTH), only_when_both),
        "curve",
    ),
)
