"""Draw Figure 1 and equation 14: the kernel over its limit, how much networks disagree, and the two factors."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.figures.style import small
from hyperviz.studies.common.power_laws import SEEN, relative_spread
from hyperviz.studies.convergence.corrections import exact, known
from hyperviz.studies.convergence.report import factor
from hyperviz.studies.convergence.study import FITTED, LINES, WIDTHS, ConvergenceResult, answers

SINGLES = 20
ANGLE = "θ, angle between the inputs of g (radians)"
TICKS = {"tickvals": [1 / 30, 0.1, 1 / 3, 1, 3, 10, 30], "ticktext": ["≤ 1/30", "1/10", "1/3", "1", "3", "10", "30"]}
EDGE = 1.18  # beyond the ends of the axis, as a factor: what lies on an end is seen
HIGHEST = SEEN**2  # the factor between the two ends of the axis


def curve(result: ConvergenceResult) -> go.Figure:
    """Draw K over Θ_h for u = (x, z(0)), u′ = (x, z(θ)): single networks, where most of them lie, the limit at 1."""
    colour, have = style.palette().both, len(result.curves)
    figure = style.figure(x=ANGLE, y="K(u, u′) / limit (log scale)", xaxis_range=[-1.6, 1.6])
    window = [-np.log10(SEEN * EDGE), np.log10(SEEN * EDGE)]
    figure.update_yaxes(type="log", range=window, zeroline=False, **TICKS)
    ratio = np.clip(result.curves / result.theory, 1 / SEEN, SEEN * EDGE)
    if have >= 10:
        for share, opacity, name in ((0.8, 0.16, "8 of 10 networks lie here"), (0.5, 0.26, "half of them lie here")):
            _band(figure, result.angles, ratio, share, style.translucent(colour, opacity), name)
    thin = {"color": style.translucent(colour, 0.45), "width": 1}
    shown = {"name": "single networks", "legendgroup": "one", "hoverinfo": "skip"}
    x, y = style.with_gaps(np.broadcast_to(result.angles, ratio[:SINGLES].shape), ratio[:SINGLES])
    figure.add_scatter(x=x, y=y, mode="lines", line=thin, **shown)
    hover = "θ = %{x:.2f}<br>limit Θₕ = %{customdata:.4g}<extra></extra>"
    limit = {"name": "the limit, n = m = ∞", "customdata": small(result.theory), "hovertemplate": hover}
    line = style.theory_line() | {"width": 2.5}
    figure.add_scatter(x=result.angles, y=np.ones(len(result.angles)), mode="lines", line=line, **limit)
    dotted = {"color": style.palette().faint, "dash": "dot", "width": 1}
    at = {"x0": result.settings.theta, "x1": result.settings.theta, "y0": 0, "y1": 1, "yref": "y domain"}
    figure.add_shape(type="line", line=dotted, **at)  # add_vline takes 2 ms more: it looks at every axis
    return figure


def _band(figure: go.Figure, angles, ratio, share: float, fill: str, name: str) -> None:
    """Draw where the middle share of the networks lies."""
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "name": name}
    low, high = np.quantile(ratio, [0.5 - share / 2, 0.5 + share / 2], axis=0)
    figure.add_scatter(x=angles, y=small(low), showlegend=False, **edge)
    figure.add_scatter(x=angles, y=small(high), fill="tonexty", fillcolor=fill, **edge)


def heatmap(result: ConvergenceResult) -> go.Figure:
    """Draw by which factor the middle 80 % of the networks disagree, at every pair of widths."""
    axis, labels = {"type": "category"}, [f"{w:,}" for w in WIDTHS]
    figure = style.figure(x="n, width of f", y="m, width of g", margin={"r": 90})
    z = np.array([[_factor(result, (n, m)) for n in WIDTHS] for m in WIDTHS], np.float32)
    ticks = {"tickvals": [0, 1, 2], "ticktext": ["1", "10", "100"], "thickness": 12}
    bar = {"title": {"text": "factor"}} | ticks
    hover = "n = %{x}, m = %{y}<br>networks disagree by a factor of %{customdata:.3g}<extra></extra>"
    look = {"zmin": 0, "zmax": np.log10(HIGHEST), "colorscale": style.SURFACE, "colorbar": bar, "hovertemplate": hover}
    figure.add_heatmap(x=labels, y=labels, z=np.log10(z), customdata=z, **look)
    return figure.update_layout(xaxis=axis, yaxis=axis)


def lines(result: ConvergenceResult) -> go.Figure:
    """Draw the spread as only f, only g or both widen, with the fitted slopes and those of Theorem 3."""
    colours = style.palette()
    figure = style.figure(x="width (log scale)", y="spread: variance of log(K/Θₕ) (log scale)")
    window = [-2.0, 1.0]
    figure.update_xaxes(type="log", tickvals=WIDTHS, ticktext=[f"{w:,}" for w in WIDTHS], range=[0.5, 3.7])
    figure.update_yaxes(type="log", exponentformat="power", dtick=1, range=window)
    ends, looks = [], ((colours.f, "triangle-up"), (colours.g, "square"), (colours.both, "circle"))
    for name, (colour, marker) in zip(LINES, looks, strict=True):
        cell, claim = LINES[name][0], answers(name, result.settings)[0]
        spreads = {w: _spread(result, cell(w)) for w in WIDTHS if cell(w) in result.cells}
        spreads = {w: value for w, value in spreads.items() if value > 0}
        fitted = result.slopes.get(name)
        said = f": slope {fitted.relative.value:+.2f}".replace("-", "−") if fitted and fitted.relative else ""
        solid = {"mode": "lines+markers", "line": {"color": colour}, "marker": {"symbol": marker, "size": 9}}
        figure.add_scatter(x=[*spreads], y=[*spreads.values()], name=name + said, **solid)
        if WIDTHS[-1] in spreads:
            ends.append((name + said.replace(": slope", "<br>slope"), np.log10(spreads[WIDTHS[-1]]), colour))
        if wide := [w for w in spreads if w >= WIDTHS[FITTED]]:
            predicted = {"name": "slopes of Theorem 3", "showlegend": name == "both widen", "hoverinfo": "skip"}
            y = [spreads[wide[0]] * (w / wide[0]) ** claim for w in wide]
            figure.add_scatter(x=wide, y=y, mode="lines", line=style.theory_line(), **predicted)
    style.end_labels(figure, ends, window, width=112)
    return figure


def correction(result: ConvergenceResult) -> go.Figure:
    """Draw width times spread, of Theta_f beside its closed form and of K_h: it levels off at the coefficient."""
    colours = style.palette()
    figure = style.figure(x="width (log scale)", y="width × relative variance (log scale)")
    figure.update_xaxes(type="log", tickvals=WIDTHS, ticktext=[f"{w:,}" for w in WIDTHS], range=[2.1, 3.75])
    figure.update_yaxes(type="log", dtick=1, exponentformat="power", range=[-0.4, 4.2])
    widths = WIDTHS[FITTED:]
    if (both := result.slopes.get("both widen")) and both.correction:
        spreads = [w * _spread(result, LINES["both widen"][0](w)) for w in widths]
        errors = [2 * s * (2 / len(result.cells[w, w])) ** 0.5 for s, w in zip(spreads, widths, strict=True)]
        _scaled(figure, f"K<sub>h</sub>, n = m: {both.correction.text} over n", spreads, errors, colours.both, "circle")
    if alone := result.alone:
        ratios = [alone.ratios[w].astype(float) for w in widths]
        squares = [w * float(np.var(r, ddof=1)) for w, r in zip(widths, ratios, strict=True)]
        errors = [2 * s * (2 / len(r)) ** 0.5 for s, r in zip(squares, ratios, strict=True)]
        said = f": {alone.variance.text} over n" if alone.variance else ""
        _scaled(figure, f"Θ<sub>f</sub>, f alone{said}", squares, errors, colours.f, "triangle-up")
        fine = np.geomspace(140, 5000, 20).astype(int).tolist()
        limit = {"name": f"Θ<sub>f</sub> exact; limit {known(result.settings):.3g}", "line": style.theory_line()}
        y = [n * exact(result.settings, n) for n in fine]
        figure.add_scatter(x=small(fine), y=small(y), mode="lines", **limit)
        if alone.mean:
            text = f"mean of Θ<sub>f</sub>: off by {alone.mean.text} over n, known: 0"
            place = {"xref": "paper", "x": 0.02, "yref": "paper", "y": 0.03}
            figure.add_annotation(text=text, showarrow=False, **place)
    return figure


def _scaled(figure: go.Figure, name: str, values: list, errors: list, colour: str, marker: str) -> None:
    bars = {"type": "data", "array": errors, "color": colour}
    look = {"mode": "markers", "marker": {"symbol": marker, "size": 9, "color": colour}, "error_y": bars}
    figure.add_scatter(x=WIDTHS[FITTED:], y=values, name=name, **look)


def factors(result: ConvergenceResult) -> go.Figure:
    """Draw equation 14, Theta_h = Theta_f * Theta_g: the three side by side."""
    colours = style.palette()
    figure = style.figure(x=ANGLE, y="limit kernel", xaxis_range=[-1.6, 1.6])
    flat = np.full_like(result.theory, result.theta_f)
    parts = {"Θ<sub>f</sub> (does not see z)": (flat, colours.f), "Θ<sub>g</sub>": (result.theta_g, colours.g)}
    whole = {"Θ<sub>h</sub> = Θ<sub>f</sub> · Θ<sub>g</sub>": (result.theory, colours.ink)}
    for name, (values, colour) in (parts | whole).items():
        line = style.theory_line() | {"color": colour}
        figure.add_scatter(x=result.angles, y=small(values), mode="lines", line=line, name=name)
    return figure.update_yaxes(rangemode="tozero")


def _spread(result: ConvergenceResult, cell: tuple[int, int]) -> float:
    return float(relative_spread(result.cells[cell], result.watched))


def _factor(result: ConvergenceResult, cell: tuple[int, int]) -> float:
    return float(factor(result.cells[cell] / result.watched)) if cell in result.cells else np.nan


CHARTS = {
    "curve": Chart(curve, ("curves",)),
    "variance": Chart(heatmap, ("cells",)),
    "lines": Chart(lines, ("cells", "slopes")),
    "correction": Chart(correction, ("alone", "slopes")),
    "factors": Chart(factors, ("theory",)),
}


def charts(settings: Any) -> dict[str, Chart]:
    """Return what these settings show."""
    return CHARTS
