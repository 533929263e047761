"""Say what the Taylor study found: verdict, a word for each term, table, code, words."""

from __future__ import annotations

import pandas as pd

from hyperviz.studies.common.intervals import together
from hyperviz.studies.common.power_laws import ALLOWED, Slope, agreement
from hyperviz.studies.common.recipe import recipe
from hyperviz.studies.common.tidy import tidy
from hyperviz.studies.common.verdict import Verdict, signed
from hyperviz.studies.taylor import tables
from hyperviz.studies.taylor.predictions import (
    ASYMPTOTIC,
    WEIGHTS,
    capped,
    fitted,
    linear,
    predicted,
    weights,
    width_g,
    widths,
)
from hyperviz.studies.taylor.settings import TaylorSettings
from hyperviz.studies.taylor.study import AVERAGES, FIT_DRAWS, TaylorResult, wanted

draws = tables.draws  # as of every report: the second file of a download

CLAIM = "Theorem 1"
RULE = (
    "Each term is a line of |K⁽ʳ⁾| against n. The theorem holds where every 99.99 % interval of a slope contains the "
    "predicted one, 0.15 allowed for finite widths, and excludes those one step up and down; it differs where one does "
    "not contain it."
)


def drawn(result: TaylorResult) -> int:
    """Return how many draws every width has, of those it is to have."""
    settings = result.settings
    if len(result.cells) < len(widths(settings)):
        return 0
    return int(min(len(values) / wanted(settings, n) for n, values in result.cells.items()) * settings.draws)


def judge(fit: Slope | None, claim: float) -> str:
    """Return holds, differs or undecided.

    Does the interval contain the claim and exclude the whole numbers beside it?
    """
    states = {agreement(fit, claim, claim + by, ALLOWED) for by in (-1, 1)}
    return states.pop() if len(states) == 1 else "undecided"


def terms(result: TaylorResult) -> dict[int, tuple[Slope | None, float, str]]:
    """Return of each term shown that is not zero by itself: its slope, the predicted one, and how they agree."""
    settings, found = result.settings, {}
    for r in range(1, settings.orders + 1):
        claim = predicted(settings, r)
        if claim is not None:
            fit = result.slopes.get(r)
            found[r] = fit, claim, judge(fit, claim)
    return found


def verdict(result: TaylorResult) -> Verdict:
    """Return what the decisive term does here, and whether every term has the slope of the theorem."""
    settings, here = result.settings, _here(result)
    claim = CLAIM if linear(settings) and settings.grow == "f" else ""
    if drawn(result) < settings.draws or not result.slopes:
        said = f"{drawn(result)} of {settings.draws} networks at each width" if result.cells else "nothing is drawn yet"
        return Verdict(here, "undecided" if result.finished else "measuring", claim or "Prediction", said, RULE)
    judged = terms(result)
    slopes = ", ".join(fit.text if fit else "none" for fit, *_ in judged.values())
    if fitted(settings)[0] < ASYMPTOTIC and claim:
        return Verdict(
            here, "measured", "", f"slopes {slopes}: widths below {ASYMPTOTIC} are too small for the theorem"
        )
    state = together(state for *_, state in judged.values())
    return Verdict(here, state, claim or "Prediction", f"slopes {slopes}", f"{_claim(settings)} {RULE}")


def _here(result: TaylorResult) -> str:
    """Return what the last term does that should stay, or the first that should fall where none beside r = 1 stays."""
    settings, judged = result.settings, terms(result)
    staying = [r for r, (_, claim, _) in judged.items() if claim == 0]
    r = max(staying) if len(staying) > 1 else min(2, max(judged))
    fit, at = judged[r][0], f"H = {settings.depth_g}, n up to {widths(settings)[-1]:,}"
    if fit is None:
        return f"{at}: the terms of one training step, as f widens."
    does = "stays" if fit.low > -0.5 else "falls" if fit.high < -0.5 else "may fall"
    only = " Training is not linear." if does == "stays" and r > 1 else ""
    return f"{at}: term {r} of a training step {does}, slope {fit.text}.{only}"


def _claim(settings: TaylorSettings) -> str:
    H = settings.depth_g
    if settings.grow == "both" and H > 1:
        return "Prediction (ours): with g as wide as f every term from r = 2 on falls, and training becomes linear."
    if not linear(settings) and H > 1:
        return "Prediction (ours): with a smooth φ in g no term falls, however wide f is."
    if H == 1:
        return "An ordinary network (H = 1): every term from r = 2 on falls, like n to the power 1 − r."
    return f"The first {H} terms stay however wide f is; those beyond r = H = {H} fall, like n to the power H − r."


def stairs(result: TaylorResult) -> str:
    """Return what the map shows, and what its line means, where there is one."""
    settings = result.settings
    said = "The slope of each term: 0 stays however wide f is, −1 halves when n doubles. "
    if settings.grow == "both":
        said += (
            "With g as wide as f only r = 1 stays (right of the line: our prediction 1 − r; H = 1 as in the theorem)."
        )
    elif linear(settings):
        said += "The theorem: 0 up to the line r = H, H − r beyond it."
    else:
        said += "With a smooth φ no term falls from H = 2 on: there is no line."
    return said + " A cell with a cross: its interval excludes the prediction, which is not reached at this width."


def remark(result: TaylorResult) -> str:
    """Return Remark 1 for this step size: which terms of one gradient step fall, predicted and measured."""
    a, said = result.settings.exponent, []
    for r, (fit, claim, _) in terms(result).items():
        found = f", measured {signed(fit.value + a * r)}" if fit else ""
        said.append(f"r = {r}: {signed(claim + a * r)}{found}")
    falling = [str(r) for r, (_, claim, _) in terms(result).items() if claim + a * r < -1e-9]
    which = f"terms {', '.join(falling)} should fall" if falling else "no term should fall"
    return f"µ = n^{a:g}: {which}. Slopes of µʳ/r! · |K⁽ʳ⁾|, predicted: {'; '.join(said)}."


def zero(settings: TaylorSettings) -> str:
    """Return what is left out of the chart, and why."""
    first, said = settings.depth_f * settings.depth_g + 1, []
    if first <= settings.orders and predicted(settings, first) is None:
        said.append(f"Terms r ≥ {first} are zero for every width: between kinks h is a polynomial of degree L·H.")
    if capped(settings):
        last = widths(settings)[-1]
        size = weights(width_g(settings, last), settings.depth_g)
        limit = f"n_L ≤ {WEIGHTS:,}" if linear(settings) else "a smooth g is written out"
        said.append(f"The chart ends at n = m = {last:,}, where g has n_L = {size:,} weights ({limit}).")
    return " ".join(said)


def progress(result: TaylorResult) -> str:
    """Return how far the study is, what the band is, and what a slow position costs."""
    settings = result.settings
    band = "the middle half of the networks" if settings.average == "median" else "mean ± 2 standard errors"
    said = f"{drawn(result)} of {settings.draws} random networks at each width, {FIT_DRAWS} times as many for slopes"
    said += f"; shaded: {band}"
    slow = f"; one at the largest takes about {result.seconds:.1f} s" if result.seconds >= 0.2 else ""
    end = ". Finished." if result.finished else slow + "."
    return f"{said}{end} {zero(settings)}".strip()


def fraction(result: TaylorResult) -> float:
    """Return how much of the run is done: of the draws at the chart's widths."""
    wanted_draws = sum(wanted(result.settings, n) for n in widths(result.settings))
    return sum(map(len, result.cells.values())) / wanted_draws


def alt(result: TaylorResult, chart: str = "") -> str:
    """Return one chart in words, for those who do not see it."""
    if chart == "map":
        rows = [_row(result, depth) for depth in sorted({depth for depth, _ in result.map})]
        return f"{verdict(result).text} {progress(result)} Fitted slopes, a row a depth of g. {' '.join(rows)}"
    if chart == "remark":
        return remark(result)
    if chart == "step":
        return f"The output after one step against its size, and the partial sums up to order {result.settings.orders}."
    return f"{verdict(result).text} {progress(result)}"


def _row(result: TaylorResult, depth: int) -> str:
    found = {r: fit for (H, r), fit in result.map.items() if depth == H and fit and r <= result.settings.orders}
    return f"H = {depth}: " + ", ".join(f"r = {r}: {signed(fit.value, 1)}" for r, fit in found.items()) + "."


def table(result: TaylorResult) -> pd.DataFrame:
    """Return the numbers, tidy: axes, seed, version, verdict, then quantity, value, stderr, interval, theory."""
    names = ("depth_f", "activation_f", "activation_g")
    return tidy(tables.rows(result), result.settings, verdict(result).state, names)


def code(settings: TaylorSettings) -> str:
    """Return a few lines that reproduce the numbers of the chart."""
    n = fitted(settings)[-1]
    return recipe(
        "taylor",
        settings,
        f"""
# or the library itself: fresh draws at the largest width
import jax, numpy as np
from hyperviz.studies.taylor.predictions import points
from hyperviz.theory import taylor

u_i, u_j = points({settings!r})
model = dict(depth_f={settings.depth_f}, depth_g={settings.depth_g}, width_f={n}, width_g={width_g(settings, n)})
model |= dict(activation_f={settings.activation_f!r}, activation_g={settings.activation_g!r})
drawn = taylor.terms(jax.random.key(0), u_i, u_j, orders={settings.orders}, draws=40, **model)
print(np.{AVERAGES[settings.average].__name__}(np.abs(drawn), axis=0))
""",
    )


EXPLANATION = (
    "What you see, and the formula",
    """
One gradient step moves the hypernetwork's output by a series in the step size µ; its r-th term is µʳ/r! times K⁽ʳ⁾.
If the terms beyond r = 1 vanish as the networks widen, training is linear. Theorem 1 says they do not when only *f*
widens: the terms r ≤ H stay, those beyond fall like n to the power H − r. H is the depth of *g*.

- **The theorem in one picture**: the fitted slope of every term r at every depth H of *g*.
- **Below**: |K⁽ʳ⁾| against n, one line a term; both axes are logarithmic, so a power of n is a straight line. Dashed:
  the predicted slope. Slopes are fitted from width 256 on.
- **Median or mean**: for H ≥ 3 a few of the networks have terms hundreds of times those of the others and carry the
  mean, which then jumps from width to width. The median is the robust average, and the one to judge by.
- **One step**: the same terms for µ = nᵃ (Remark 1). With H = 1 the terms r ≥ 2 all fall exactly when a < ½. For any
  H a term r > H falls when a < 1 − H/r; the terms 1 ≤ r ≤ H never do for a ≥ 0.
- **One step of a real network** (*More settings*): a network that is written out takes the step; the partial sums of
  equation 5 approach it until a step crosses kinks of the activations, which the series does not see.

An ordinary network is H = 1: the power is 1 − r, where an earlier conjecture had 1/n for every r ≥ 2 (dotted). With g
as wide as f the terms fall too; the paper gives no rate, the dashed 1 − r is that of an ordinary network of width m.
The theorem is about piecewise-linear activations. With a smooth φ and H ≥ 2 no term falls at all: g then has
derivatives of every order in its weights (the predicted 0 is ours).

The networks have exactly the distribution of that width. A piecewise-linear layer multiplies by slopes that depend on
two signs alone, so its neurons are counted, sign by sign, and the rest of the layer follows from a few Gaussian
coordinates. A smooth φ keeps no such signs: its g is written out, up to m = 32. A unit at a kink passes nothing on.
""",
    r"h_i\big(w-\mu\nabla\ell_j\big)=\sum_{r\ge0}\frac{1}{r!}\Big(-\mu\frac{\partial\ell_j}{\partial h_j}\Big)^{r}"
    r"K^{(r)}_{ij},\qquad K^{(r)}_{ij}=\langle\nabla^r h_i,(\nabla h_j)^r\rangle\sim"
    r"\begin{cases}n^{H-r} & r>H\\ 1 & r\le H\end{cases}",
)
