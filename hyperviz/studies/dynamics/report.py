"""Say what the dynamics study found: verdict, table, code, words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies.common.intervals import NORMAL, SURE, interval, sign_state
from hyperviz.studies.common.recipe import recipe
from hyperviz.studies.common.tidy import tidy
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.studies.dynamics.study import Cell, DynamicsResult, compared, outcomes
from hyperviz.studies.dynamics.trajectories import TARGET
from hyperviz.studies.dynamics.views import rows
from hyperviz.studies.dynamics.ways import CELL_STARTS, DEPTHS, WIDTHS

NARROW, WIDE = (1, 2), 16
CELLS = len(DEPTHS) * len(WIDTHS)
CLAIM = "Contribution 1"
RULE = (
    "Contribution 1 of the paper: a wide f alone is not enough; with a narrow g training gets stuck. Over all depths "
    f"of the heat map, the share of the starts that learn the data with m = {WIDE}, minus that with m ≤ {NARROW[-1]}: "
    "it holds where the 99.99 % interval lies above 0, and differs where it lies below. What a layer of g costs (least "
    f"squares over H, m ≥ {WIDTHS[len(NARROW)]}, 95 %) is no part of it: a deep g learns 2 of 40 data sets faster."
)


def pooled(cells: dict, where) -> Cell:
    """Return the sum of all cells of the heat map that satisfy a condition on (H, m)."""
    chosen = [cell for at, cell in cells.items() if where(*at)]
    return Cell(*(sum(v) for v in zip(*chosen, strict=True))) if chosen else Cell(0, 0, 0)


def fraction_of(cell: Cell) -> tuple[float, float]:
    """Return the fraction that arrived and its standard error (Agresti-Coull, so that 0 of 32 has one too)."""
    n, p = cell.starts + 4, (cell.reached + 2) / (cell.starts + 4)
    return cell.reached / max(cell.starts, 1), float(np.sqrt(p * (1 - p) / n))


def verdict(result: DynamicsResult) -> Verdict:
    """Return what became of the starts at the chosen width and depth, and contribution 1 judged by the heat map."""
    here = _chosen(result)
    if len(result.cells) < CELLS:
        said = f"{len(result.cells)} of {CELLS} widths and depths tried"
        return Verdict(here, "undecided" if result.finished else "measuring", CLAIM, said, RULE)
    gap, cost = widening(result.cells), deepening(result.cells)
    state = sign_state(*gap[1:])
    first, second = (_percent(*numbers) for numbers in (gap, cost))
    said = f"m = {WIDE} learns {first} more often than m ≤ {NARROW[-1]}; each layer of g costs {second}"
    return Verdict(here, state, CLAIM, said, RULE)


def _percent(*numbers: float) -> str:
    value, low, high = (f"{round(100 * number) + 0}".replace("-", "−") for number in numbers)
    return f"{value} % [{low}, {high}]"


def widening(cells: dict) -> tuple[float, float, float]:
    """Return how much more often a wide g learns than a narrow one, over all depths, with its 99.99 % interval."""
    wide, narrow = (pooled(cells, lambda _, m, which=which: m in which) for which in ((WIDE,), NARROW))
    (a, da), (b, db) = fraction_of(wide), fraction_of(narrow)
    margin = SURE * float(np.hypot(da, db))
    return a - b, max(a - b - margin, -1), min(a - b + margin, 1)


def deepening(cells: dict) -> tuple[float, float, float]:
    """Return by how much the fraction that arrives falls a layer of g, with its interval.

    It is fitted by least squares over the depths.
    """
    found = [fraction_of(pooled(cells, lambda H, m, at=depth: at == H and m not in NARROW)) for depth in DEPTHS]
    fraction, error = np.array(found).T
    x = np.array(DEPTHS) - np.mean(DEPTHS)
    fall, margin = -float(x @ fraction / (x @ x)), NORMAL * float(np.sqrt(x**2 @ error**2) / (x @ x))
    return fall, fall - margin, fall + margin


def _chosen(result: DynamicsResult) -> str:
    """Return what became of the starts at the chosen width and depth."""
    s, found = result.settings, outcomes(result.paths)
    at = f"m = {s.width_g}, H = {s.depth_g}, f infinitely wide"
    if not found.starts:
        return f"{at}: training begins."
    value, error = fraction_of(found)
    low, high = (100 * float(np.clip(end, 0, 1)) for end in interval(value, error))
    said = (
        f"{at}: {found.reached} of {found.starts} starts learn the data ({100 * value:.0f} % [{low:.0f}, {high:.0f}])"
    )
    open_ = found.starts - found.reached - found.stuck
    training = not result.finished and not all(p.ended.all() for p in result.paths)
    late = f", {open_} {'in training' if training else 'still falling at the end'}" if open_ else ""
    return f"{said}, {found.stuck} are stuck{late}."


def progress(result: DynamicsResult) -> str:
    """Return how far the study is."""
    if result.finished:
        return f"{CELLS} widths and depths of g, {CELL_STARTS} starts each. Finished."
    return f"{len(result.cells)} of {CELLS} widths and depths of g, {CELL_STARTS} starts each."


def fraction(result: DynamicsResult) -> float:
    """Return how much of the run is done."""
    return 1.0 if result.finished else len(result.cells) / (CELLS + 1)


SEEN = {
    "fit": "One start learns two curves at once, one for each x. Thin: earlier times; dots: what is to be learnt.",
    "kernel": "How far training moves the kernel by t = 0.25 (equation 16): only with both wide does it stay. "
    "Median and middle half of 16 networks, 8 at n = 1,024.",
    "surface": "The loss around a start, in two directions of f's weights: with a wide g it is a bowl. Convex: the "
    "share of the plane on which it curves upwards in every direction.",
}  # above the second chart


def alt(result: DynamicsResult, chart: str = "") -> str:
    """Return one chart in words, for those who do not see it."""
    if chart == "reached":
        found = [f"{m}: {fraction_of(pooled(result.cells, lambda _, w, m=m: w == m))[0]:.0%}" for m in WIDTHS]
        return f"Share of the starts that learn the data, over all depths, by width of g. {', '.join(found)}."
    if chart in SEEN:
        found = rows(result.settings, result.view)
        last = f" Last number: {found[-1]['quantity']} {found[-1]['value']:.3g}." if found else ""
        return SEEN[result.settings.view] + last
    beside = outcomes((result.beside,)) if result.beside else None
    other = f" With m = {compared(result.settings)}: {beside.reached} of {beside.starts} learn it." if beside else ""
    return f"Loss against time. {_chosen(result)}{other}"


def table(result: DynamicsResult) -> pd.DataFrame:
    """Return the numbers, tidy: axes, seed, version, verdict, then quantity, value, stderr, interval, theory."""
    s = result.settings
    cells = [row for (H, m), cell in sorted(result.cells.items()) for row in _cell(H, m, cell)]
    chosen = outcomes(result.paths)
    own = [row | {"width_f": np.inf} for row in _cell(s.depth_g, s.width_g, chosen)] if chosen.starts else []
    band = [
        {"width_f": np.inf, "width_g": np.inf, "depth_g": s.depth_g, "time": t, "quantity": "loss_median", "theory": v}
        for t, v in zip(result.band.times, result.band.median, strict=True)
    ]
    found = pd.DataFrame([*cells, *own, *band, *_losses(result), *rows(s, result.view), *_judged(result)])
    found = found.reindex(columns=[*found, *(name for name in ("value", "stderr") if name not in found)])
    for name, end in zip(("low", "high"), interval(found.value, found.stderr), strict=True):
        found[name] = end.where(found.stderr.notna(), found.get(name))
    names = ("depth_f", "activation_f", "activation_g", "points", "depth_g", "width_f", "width_g")
    return tidy(found, s, verdict(result).state, names)


def _judged(result: DynamicsResult) -> list[dict]:
    """Return the two numbers that the verdict is judged by."""
    if len(result.cells) < CELLS:
        return []
    named = {"wide_minus_narrow": widening(result.cells), "fall_per_layer": deepening(result.cells)}
    return [{"quantity": name, "value": v, "low": low, "high": high} for name, (v, low, high) in named.items()]


def draws(result: DynamicsResult) -> pd.DataFrame:
    """Return the loss of every start at every time that was looked at: a row a start and a time."""
    s, found = result.settings, []
    groups = {(np.inf, s.width_g): result.paths, (s.width_f, s.width_g): result.twins}
    groups |= {(np.inf, compared(s)): (result.beside,)} if result.beside else {}
    for (n, m), paths in groups.items():
        columns = [(path.times[:, i], path.losses[:, i]) for path in paths for i in range(path.losses.shape[1])]
        for i, (time, loss) in enumerate(columns):
            found.append(pd.DataFrame({"width_f": n, "width_g": m, "start": i, "time": time, "loss": loss}))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _cell(H: int, m: int, cell: Cell) -> list[dict]:
    value, error = fraction_of(cell)
    at = {"width_f": np.inf, "width_g": m, "depth_g": H, "starts": cell.starts}
    stuck = {"quantity": "stuck", "value": cell.stuck / cell.starts}
    return [at | {"quantity": "reached", "value": value, "stderr": error}, at | stuck]


def _losses(result: DynamicsResult) -> list[dict]:
    """Return the finite networks, each beside the n = infinity flow from its own start (column theory)."""
    s, found = result.settings, []
    for i, path in enumerate(result.twins):
        at = {"width_f": s.width_f, "width_g": s.width_g, "depth_g": s.depth_g, "start": i, "quantity": "loss"}
        limit = np.full(len(path.times), np.nan)
        if result.limits is not None:
            limit = np.interp(path.times[:, 0], result.limits.times[:, i], result.limits.losses[:, i])
        for t, loss, theory in zip(path.times[:, 0], path.losses[:, 0], limit, strict=True):
            found.append(at | {"time": float(t), "value": float(loss), "theory": float(theory)})
    return found


def code(settings: DynamicsSettings) -> str:
    """Return a few lines that reproduce the numbers of the chart."""
    return recipe(
        "dynamics",
        settings,
        f"""
# or the library itself: one start of the infinitely wide f
import jax
from hyperviz.studies.dynamics import trajectories
from hyperviz.theory import dynamics

settings = {settings!r}
N = settings.points
x, z, y = (values[:N].astype("float32") for values in trajectories.points(settings))
model = dict(depth_f={settings.depth_f}, depth_g={settings.depth_g}, width_g={settings.width_g})
model |= dict(activation_f={settings.activation_f!r}, activation_g={settings.activation_g!r})
start = dynamics.infinite_f(jax.random.key({settings.seed}), x, z, y, **model, step=0.001, steps=1000)
print(start.loss[::100])
""",
    )


EXPLANATION = (
    "What you see, and the formula",
    f"""
The hypernetwork *f* (depth L, width n) writes the weights of *g* (depth H, width m). When n = ∞, training f is a linear
problem in f's outputs V, so one might expect every start to reach the minimum. But the loss still passes through g,
which is not linear in V: with a narrow g it has bad minima, and f is stuck in them **although it is infinitely wide**.

- **First chart**: the loss Σ(h − y)² on the training points against time (length of a gradient step × number of steps),
  to the left for your g, to the right for another width. Thin lines are random starts of the *infinitely wide* f,
  simulated exactly. Thick lines are *finite* networks of width n, trained by gradient descent; dashed in the same
  colour is the infinitely wide f from the very same start: widen f and they meet. The ink-coloured dashed line is the
  closed form with *both* networks infinitely wide: the median over draws of the untrained network, with the middle 80 %
  of the draws as band. No minimum is bad there.
- **Heat map**: how many of 32 starts learn the data, that is reach loss < {TARGET:g}. *Stuck* is a start above it whose
  loss fell by less than 1 % in the last fifth of the time. ± (on hover): the share's standard error, by Agresti and
  Coull, so that 0 of 32 has one too.
- Points: x ~ N(0, I), z ~ N(0, I), y = ±1. Curves are gradient descent; a start whose kernel is large takes shorter
  steps (reported is its own time), so that no loss rises because of the step. The heat map, and the right side of the
  first chart, take longer, implicit ones.

**How the verdict is made.** {RULE}
""",
    r"\dot V_i=-\sum_j\Theta_f(x_i,x_j)\,2(h_j-y_j)\,\nabla_V g(z_j;V_j)\quad(n=\infty),\qquad"
    r"h_t=Y+e^{-2\Theta_h t}(h_0-Y)\quad(n=m=\infty)",
)
