"""What the convergence study has to say: verdict, table, code, words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies.convergence import (
    CELLS,
    FITTED,
    LINES,
    NARROW_F,
    NARROW_G,
    WIDTHS,
    ConvergenceResult,
    ConvergenceSettings,
)
from hyperviz.studies.recipe import recipe
from hyperviz.studies.slopes import variance
from hyperviz.studies.verdicts import Verdict


def cell_draws(result: ConvergenceResult) -> int:
    """Draws that every cell of the width grid has."""
    return min(map(len, result.cells.values())) if len(result.cells) == len(CELLS) else 0


def verdict(result: ConvergenceResult) -> Verdict:
    """Theorem 3 in words, given only where every interval excludes the other answer.

    Judged by the interquartile range: the draws are heavy-tailed at small widths and one of them moves a variance.
    """
    have = cell_draws(result)
    if result.settings.depth_f == result.settings.depth_g == 1:
        return Verdict("Without hidden layers every draw has the same kernel: there is nothing to converge.", "holds")
    draws_said = f"{have} of {result.settings.draws} draws a cell"
    fits = [line.robust for line in result.slopes.values()]
    if have < result.settings.draws or len(fits) < len(LINES) or None in fits:
        state = "undecided" if result.finished else "measuring"
        return Verdict(f"How does the kernel's spread fall as the networks widen? So far {draws_said}.", state)
    lines = list(result.slopes.values())
    slopes = ", ".join(f"{line.robust.value:+.1f} when {name}" for name, line in result.slopes.items())
    numbers = f"Slopes of the squared spread: {slopes} ({draws_said})."
    nearer = [abs(line.robust.value - line.claim) < abs(line.robust.value - line.other) for line in lines]
    if any(line.robust.excludes(line.claim) and not near for line, near in zip(lines, nearer, strict=True)):
        return Verdict(f"These slopes disagree with Theorem 3 at these widths. {numbers}", "differs")
    if all(line.robust.excludes(line.other) and near for line, near in zip(lines, nearer, strict=True)):
        return Verdict(f"{_holds(result.settings)} {numbers}", "holds")
    return Verdict(f"{numbers} The intervals do not decide yet: take more draws.", "undecided")


def _holds(settings: ConvergenceSettings) -> str:
    if min(settings.depth_f, settings.depth_g) > 1:
        return "The kernel becomes deterministic only when f and g widen together."
    flat, wide = ("f", "g") if settings.depth_f == 1 else ("g", "f")
    return f"{flat} has no hidden layer and no width: {wide} alone makes the kernel deterministic."


def progress(result: ConvergenceResult) -> str:
    """How far the study is, and what a slow position costs."""
    settings, draws = result.settings, len(result.curves)
    said = f"{draws} of {settings.draws} random networks drawn at n = {settings.width_f:,}, m = {settings.width_g:,}"
    if result.finished:
        return f"{said}; {cell_draws(result)} in every cell below. Finished."
    slow = f"; one takes about {result.seconds:.0f} s here" if result.seconds >= 1 else ""
    return said + slow + (f", {result.progress:.0%} of the next" if slow else "") + "."


def alt(result: ConvergenceResult) -> str:
    """The pictures in words, for those who do not see them."""
    return f"{progress(result)} {verdict(result).text}"


def table(result: ConvergenceResult) -> pd.DataFrame:
    """Tidy: settings that vary, then quantity, value, stderr, theory."""
    settings, draws = result.settings, result.curves
    error = draws.std(0, ddof=1) / np.sqrt(len(draws)) if len(draws) > 1 else np.full(len(result.angles), np.nan)
    mean = draws.mean(0) if len(draws) else np.full(len(result.angles), np.nan)
    curve = {"width_f": settings.width_f, "width_g": settings.width_g, "theta": result.angles, "draws": len(draws)}
    kernel = pd.DataFrame(curve | {"quantity": "kernel", "value": mean, "stderr": error, "theory": result.theory})
    cells = pd.DataFrame([_cell(at, values, settings.theta) for at, values in sorted(result.cells.items())])
    slopes = pd.DataFrame([row for name, line in result.slopes.items() for row in _slope_rows(name, line)])
    found = pd.concat([part for part in (kernel, cells, slopes) if len(part)], ignore_index=True)
    for name in ("activation_g", "activation_f", "depth_g", "depth_f", "x"):
        found.insert(0, name, getattr(settings, name))
    last = [name for name in ("quantity", "value", "stderr", "theory") if name in found]
    return found.reindex(columns=[*(name for name in found if name not in last), *last])


def _cell(at, values, theta) -> dict:
    """The variance of one cell with its standard error, sqrt((m4 - s^4)/draws)."""
    fourth = np.mean((values - values.mean()) ** 4)
    error = np.sqrt(max(fourth - variance(values) ** 2, 0) / len(values))
    cell = {"width_f": at[0], "width_g": at[1], "theta": theta, "draws": len(values)}
    return cell | {"quantity": "variance", "value": variance(values), "stderr": error}


def _slope_rows(name, line) -> list[dict]:
    """The slope of the variance, and that of the squared interquartile range, which the verdict is judged by."""
    fits = {"slope": line.variance, "slope_robust": line.robust}
    row = {"line": name, "theory": line.claim}
    return [row | {"quantity": q, "value": f.value, "stderr": (f.high - f.low) / 3.92} for q, f in fits.items() if f]


def code(settings: ConvergenceSettings) -> str:
    """A few lines that reproduce the numbers of the chart."""
    return recipe(
        "convergence",
        settings,
        f"""
# or the library itself: the first of the thin lines, and the limit
from hyperviz.studies import convergence, draws
from hyperviz.theory import analytic, sampling

settings = {settings!r}
x, z = convergence.points(settings, convergence.ANGLES)
model = dict(depth_f={settings.depth_f}, depth_g={settings.depth_g})
model |= dict(activation_f={settings.activation_f!r}, activation_g={settings.activation_g!r})
widths = dict(width_f={settings.width_f}, width_g={settings.width_g})
print(sampling.hyperkernel(draws.keys({settings.seed}, 0, 0, 1)[0], x, z, **model, **widths)[convergence.ORIGIN])
print(analytic.kernels(x, z, **model).hyperkernel[convergence.ORIGIN])
""",
    )


EXPLANATION = (
    "What you see, and the formula",
    f"""
The hypernetwork *f* (depth L, width n) writes the weights of the primary network *g* (depth H, width m). With random
weights the tangent kernel K(u, u′) = ∇h(u)·∇h(u′) is a random number. Theorem 3 of *On Infinite-Width Hypernetworks*
says that it converges to the hyperkernel Θ_h when **both** widths grow; one alone is not enough.

- **Top**: thin lines are single random networks, the thick one their mean with a band of ± 2 standard errors, the
  dashed one the limit. Make both widths large and all lines fall on the dashed one.
- **Width grid**: the variance of the entry at the dotted line over draws, in every cell of n × m.
- **Lines**: three walks through that grid: {", ".join(LINES)}. While f widens m stays {NARROW_G}, while g widens n is
  {NARROW_F}. Slopes are fitted to widths from {WIDTHS[FITTED]} on; brackets are 95 % bootstrap intervals. Draws are
  heavy-tailed at small widths, where one draw moves a variance: the squared interquartile range (IQR², dotted) is
  the robust twin, and the verdict is judged by it.

The sampler is exact in law at any width: a Gaussian matrix that is only seen through products is never written out.
The paper's equation 17 prints z(θ) twice; its Figure 1 means a pair, which is what is shown here.
""",
    r"K^h(u,u') = \nabla_w h(u)\cdot\nabla_w h(u') \;\longrightarrow\; \Theta_h(u,u')"
    r" = \Theta_f(x,x')\,\Theta_g(u,u'),\qquad m, n\to\infty",
)
