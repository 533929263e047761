"""Theorem 1: the Taylor terms against the width, their slopes against the depth of g, and one gradient step."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from hyperviz.figures import style
from hyperviz.studies.taylor import TaylorResult
from hyperviz.studies.taylor_report import signed
from hyperviz.studies.taylor_report import terms as judged
from hyperviz.studies.taylor_settings import DEPTHS, fitted, predicted, widths

WIDTH = "n, width of f (log scale)"


def terms(result: TaylorResult, dark: bool = False) -> go.Figure:
    """|K^(r)| against n, one line a term, with its band and the predicted slope."""
    settings = result.settings
    figure = _loglog(result, dark, f"{settings.average} of |K⁽ʳ⁾| (log scale)")
    for r, (fit, claim, _) in judged(result).items():
        found = (
            f": slope {signed(fit.value)} [{signed(fit.low)}, {signed(fit.high)}], theory {_whole(claim)}"
            if fit
            else ""
        )
        _line(figure, result, r, _levels(result, r), claim, f"r = {r}{found}", dark)
    if settings.depth_g == 1 and result.cells and len(judged(result)) > 2:
        _conjecture(figure, result, dark)
    return figure


def one_step(result: TaylorResult, dark: bool = False) -> go.Figure:
    """Remark 1: the terms of one gradient step of size n^a."""
    a = result.settings.exponent
    figure = _loglog(result, dark, "µʳ/r! · |K⁽ʳ⁾| (log scale)")
    for r, (fit, claim, _) in judged(result).items():
        n = np.array(sorted(result.cells), float)
        levels = [level * n ** (a * r) / math.factorial(r) for level in _levels(result, r)]
        said = f": {signed(fit.value + a * r)}, theory {_whole(claim + a * r)}" if fit else ""
        _line(figure, result, r, levels, claim + a * r, f"r = {r}{said}", dark)
    return figure


def heatmap(result: TaylorResult, dark: bool = False) -> go.Figure:
    """The fitted slope of every term at every depth of g, with the staircase r = H between the two regimes."""
    settings, colours = result.settings, style.palette(dark)
    orders = list(range(1, max(settings.orders, 2) + 1))
    figure = style.figure(dark, x="r, order of the term", y="H, depth of g")
    value = np.array([[result.map.get((H, r), np.nan) for r in orders] for H in DEPTHS])
    claim = [[predicted(settings, r, H) for r in orders] for H in DEPTHS]
    known = np.array([[np.nan if c is None else c for c in row] for row in claim])
    text = [[f"{round(v, 1) + 0.0:+.1f}" if np.isfinite(v) else "" for v in row] for row in value]
    look = {"colorscale": style.SURFACE, "zmin": -6, "zmax": 0.5, "texttemplate": "%{text}", "hoverongaps": False}
    hover = "H = %{y}, r = %{x}<br>slope %{z:+.2f}, theory %{customdata:+.0f}<extra></extra>"
    bar = {"title": {"text": "slope"}, "thickness": 12}
    grid = {"x": orders, "y": list(DEPTHS), "z": value, "text": text, "customdata": known}
    figure.add_heatmap(**grid, **look, hovertemplate=hover, colorbar=bar)
    steps = [
        (r + side, H - 0.5 + up) for r, H in zip(orders, DEPTHS, strict=False) for side, up in ((0.5, 0), (0.5, 1))
    ]
    x, y = zip(*steps, strict=True)
    border = {"color": colours.ink, "width": 3}
    figure.add_scatter(x=x, y=y, mode="lines", line=border, name="r = H: terms left of it stay", hoverinfo="skip")
    figure.update_xaxes(dtick=1, range=[0.5, orders[-1] + 0.5], showgrid=False)
    return figure.update_yaxes(dtick=1, range=[0.5, DEPTHS[-1] + 0.5], showgrid=False)


def step(result: TaylorResult, dark: bool = False) -> go.Figure:
    """h after one step of a network that is written out, and the partial sums of equation 5."""
    figure = style.figure(dark, x="µ, step size (times the loss's slope)", y="output h(u_i) after the step", height=360)
    if result.step is None:
        return figure
    found, size = result.step, {"hovertemplate": "µ = %{x:.3g}<br>%{y:.4g}<extra></extra>"}
    for r in range(1, result.settings.orders + 1):
        line = {"color": _hues(result, dark)[r - 1], "dash": "dash", "width": 2}
        figure.add_scatter(x=found.sizes, y=found.sums[r], mode="lines", line=line, name=f"up to order {r}", **size)
    ink = {"color": style.palette(dark).both, "width": 3}
    name = f"the network itself, n = {found.width_f}, m = {found.width_g}"
    figure.add_scatter(x=found.sizes, y=found.after, mode="lines", line=ink, name=name, **size)
    low, high = float(found.after.min()), float(found.after.max())
    margin = 0.3 * (high - low) or 1.0
    return figure.update_yaxes(range=[low - margin, high + margin])


def _loglog(result: TaylorResult, dark: bool, y: str) -> go.Figure:
    figure = style.figure(dark, x=WIDTH, y=y)
    use = widths(result.settings)
    figure.update_xaxes(type="log", dtick=1, range=[math.log10(use[0] * 0.9), math.log10(use[-1] * 1.1)])
    return figure.update_yaxes(type="log", exponentformat="power", nticks=8)


def _hues(result: TaylorResult, dark: bool) -> list[str]:
    """One hue a term, from dark to light; the ends that drown in the background are left out."""
    ends = (0.3, 1.0) if dark else (0.0, 0.82)
    spots = np.linspace(*ends, max(result.settings.orders, 2))
    tuples = sample_colorscale(style.SURFACE, list(spots), colortype="tuple")
    return ["#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in tuples]  # pyright: ignore[reportArgumentType]


def _levels(result: TaylorResult, r: int) -> list[np.ndarray]:
    """The average of |K^(r)| at each width, and the two edges of its band."""
    sizes = [np.abs(values[:, r]) for _, values in sorted(result.cells.items())]
    if result.settings.average == "median":
        return [np.array([np.quantile(s, q) for s in sizes]) for q in (0.5, 0.25, 0.75)]
    mean = np.array([s.mean() for s in sizes])
    error = np.array([2 * s.std() / np.sqrt(len(s)) for s in sizes])
    return [mean, np.maximum(mean - error, mean / 10), mean + error]


def _line(figure, result: TaylorResult, r: int, levels, claim: float, name: str, dark: bool) -> None:
    """One term: band, line, and the predicted slope through the middle of what is fitted."""
    colour, n = _hues(result, dark)[r - 1], np.array(sorted(result.cells), float)
    middle, low, high = [np.where(level > 0, level, np.nan) for level in levels]
    shared = {"legendgroup": f"r{r}", "mode": "lines"}
    edge = shared | {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=n, y=low, **edge)
    figure.add_scatter(x=n, y=high, fill="tonexty", fillcolor=style.translucent(colour, 0.15), **edge)
    hover = f"r = {r}, n = %{{x:,}}<br>%{{y:.3g}}<extra></extra>"
    look = {"color": colour, "width": 2.5}
    figure.add_scatter(x=n, y=middle, **(shared | {"mode": "lines+markers"}), line=look, name=name, hovertemplate=hover)
    at = np.isin(n, fitted(result.settings)) & np.isfinite(middle)
    if at.any():
        y = np.exp(np.mean(np.log(middle[at] / n[at] ** claim))) * n[at] ** claim
        line = style.theory_line(dark) | {"width": 1.5}
        first = not any(trace.name == "predicted slope" for trace in figure.data)
        theory = {"mode": "lines", "name": "predicted slope", "legendgroup": "theory", "showlegend": first}
        figure.add_scatter(x=n[at], y=y, line=line, hoverinfo="skip", legendrank=2000, **theory)


def _conjecture(figure, result: TaylorResult, dark: bool) -> None:
    """1/n for every term r >= 2, as conjectured before the paper, from the first point of each."""
    n, line = sorted(result.cells), {"color": style.palette(dark).faint, "dash": "dot", "width": 2}
    for r in list(judged(result))[2:]:
        first = _levels(result, r)[0][0]
        name = {"name": "earlier conjecture, 1/n", "showlegend": r == 3, "legendgroup": "conjecture"}
        if first > 0:
            y = [first * n[0] / w for w in n]
            figure.add_scatter(x=n, y=y, mode="lines", line=line, hoverinfo="skip", **name)


def _whole(value: float) -> str:
    return f"{value:+.3g}" if value else "0"


FIGURES = {"terms": terms, "map": heatmap, "remark": one_step, "step": step}
