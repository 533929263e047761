"""What the dynamics study has to say: verdict, table, code, words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies.dynamics import DEPTHS, WIDTHS, Cell, DynamicsResult, DynamicsSettings
from hyperviz.studies.dynamics_views import rows
from hyperviz.studies.flows import TARGET, Path
from hyperviz.studies.recipe import recipe
from hyperviz.studies.verdicts import Verdict

NARROW, WIDE = (1, 2), 16
CELLS = len(DEPTHS) * len(WIDTHS)
SURE = 2  # standard errors between two fractions that are said to differ


def fates(paths: tuple[Path, ...]) -> Cell:
    """How many of the starts have arrived, how many are stuck."""
    reached, stuck = (sum(int(getattr(p, name).sum()) for p in paths) for name in ("reached", "stuck"))
    return Cell(reached, stuck, sum(p.losses.shape[1] for p in paths))


def pooled(cells: dict, where) -> Cell:
    """All cells of the heat map that satisfy a condition on (H, m)."""
    chosen = [cell for at, cell in cells.items() if where(*at)]
    return Cell(*(sum(v) for v in zip(*chosen, strict=True))) if chosen else Cell(0, 0, 0)


def fraction_of(cell: Cell) -> tuple[float, float]:
    """The fraction that arrived and its standard error (Agresti-Coull, so that 0 of 32 has one too)."""
    n, p = cell.starts + 4, (cell.reached + 2) / (cell.starts + 4)
    return cell.reached / max(cell.starts, 1), float(np.sqrt(p * (1 - p) / n))


def verdict(result: DynamicsResult) -> Verdict:
    """Contribution 1 of the paper, judged by the heat map."""
    if len(result.cells) < CELLS:
        said = f"{len(result.cells)} of {CELLS} cells of the heat map. {_chosen(result)}"
        return Verdict(said, "undecided" if result.finished else "measuring")
    narrow, wide = (pooled(result.cells, lambda _, m: m in NARROW), pooled(result.cells, lambda _, m: m == WIDE))
    shallow = pooled(result.cells, lambda H, m: DEPTHS[0] == H and m not in NARROW)
    deep = pooled(result.cells, lambda H, m: DEPTHS[-1] == H and m not in NARROW)
    numbers = (
        f"Of all starts {_percent(narrow)} arrive with m ≤ {NARROW[-1]} and {_percent(wide)} with m = {WIDE}; "
        f"with m ≥ 4, {_percent(shallow)} for H = {DEPTHS[0]} and {_percent(deep)} for H = {DEPTHS[-1]}."
    )
    gaps = [_gap(wide, narrow), _gap(shallow, deep)]
    if min(gaps) > SURE:
        return Verdict(f"f is infinitely wide, and still a narrow g gets stuck; a deep g more so. {numbers}", "holds")
    if min(gaps) < -SURE:
        return Verdict(f"This contradicts what the theory expects. {numbers}", "differs")
    return Verdict(f"{numbers} These do not decide: another seed or more points may.", "undecided")


def _gap(more: Cell, less: Cell) -> float:
    """The difference of two fractions in standard errors."""
    (a, da), (b, db) = fraction_of(more), fraction_of(less)
    return (a - b) / float(np.hypot(da, db))


def _percent(cell: Cell) -> str:
    return f"{fraction_of(cell)[0]:.0%}"


def _chosen(result: DynamicsResult) -> str:
    """What became of the starts at the chosen width and depth."""
    s, found = result.settings, fates(result.paths)
    if not found.starts:
        return ""
    open_ = found.starts - found.reached - found.stuck
    late = f"{open_} not there by time {s.time:g}" if all(p.ended.all() for p in result.paths) else f"{open_} under way"
    return (
        f"{found.starts} starts at m = {s.width_g}, H = {s.depth_g}: {found.reached} reach loss < {TARGET:g}, "
        f"{found.stuck} are stuck, {late}."
    )


def progress(result: DynamicsResult) -> str:
    """How far the study is."""
    cells = f"Heat map: {len(result.cells)} of {CELLS} cells."
    return f"{_chosen(result) or 'Starting.'} {cells}{' Finished.' if result.finished else ''}"


def fraction(result: DynamicsResult) -> float:
    """How much of the run is done."""
    return 1.0 if result.finished else len(result.cells) / (CELLS + 1)


SEEN = {
    "fit": "**One start, two x at once**: the curves being learnt (thin: earlier times; dots: what is to be learnt).",
    "kernel": "**Equation 16**: how far training moves the kernel by t = 0.25. Only with both wide does it stay "
    "(median and middle half of 16 networks, 8 at n = 1,024; the slope for both wide should be below 0).",
    "surface": "**The loss around a start**, in two directions of f's weights: with a wide g it is a bowl. Convex: the "
    "share of the plane on which it curves upwards in every direction.",
}  # above the second chart


def alt(result: DynamicsResult) -> str:
    """The pictures in words, for those who do not see them."""
    return f"{progress(result)} {verdict(result).text}"


def table(result: DynamicsResult) -> pd.DataFrame:
    """Tidy: settings that vary, then quantity, value, stderr, theory."""
    s = result.settings
    cells = [row for (H, m), cell in sorted(result.cells.items()) for row in _cell(H, m, cell)]
    chosen = fates(result.paths)
    own = [row | {"width_f": np.inf} for row in _cell(s.depth_g, s.width_g, chosen)] if chosen.starts else []
    band = [
        {"width_f": np.inf, "width_g": np.inf, "depth_g": s.depth_g, "time": t, "quantity": "loss_median", "theory": v}
        for t, v in zip(result.band.times, result.band.median, strict=True)
    ]
    found = pd.DataFrame([*cells, *own, *band, *_losses(result), *rows(s, result.view)])
    for name in ("activation_g", "activation_f", "points", "depth_f"):
        found.insert(0, name, getattr(s, name))
    last = [name for name in ("quantity", "value", "stderr", "theory") if name in found]
    return found.reindex(columns=[*(name for name in found if name not in last), *last])


def _cell(H: int, m: int, cell: Cell) -> list[dict]:
    value, error = fraction_of(cell)
    at = {"width_f": np.inf, "width_g": m, "depth_g": H, "starts": cell.starts}
    stuck = {"quantity": "stuck", "value": cell.stuck / cell.starts}
    return [at | {"quantity": "reached", "value": value, "stderr": error}, at | stuck]


def _losses(result: DynamicsResult) -> list[dict]:
    """The finite networks, each beside the n = infinity flow from its own start (column theory)."""
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
    """A few lines that reproduce the numbers of the chart."""
    return recipe(
        "dynamics",
        settings,
        f"""
# or the library itself: one start of the infinitely wide f
import jax
from hyperviz.studies import flows
from hyperviz.theory import dynamics

settings = {settings!r}
N = settings.points
x, z, y = (values[:N].astype("float32") for values in flows.points(settings))
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

- **Top**: loss Σ(h − y)² on the training points against time (length of a gradient step × number of steps).
  Thin lines are random starts of the *infinitely wide* f, simulated exactly. Thick lines are *finite* networks of width
  n, trained by gradient descent; the dashed line of the same colour is n = ∞ from the very same start: widen f and they
  meet. The ink-coloured dashed line is the closed form with *both* networks infinitely wide: its median over
  draws of the untrained network, with the middle 80 % of draws as band. No minimum is bad there.
- **Heat map**: the share of 32 starts that reach loss < {TARGET:g}. *Stuck* is a start above it whose loss fell by less
  than 1 % in the last fifth of the time; any other is "not there by time T". ±: the share's standard error, by Agresti
  and Coull, so that 0 of 32 has one too.
- Points: x ~ N(0, I), z ~ N(0, I), y = ±1. Curves are gradient descent; a start whose kernel is large takes shorter
  steps (reported is its own time), so that no loss rises because of the step. The heat map takes longer, implicit ones.
""",
    r"\dot V_i=-\sum_j\Theta_f(x_i,x_j)\,2(h_j-y_j)\,\nabla_V g(z_j;V_j)\quad(n=\infty),\qquad"
    r"h_t=Y+e^{-2\Theta_h t}(h_0-Y)\quad(n=m=\infty)",
)
