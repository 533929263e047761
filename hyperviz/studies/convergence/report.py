"""Say what the convergence study found: verdict, table, code, words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies.common.intervals import interval, together
from hyperviz.studies.common.power_laws import SEEN, agreement
from hyperviz.studies.common.recipe import recipe
from hyperviz.studies.common.tidy import tidy
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.convergence import tables
from hyperviz.studies.convergence.corrections import DRAWS as ALONE_DRAWS
from hyperviz.studies.convergence.corrections import known
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.convergence.study import (
    CELLS,
    FITTED,
    LANES,
    LINE_DRAWS,
    LINES,
    NARROW_F,
    NARROW_G,
    ORIGIN,
    WIDTHS,
    ConvergenceResult,
    cell_draws,
)

CLAIM = "Theorem 3"
RULE = (
    "Theorem 3: widen f alone, or g alone, and the spread stays (slope 0); widen both and it falls like 1/width "
    "(slope −1). It holds where every 99.99 % interval contains the slope of the theorem and excludes the other; it "
    "differs where one excludes the slope of the theorem. Spread: the variance of log(K/Θₕ) over the networks. "
    "Where f or g has no hidden layer, the other alone decides."
)
RESAMPLES = 400


def drawn(result: ConvergenceResult) -> float:
    """Return the share of the draws of the width grid that are there."""
    wanted = {cell: cell_draws(result.settings, cell) for cell in CELLS}
    return sum(len(values) for values in result.cells.values()) / sum(wanted.values())


def ratios(result: ConvergenceResult) -> np.ndarray:
    """Return K/Θ_h at the angle of the curve that is nearest to the chosen one, a number a network."""
    at = np.abs(result.angles - result.settings.theta).argmin()
    return result.curves[:, at] / result.theory[at]


def factor(ratio: np.ndarray) -> np.ndarray:
    """Return the factor between the ends of the middle 80 % of the networks, over the last axis; below 1/30 is 1/30."""
    low, high = np.quantile(np.clip(ratio, 1 / SEEN, None), [0.1, 0.9], axis=-1)
    return high / low


def disagreement(result: ConvergenceResult) -> tuple[float, float, float]:
    """Return that factor at the chosen widths, with its 95 % bootstrap interval."""
    ratio = ratios(result)
    picks = np.random.default_rng(0).integers(0, len(ratio), (RESAMPLES, len(ratio)))
    low, high = np.quantile(factor(ratio[picks]), [0.025, 0.975])
    return float(factor(ratio)), float(low), float(high)


def verdict(result: ConvergenceResult) -> Verdict:
    """Return how much networks disagree at the chosen widths, and whether the spread falls as Theorem 3 says."""
    settings, lines = result.settings, [*result.slopes.values()]
    if settings.depth_f == settings.depth_g == 1:
        return Verdict("Without hidden layers every network has the same kernel: nothing can converge.", "measured")
    here = _here(result)
    fits = [line.relative for line in lines]
    if drawn(result) < 1 or len(fits) < len(LINES):
        said = f"{drawn(result):.0%} of the networks are drawn"
        return Verdict(here, "undecided" if result.finished else "measuring", CLAIM, said, RULE)
    said = ", ".join(
        f"{line.relative.text if line.relative else 'none'} {name}" for name, line in result.slopes.items()
    )
    return Verdict(here, _judged(lines), CLAIM, f"slopes {said}", RULE)


def _judged(lines: list) -> str:
    return together(agreement(line.relative, line.claim, line.other) for line in lines)


def _here(result: ConvergenceResult) -> str:
    at = f"n = {result.settings.width_f:,}, m = {result.settings.width_g:,}"
    if len(result.curves) < 10:
        return f"{at}: {len(result.curves)} random networks so far."
    found, low, high = (f"{number:.3g}" for number in disagreement(result))
    return f"{at}: random networks disagree by a factor of {found} [{low}, {high}] (middle 80 %)."


def progress(result: ConvergenceResult) -> str:
    """Return how far the study is, and what a slow position costs."""
    settings, have = result.settings, len(result.curves)
    said = f"{have} of {settings.draws} random networks drawn at n = {settings.width_f:,}, m = {settings.width_g:,}"
    if result.finished:
        return f"{said}; {LINE_DRAWS * settings.draws} at each width that a slope is fitted to. Finished."
    slow = f"; one takes about {result.seconds:.0f} s here" if result.seconds >= 1 else ""
    return said + slow + (f", {result.progress:.0%} of the next" if slow else "") + "."


def fraction(result: ConvergenceResult) -> float:
    """Return how much of the run is done: of the width grid, which takes nearly all of it."""
    return drawn(result)


def alt(result: ConvergenceResult, chart: str = "") -> str:
    """Return one chart in words, for those who do not see it."""
    said = {
        "variance": f"How much random networks disagree at {len(result.cells)} pairs of widths. {_cells_said(result)}",
        "lines": f"The spread as only f, only g or both widen: {verdict(result).evidence}.",
        "correction": _correction_said(result),
        "factors": f"At θ = 0 the limit is {result.theory[ORIGIN]:.3g}: Θ_f = {result.theta_f:.3g} times Θ_g.",
    }
    return said.get(chart) or f"{progress(result)} {verdict(result).text}"


def _correction_said(result: ConvergenceResult) -> str:
    """Say what is measured of the first correction in 1/width, and what is known."""
    said, both = [], result.slopes.get("both widen")
    if result.alone and result.alone.variance and result.alone.mean:
        found = f"{result.alone.variance.text} over n, known: {known(result.settings):.3g}"
        said.append(f"Relative variance of Θ_f: {found}; its mean is off by {result.alone.mean.text} over n, known: 0")
    if both and both.correction:
        said.append(f"Spread of K_h at n = m: {both.correction.text} over n")
    return f"{'. '.join(said) or 'The first correction in 1/width: 0 of 2 are measured yet'}."


def _cells_said(result: ConvergenceResult) -> str:
    found = {at: factor(values / result.watched) for at, values in result.cells.items()}
    if not found:
        return "None is drawn yet."
    ends = [f"by a factor of {found[at]:.3g} at n = {at[0]:,}, m = {at[1]:,}" for at in (min(found), max(found))]
    return ", ".join(ends) + "."


def table(result: ConvergenceResult) -> pd.DataFrame:
    """Return the numbers, tidy: axes, seed, version, verdict, then quantity, value, stderr, interval, theory."""
    settings, curves = result.settings, result.curves
    error = curves.std(0, ddof=1) / np.sqrt(len(curves)) if len(curves) > 1 else np.full(len(result.angles), np.nan)
    mean = curves.mean(0) if len(curves) else np.full(len(result.angles), np.nan)
    at = {"width_f": settings.width_f, "width_g": settings.width_g, "draws": len(curves)}
    low, high = interval(mean, error)
    numbers = {"value": mean, "stderr": error, "low": low, "high": high}
    kernel = pd.DataFrame(at | {"theta": result.angles, "quantity": "kernel"} | numbers | {"theory": result.theory})
    rows = tables.rows(result)
    if len(curves) >= 10:
        found = dict(zip(("value", "low", "high"), disagreement(result), strict=True))
        rows.append(at | {"theta": settings.theta, "quantity": "disagreement"} | found)
    found = pd.concat([kernel, pd.DataFrame(rows)] if rows else [kernel], ignore_index=True)
    return tidy(found, settings, verdict(result).state, ("x", "depth_f", "depth_g", "activation_f", "activation_g"))


def draws(result: ConvergenceResult) -> pd.DataFrame:
    """Return every draw: a row a network, of the first chart by angle and of the width grid at the chosen angle."""
    settings = result.settings
    at = {"width_f": settings.width_f, "width_g": settings.width_g}
    shown = [
        pd.DataFrame(at | {"draw": i, "theta": result.angles, "kernel": row}) for i, row in enumerate(result.curves)
    ]
    cells = [
        pd.DataFrame({"width_f": n, "width_g": m, "draw": range(len(v)), "theta": settings.theta, "kernel": v})
        for (n, m), v in sorted(result.cells.items())
    ]
    return pd.concat([*shown, *cells], ignore_index=True) if shown or cells else pd.DataFrame()


def code(settings: ConvergenceSettings) -> str:
    """Return a few lines that reproduce the numbers of the chart."""
    return recipe(
        "convergence",
        settings,
        f"""
# or the library itself: the first of the thin lines, and the limit
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.convergence import study
from hyperviz.theory import analytic, sampling

settings = {settings!r}
x, z = study.points(settings, study.ANGLES)
model = dict(depth_f={settings.depth_f}, depth_g={settings.depth_g})
model |= dict(activation_f={settings.activation_f!r}, activation_g={settings.activation_g!r})
widths = dict(width_f={settings.width_f}, width_g={settings.width_g})
print(sampling.hyperkernel(random_networks.keys({settings.seed}, 0, 0, 1)[0], x, z, **model, **widths)[study.ORIGIN])
print(analytic.kernels(x, z, **model).hyperkernel[study.ORIGIN])
""",
    )


EXPLANATION = (
    "What you see, and the formula",
    f"""
The hypernetwork *f* (depth L, width n) writes the weights of the primary network *g* (depth H, width m). With random
weights the tangent kernel K(u, u′) = ∇h(u)·∇h(u′) is a random number. Theorem 3 of *On Infinite-Width Hypernetworks*
says that it converges to the hyperkernel Θₕ when **both** widths grow; one alone is not enough.

- **First chart**: the kernel of each random network divided by its limit, on a scale that never moves. 8 of 10
  networks lie in the light band, half in the dark one; thin lines are single networks. Make both widths large, and all
  lines fall on the dashed 1.
- **Width grid**: by which factor the middle 80 % of the networks disagree at the dotted angle, for every n × m. Each
  pair has {LANES} networks, and those that a slope is fitted to have more.
- **Lines**: three ways through that grid. While f widens m stays {NARROW_G}, while g widens n is {NARROW_F}. Slopes are
  fitted to widths from {WIDTHS[FITTED]} on. The spread is the variance of log(K/Θₕ), values beyond 1/{SEEN} and
  {SEEN} counted as these: near the limit it is the relative variance, and no single wild network moves it.
- **First correction**: n times the spread, which levels off at the coefficient of 1/n. K_h with n = m; and Θ_f(x, x) of
  f alone, a plain network of depth L with one output, {ALONE_DRAWS} times as many networks as the first chart at each
  width. What is known of Θ_f for ReLU: its mean has no correction at any n (Hanin & Nica 2019, *Finite Depth and Width
  Corrections to the Neural Tangent Kernel*, Theorem 1); its relative variance is (L − 1)(11L − 4)/(3L) / n to first
  order. The dashed curve is that variance at finite n, summed exactly (`hyperviz.theory.finite_width`): layers of f
  that are d apart share d/n of their fluctuation. That corrections go in powers of 1/n: Dyer & Gur-Ari 2020. The
  coefficients are fits of c/n + d/n², errors by the bootstrap; for K_h none is known to us.

**How the verdict is made.** {RULE}

The random networks have exactly the distribution of that width: a Gaussian matrix that is only seen through products is
never written out.
The paper's equation 17 prints z(θ) twice; its Figure 1 means a pair, which is what is shown here.
""",
    r"K^h(u,u') = \nabla_w h(u)\cdot\nabla_w h(u') \;\longrightarrow\; \Theta_h(u,u')"
    r" = \Theta_f(x,x')\,\Theta_g(u,u'),\qquad m, n\to\infty",
)
