"""Draw Theorem 1: the Taylor terms against the width, their slopes against the depth of g, and one gradient step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.studies.common.power_laws import ALLOWED, Slope, agreement
from hyperviz.studies.common.verdict import signed
from hyperviz.studies.taylor.predictions import DEPTHS, fitted, linear, predicted, widths
from hyperviz.studies.taylor.report import terms as judged
from hyperviz.studies.taylor.study import TaylorResult

WIDTH = "n, width of f (log scale)"
HUES = [getattr(style.LIGHT, name) for name in ("both", "g", "nngp", "f", "hn", "ink", "faint", "both")]
MARKERS = ["circle", "square", "diamond", "triangle-up", "x", "cross", "star", "pentagon"]
WINDOW = [-10.0, 8.0]  # of log10 |K^(r)|: the same for every setting


def terms(result: TaylorResult) -> go.Figure:
    """Draw |K^(r)| against n, one line a term, with its band and the predicted slope."""
    settings = result.settings
    figure = _loglog(result, f"{settings.average} of |K⁽ʳ⁾| (log scale)")
    for r, (fit, claim, _) in judged(result).items():
        found = f": slope {signed(fit.value)}, theory {_whole(claim)}" if fit else ""
        _line(figure, result, r, _levels(result, r), claim, f"r = {r}{found}")
    if settings.depth_g == 1 and result.cells and len(judged(result)) > 2:
        _conjecture(figure, result)
    _names(figure)
    return figure


def one_step(result: TaylorResult) -> go.Figure:
    """Draw Remark 1: the terms of one gradient step of size n^a."""
    a = result.settings.exponent
    figure = _loglog(result, "µʳ/r! · |K⁽ʳ⁾| (log scale)")
    for r, (fit, claim, _) in judged(result).items():
        n = np.array(sorted(result.cells), float)
        levels = [level * n ** (a * r) / math.factorial(r) for level in _levels(result, r)]
        said = f": {signed(fit.value + a * r)}, theory {_whole(claim + a * r)}" if fit else ""
        _line(figure, result, r, levels, claim + a * r, f"r = {r}{said}")
    _names(figure)
    return figure


def heatmap(result: TaylorResult) -> go.Figure:
    """Draw the fitted slope of every term at every depth of g; × where its interval excludes the predicted one."""
    settings = result.settings
    orders = list(range(1, max(settings.orders, 2) + 1))
    figure = style.figure(x="r, number of the term", y="H, depth of g", margin={"r": 84})
    fits = [[_fit(result, H, r) for r in orders] for H in DEPTHS]
    claims = [[predicted(settings, r, H) for r in orders] for H in DEPTHS]
    value = np.array([[fit.value if fit else np.nan for fit in row] for row in fits])
    known = np.array([[np.nan if claim is None else claim for claim in row] for row in claims])
    text = [[_cell(fit, claim) for fit, claim in zip(*rows, strict=True)] for rows in zip(fits, claims, strict=True)]
    look = {"colorscale": style.SURFACE, "zmin": -6, "zmax": 0.5, "texttemplate": "%{text}", "hoverongaps": False}
    hover = "H = %{y}, r = %{x}<br>slope %{z:+.2f}, predicted %{customdata:+.0f}<extra></extra>"
    bar = {"title": {"text": "slope"}, "thickness": 12}
    grid = {"x": orders, "y": list(DEPTHS), "z": value, "text": text, "customdata": known}
    figure.add_heatmap(**grid, **look, hovertemplate=hover, colorbar=bar, textfont={"size": 15})
    _border(figure, result, orders)
    figure.update_xaxes(dtick=1, range=[0.5, orders[-1] + 0.5], showgrid=False)
    return figure.update_yaxes(dtick=1, range=[0.5, DEPTHS[-1] + 0.5], showgrid=False)


def _fit(result: TaylorResult, depth: int, r: int) -> Slope | None:
    """Return the slope of the chart where it is fitted at this depth with more draws, else the map's."""
    chart = result.slopes.get(r) if depth == result.settings.depth_g else None
    return chart or result.map.get((depth, r))


def _cell(fit: Slope | None, claim: float | None) -> str:
    if fit is None:
        return ""
    return signed(fit.value, 1) + (
        " ×" if claim is not None and agreement(fit, claim, np.nan, ALLOWED) == "differs" else ""
    )


def _border(figure: go.Figure, result: TaylorResult, orders: list[int]) -> None:
    """Draw the line between the terms that stay and those that fall, where theory has one."""
    border = {"mode": "lines", "line": {"color": style.palette().ink, "width": 3}, "hoverinfo": "skip"}
    if result.settings.grow == "both":
        figure.add_scatter(x=[1.5, 1.5], y=[0.5, DEPTHS[-1] + 0.5], name="only r = 1 stays", **border)
    elif linear(result.settings):
        ends = [(r + 0.5, H - 0.5 + up) for r, H in zip(orders, DEPTHS, strict=False) for up in (0, 1)]
        x, y = zip(*ends, strict=True)
        figure.add_scatter(x=x, y=y, name="r = H: terms left of this line stay", **border)


def step(result: TaylorResult) -> go.Figure:
    """Draw h after one step of a network that is written out, and the partial sums of equation 5."""
    figure = style.figure(x="µ, step size (times the loss's slope)", y="output h(uᵢ) after the step", height=360)
    if result.step is None:
        return figure
    found, size = result.step, {"hovertemplate": "µ = %{x:.3g}<br>%{y:.4g}<extra></extra>"}
    for r in range(1, result.settings.orders + 1):
        line = {"color": _hues(result)[r - 1], "dash": "dash", "width": 2}
        figure.add_scatter(x=found.sizes, y=found.sums[r], mode="lines", line=line, name=f"up to order {r}", **size)
    ink = {"color": style.palette().both, "width": 3}
    name = f"the network itself, n = {found.width_f}, m = {found.width_g}"
    figure.add_scatter(x=found.sizes, y=found.after, mode="lines", line=ink, name=name, **size)
    low, high = float(found.after.min()), float(found.after.max())
    margin = 0.3 * (high - low) or 1.0
    return figure.update_yaxes(range=[low - margin, high + margin])


def _loglog(result: TaylorResult, y: str) -> go.Figure:
    figure = style.figure(x=WIDTH, y=y)
    use = widths(result.settings)
    style.widths(figure, use[0] * 0.9, use[-1] * 1.1)
    return figure.update_yaxes(type="log", exponentformat="power", dtick=3, range=WINDOW)


def _hues(result: TaylorResult) -> list[str]:
    """Return one hue a term, in turn."""
    return [HUES[r % len(HUES)] for r in range(result.settings.orders)]


def _names(figure: go.Figure) -> None:
    """Write the name of each term at the end of its line."""
    lines: list[Any] = [t for t in figure.data if isinstance(t, go.Scatter) and t.mode == "lines+markers"]
    named = [t for t in lines if t.name and len(t.y) and np.isfinite(t.y[-1])]
    ends = [(t.name.replace(": ", "<br>").replace("slope ", ""), np.log10(t.y[-1]), t.line.color) for t in named]
    style.end_labels(figure, ends, WINDOW, width=120)


def _levels(result: TaylorResult, r: int) -> list[np.ndarray]:
    """Return the average of |K^(r)| at each width, and the two edges of its band."""
    sizes = [np.abs(values[:, r]) for _, values in sorted(result.cells.items())]
    if result.settings.average == "median":
        return [np.array([np.quantile(s, q) for s in sizes]) for q in (0.5, 0.25, 0.75)]
    mean = np.array([s.mean() for s in sizes])
    error = np.array([2 * s.std() / np.sqrt(len(s)) for s in sizes])
    return [mean, np.maximum(mean - error, mean / 10), mean + error]


def _line(figure, result: TaylorResult, r: int, levels, claim: float, name: str) -> None:
    """Draw one term: band, line, and the predicted slope through the middle of what is fitted."""
    colour, n = _hues(result)[r - 1], np.array(sorted(result.cells), float)
    middle, low, high = [np.where(level > 0, level, np.nan) for level in levels]
    shared = {"legendgroup": f"r{r}", "mode": "lines"}
    edge = shared | {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=n, y=low, **edge)
    figure.add_scatter(x=n, y=high, fill="tonexty", fillcolor=style.translucent(colour, 0.15), **edge)
    hover = f"r = {r}, n = %{{x:,}}<br>%{{y:.3g}}<extra></extra>"
    look = {"color": colour, "width": 2.5}
    marked = shared | {"mode": "lines+markers", "marker": {"symbol": MARKERS[r - 1], "size": 8}}
    figure.add_scatter(x=n, y=middle, **marked, line=look, name=name, hovertemplate=hover)
    at = np.isin(n, fitted(result.settings)) & np.isfinite(middle)
    if at.any():
        y = np.exp(np.mean(np.log(middle[at] / n[at] ** claim))) * n[at] ** claim
        line = style.theory_line() | {"width": 1.5}
        first = not any(trace.name == "predicted slope" for trace in figure.data)
        theory = {"mode": "lines", "name": "predicted slope", "legendgroup": "theory", "showlegend": first}
        figure.add_scatter(x=n[at], y=y, line=line, hoverinfo="skip", legendrank=2000, **theory)


def _conjecture(figure, result: TaylorResult) -> None:
    """Draw 1/n for every term r >= 2, as conjectured before the paper, from the first point of each."""
    n, line = sorted(result.cells), {"color": style.palette().faint, "dash": "dot", "width": 2}
    for r in list(judged(result))[2:]:
        first = _levels(result, r)[0][0]
        name = {"name": "earlier conjecture, 1/n", "showlegend": r == 3, "legendgroup": "conjecture"}
        if first > 0:
            y = [first * n[0] / w for w in n]
            figure.add_scatter(x=n, y=y, mode="lines", line=line, hoverinfo="skip", **name)


def _whole(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−") if value else "0"


CHARTS = {
    "map": Chart(heatmap, ("map", "cells")),
    "terms": Chart(terms, ("cells", "slopes")),
    "remark": Chart(one_step, ("cells", "slopes")),
    "step": Chart(step, ("step",), height=360),
}


def charts(settings: Any) -> dict[str, Chart]:
    """Return what these settings show: the one step where it is asked for."""
    return {name: chart for name, chart in CHARTS.items() if name != "step" or settings.step == "on"}
