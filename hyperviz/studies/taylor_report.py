"""What the Taylor study has to say: verdict, a word for each term, table, code, words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies.recipe import recipe
from hyperviz.studies.slopes import Slope
from hyperviz.studies.taylor import AVERAGES, TaylorResult, TaylorSettings
from hyperviz.studies.taylor_settings import WEIGHTS, capped, fitted, linear, predicted, weights, width_g, widths
from hyperviz.studies.verdicts import Verdict

TOLERANCE = 0.5  # slopes are whole numbers: an interval within half of one speaks for it


def drawn(result: TaylorResult) -> int:
    """Draws that every width has."""
    return min(map(len, result.cells.values())) if len(result.cells) == len(widths(result.settings)) else 0


def judge(fit: Slope | None, claim: float) -> str:
    """holds, differs or undecided: is the whole interval within half a unit of the claim, or beyond?"""
    if fit is None:
        return "undecided"
    low, high = fit.low - claim, fit.high - claim
    if max(abs(low), abs(high)) <= TOLERANCE:
        return "holds"
    return "differs" if low > TOLERANCE or high < -TOLERANCE else "undecided"


def terms(result: TaylorResult) -> dict[int, tuple[Slope | None, float, str]]:
    """Of each term shown that is not zero by itself: its slope, the predicted one, and how they agree."""
    settings, found = result.settings, {}
    for r in range(1, settings.orders + 1):
        claim = predicted(settings, r)
        if claim is not None:
            fit = result.slopes.get(r)
            found[r] = fit, claim, judge(fit, claim)
    return found


def signed(value: float) -> str:
    """Two decimals with their sign, and no minus before a zero."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def verdict(result: TaylorResult) -> Verdict:
    """Theorem 1 in words, given only where every term's interval decides."""
    have, settings = drawn(result), result.settings
    draws_said = f"{have} of {settings.draws} draws at each of {len(widths(settings))} widths"
    if have < settings.draws or not result.slopes:
        state = "undecided" if result.finished else "measuring"
        return Verdict(f"Which terms fall as f widens? So far {draws_said}.", state)
    judged = terms(result)
    slopes = ", ".join(signed(fit.value) if fit else "none" for fit, *_ in judged.values())
    numbers = f"Slopes of terms r = 1 to {max(judged)}: {slopes} ({draws_said})."
    states = {state for *_, state in judged.values()}
    if "differs" in states:
        wrong = ", ".join(str(r) for r, (*_, state) in judged.items() if state == "differs")
        return Verdict(f"At these widths the slope of r = {wrong} is not the predicted one. {numbers}", "differs")
    if states == {"holds"}:
        return Verdict(f"{_claim(settings)} {numbers}", "holds")
    return Verdict(f"{numbers} The intervals do not decide yet: take more draws or larger widths.", "undecided")


def _claim(settings: TaylorSettings) -> str:
    H = settings.depth_g
    if settings.grow == "both" and H > 1:
        return "With g as wide as f every term from r = 2 on falls: training becomes linear."
    if not linear(settings) and H > 1:
        return "With a smooth φ in g no term falls, however wide f is."
    if H == 1:
        return "An ordinary network (H = 1): every term from r = 2 on falls, like n^(1−r)."
    return f"Terms up to r = H = {H} do not fall however wide f is; those beyond do, like n^(H−r)."


def remark(result: TaylorResult) -> str:
    """Remark 1 for this step size: which terms of one gradient step fall, predicted and measured."""
    a, said = result.settings.exponent, []
    for r, (fit, claim, _) in terms(result).items():
        found = f", measured {signed(fit.value + a * r)}" if fit else ""
        said.append(f"r = {r}: {signed(claim + a * r)}{found}")
    falling = [str(r) for r, (_, claim, _) in terms(result).items() if claim + a * r < -1e-9]
    which = f"terms {', '.join(falling)} should fall" if falling else "no term should fall"
    return f"µ = n^{a:g}: {which}. Slopes of µʳ/r! · |K⁽ʳ⁾|, predicted: {'; '.join(said)}."


def zero(settings: TaylorSettings) -> str:
    """What is left out of the chart, and why."""
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
    """How far the study is, what the band is, and what a slow position costs."""
    settings = result.settings
    band = "half of the draws" if settings.average == "median" else "mean ± 2 standard errors"
    said = f"{drawn(result)} of {settings.draws} random networks at each width; band: {band}"
    slow = f"; one at the largest takes about {result.seconds:.1f} s" if result.seconds >= 0.2 else ""
    end = ". Finished." if result.finished else slow + "."
    return f"{said}{end} {zero(settings)}".strip()


def alt(result: TaylorResult) -> str:
    """The pictures in words, for those who do not see them."""
    return f"{verdict(result).text} {remark(result)} {progress(result)}"


def table(result: TaylorResult) -> pd.DataFrame:
    """Tidy: settings and axes, then quantity, value, stderr, theory."""
    settings = result.settings
    rows = [row for n, values in sorted(result.cells.items()) for row in _cell(settings, n, values)]
    rows += [row for r in result.slopes for row in _slopes(result, r)]
    for (depth, r), value in result.map.items():
        claim = predicted(settings, r, depth)
        if np.isfinite(value):
            rows.append({"order": r, "depth_g": depth, "quantity": "slope_map", "value": value, "theory": claim})
    if result.step is not None:
        rows += _steps(result.step, settings.orders)
    found = pd.DataFrame(rows)
    axes = ["order", "width_f", "width_g", "depth_f", "depth_g", "mu", "draws"]
    same = {"depth_f": settings.depth_f, "activation_f": settings.activation_f, "activation_g": settings.activation_g}
    found = found.assign(**same).reindex(
        columns=[*axes, "activation_f", "activation_g", "quantity", "value", "stderr", "theory"]
    )
    return found.fillna({"depth_g": settings.depth_g}).astype({"depth_g": int})


def _cell(settings: TaylorSettings, n: int, values: np.ndarray) -> list[dict]:
    """Median, quartiles and mean of |K^(r)| at one width; the median's error is from the quartiles' distance."""
    rows, root = [], np.sqrt(len(values))
    for r in range(settings.orders + 1):
        size = np.abs(values[:, r])
        low, high = np.quantile(size, [0.25, 0.75])
        at = {"order": r, "width_f": n, "width_g": width_g(settings, n), "draws": len(values)}
        found = {"median": (np.median(size), 0.93 * (high - low) / root), "mean": (size.mean(), size.std() / root)}
        found |= {"quartile_low": (low, np.nan), "quartile_high": (high, np.nan)}
        rows += [at | {"quantity": q, "value": v, "stderr": e} for q, (v, e) in found.items()]
    return rows


def _slopes(result: TaylorResult, r: int) -> list[dict]:
    """The slope of a term, and that of the term of one step of size n^a."""
    fit, claim, a = result.slopes[r], predicted(result.settings, r), result.settings.exponent
    if fit is None or claim is None or r > result.settings.orders:
        return []
    of_step = {"order": r, "draws": drawn(result), "stderr": (fit.high - fit.low) / 3.92}
    of_step |= {"width_g": np.nan if result.settings.grow == "both" else result.settings.width_g}
    plain = of_step | {"quantity": "slope", "value": fit.value, "theory": claim}
    return [plain, of_step | {"quantity": "slope_step", "value": fit.value + a * r, "theory": claim + a * r}]


def _steps(step, orders: int) -> list[dict]:
    at = {"width_f": step.width_f, "width_g": step.width_g}
    rows = [at | {"mu": mu, "quantity": "after_step", "value": h} for mu, h in zip(step.sizes, step.after, strict=True)]
    for r in range(orders + 1):
        pairs = zip(step.sizes, step.sums[r], strict=True)
        rows += [at | {"mu": mu, "order": r, "quantity": "partial_sum", "value": h} for mu, h in pairs]
    return rows


def code(settings: TaylorSettings) -> str:
    """A few lines that reproduce the numbers of the chart."""
    n = fitted(settings)[-1]
    return recipe(
        "taylor",
        settings,
        f"""
# or the library itself: fresh draws at the largest width
import jax, numpy as np
from hyperviz.studies.taylor_settings import points
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
widens: the terms r ≤ H stay, those beyond fall like n^(H−r). H is the depth of *g*.

- **Top**: |K⁽ʳ⁾| against n, one line a term; both axes are logarithmic, so a power of n is a straight line. Dashed:
  the predicted slope. Brackets: 95 % bootstrap interval of the fitted slope, from width 256 on.
- **Median or mean**: for H ≥ 3 a few of the draws are hundreds of times the others and carry the mean, which then
  jumps from width to width. The median of the draws is the robust statistic, and the one to judge by.
- **The theorem in one picture**: the fitted slope for every order r and every depth H. The line is r = H.
- **One step**: the same terms for µ = nᵃ (Remark 1). With H = 1 the terms r ≥ 2 all fall exactly when a < ½. For any
  H a term r > H falls when a < 1 − H/r; the terms 1 ≤ r ≤ H never do for a ≥ 0.
- **One step of a real network** (*More settings*): a network that is written out takes the step; the partial sums of
  equation 5 approach it until a step crosses kinks of the activations, which the series does not see.

An ordinary network is H = 1: n^(1−r), where an earlier conjecture had 1/n for every r ≥ 2 (dotted). With g as wide as f
the terms fall too; the paper gives no rate, the dashed 1 − r is that of an ordinary network of width m. The theorem is
about piecewise-linear activations. With a smooth φ and H ≥ 2 no term falls at all: g then has derivatives of every
order in its weights (the predicted 0 is ours).

The draws are exact in law at any width. A piecewise-linear layer multiplies by slopes that depend on two signs alone,
so its neurons are counted, sign by sign, and the rest of the layer follows from a few Gaussian coordinates. A smooth φ
keeps no such signs: its g is written out, up to m = 32. A unit at a kink passes nothing on.
""",
    r"h_i\big(w-\mu\nabla\ell_j\big)=\sum_{r\ge0}\frac{1}{r!}\Big(-\mu\frac{\partial\ell_j}{\partial h_j}\Big)^{r}"
    r"K^{(r)}_{ij},\qquad K^{(r)}_{ij}=\langle\nabla^r h_i,(\nabla h_j)^r\rangle\sim"
    r"\begin{cases}n^{H-r} & r>H\\ 1 & r\le H\end{cases}",
)
