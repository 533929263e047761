"""Figure 1 and equation 14: one entry against theta, its variance against the widths, and the two factors."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.studies.convergence import FITTED, LINES, WIDTHS, ConvergenceResult, answers
from hyperviz.studies.slopes import Slope, squared_spread, variance

SINGLES = 5
ANGLE = "θ, angle between z(0) and z(θ) (radians)"


def curve(result: ConvergenceResult, dark: bool = False) -> go.Figure:
    """The entry K((x, z(0)), (x, z(theta))): single draws, their mean with its error, and the limit."""
    colours, draws = style.palette(dark), len(result.curves)
    figure = style.figure(dark, x=ANGLE, y="kernel entry K(u, u′)", xaxis_range=[-1.6, 1.6])
    figure.update_yaxes(range=_window(result))
    for i, row in enumerate(result.curves[:SINGLES]):
        thin = {"color": style.translucent(colours.both, 0.4), "width": 1}
        shown = {"name": "single draws", "legendgroup": "one", "showlegend": i == 0, "hoverinfo": "skip"}
        figure.add_scatter(x=result.angles, y=_small(row), mode="lines", line=thin, **shown)
    peak = float(result.curves.mean(0).max()) if draws else 0.0
    if draws > 1 and peak <= 3 * _window(result)[1]:
        _mean(figure, result, colours.both)
    elif draws > 1:  # its band would hide all else
        text = f"mean of {draws} draws, up to {peak:.1g}: off the scale, a few draws carry it"
        figure.add_annotation(x=0.01, y=0.99, xref="paper", yref="paper", text=text, showarrow=False)
    limit = {"name": "limit Θ_h, n = m = ∞", "hovertemplate": "θ = %{x:.2f}<br>limit %{y:.4g}<extra></extra>"}
    figure.add_scatter(x=result.angles, y=_small(result.theory), mode="lines", line=style.theory_line(dark), **limit)
    figure.add_vline(x=result.settings.theta, line={"color": colours.faint, "dash": "dot", "width": 1})
    return figure


def _mean(figure: go.Figure, result: ConvergenceResult, colour: str) -> None:
    """The mean over draws with its band of two standard errors."""
    draws, x = len(result.curves), result.angles
    mean, error = result.curves.mean(0), result.curves.std(0, ddof=1) / np.sqrt(draws)
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "name": "mean ± 2 standard errors"}
    figure.add_scatter(x=x, y=_small(mean - 2 * error), showlegend=False, **band)
    figure.add_scatter(
        x=x, y=_small(mean + 2 * error), fill="tonexty", fillcolor=style.translucent(colour, 0.25), **band
    )
    hover = "θ = %{x:.2f}<br>mean %{y:.4g} ± %{customdata:.2g}<extra></extra>"
    look = {"mode": "lines", "line": {"color": colour, "width": 2.5}, "name": f"empirical mean, {draws} draws"}
    figure.add_scatter(x=x, y=_small(mean), customdata=_small(error), hovertemplate=hover, **look)


def heatmap(result: ConvergenceResult, dark: bool = False) -> go.Figure:
    """log10 variance of the watched entry over the grid of widths, filling in."""
    axis, labels = {"type": "category"}, [f"{w:,}" for w in WIDTHS]
    figure = style.figure(dark, x="n, width of f (log grid)", y="m, width of g (log grid)")
    z = np.array([[_log(result.cells.get((n, m))) for n in WIDTHS] for m in WIDTHS], np.float32)
    bar = {"title": {"text": "log₁₀<br>variance"}, "thickness": 12}
    hover = "n = %{x}, m = %{y}<br>variance 10^%{z:.2f}<extra></extra>"
    low, high = _decades(list(result.cells.values()))
    look = {"zmin": low, "zmax": high, "colorscale": style.SURFACE, "colorbar": bar, "hovertemplate": hover}
    figure.add_heatmap(x=labels, y=labels, z=z, **look)
    return figure.update_layout(xaxis=axis, yaxis=axis)


def lines(result: ConvergenceResult, dark: bool = False) -> go.Figure:
    """The spread along the three lines of Figure 1a, its fitted slopes, and those of Theorem 3."""
    colours = style.palette(dark)
    figure = style.figure(dark, x="width (log scale)", y="variance of the entry (log scale)")
    figure.update_xaxes(type="log", dtick=1)
    shown = [result.cells[cell(w)] for cell, *_ in LINES.values() for w in WIDTHS[2:] if cell(w) in result.cells]
    figure.update_yaxes(type="log", exponentformat="power", dtick=1, range=_decades(shown))
    for name, colour in zip(LINES, (colours.f, colours.g, colours.both), strict=True):
        cell, claim = LINES[name][0], answers(name, result.settings)[0]
        have, fitted = [w for w in WIDTHS if cell(w) in result.cells], result.slopes.get(name)
        samples = [result.cells[cell(w)] for w in have]
        solid = {"mode": "lines+markers", "line": {"color": colour}, "name": name + _said(fitted and fitted.variance)}
        dotted = {
            "showlegend": False,  # told in the caption: three more lines of legend would take the chart
            "mode": "lines",
            "line": {"color": colour, "dash": "dot"},
            "name": "IQR²" + _said(fitted and fitted.robust),
        }
        figure.add_scatter(x=have, y=[variance(s) for s in samples], **solid)
        figure.add_scatter(x=have, y=[squared_spread(s) for s in samples], **dotted)
        if wide := [w for w in have if w >= WIDTHS[FITTED]]:
            level = squared_spread(result.cells[cell(wide[0])])
            predicted = {"name": "slopes of Theorem 3", "showlegend": name == "both widen", "hoverinfo": "skip"}
            y = [level * (w / wide[0]) ** claim for w in wide]
            figure.add_scatter(x=wide, y=y, mode="lines", line=style.theory_line(dark), **predicted)
    return figure


def factors(result: ConvergenceResult, dark: bool = False) -> go.Figure:
    """Equation 14: Theta_h = Theta_f * Theta_g, the three side by side."""
    colours = style.palette(dark)
    figure = style.figure(dark, x=ANGLE, y="limit kernel", height=320, xaxis_range=[-1.6, 1.6])
    flat = np.full_like(result.theory, result.theta_f)
    parts = {"Θ_f (does not see z)": (flat, colours.f), "Θ_g": (result.theta_g, colours.g)}
    for name, (values, colour) in (parts | {"Θ_h = Θ_f · Θ_g": (result.theory, colours.ink)}).items():
        line = style.theory_line(dark) | {"color": colour}
        figure.add_scatter(x=result.angles, y=_small(values), mode="lines", line=line, name=name)
    return figure


def _decades(cells: list[np.ndarray]) -> list[float]:
    """The powers of ten shown: those of most spreads; the few draws that run far off are clipped."""
    spreads = np.array([statistic(v) for v in cells for statistic in (variance, squared_spread)])
    alive = np.log10(spreads[spreads > 0])
    if not len(alive):
        return [-1.0, 6.0]
    low, high = np.quantile(alive, [0.03, 0.9])
    return [float(low) - 0.3, float(high) + 0.3]


def _window(result: ConvergenceResult) -> list[float]:
    """The heights shown: the limit, the median and most draws; at small widths a few run far off any scale."""
    seen = [result.theory, np.zeros(1)]
    if len(result.curves):
        seen += [np.median(result.curves, 0), *np.quantile(result.curves, [0.1, 0.9], axis=0)]
    low, high = min(map(np.min, seen)), max(map(np.max, seen))
    return [float(low - 0.06 * (high - low)), float(high + 0.06 * (high - low))]


def _said(slope: Slope | None) -> str:
    return f", slope {slope.value:+.2f} [{slope.low:+.2f}, {slope.high:+.2f}]" if slope else ""


def _small(values) -> np.ndarray:
    """Half the bytes on the wire, and more digits than a screen shows."""
    return np.asarray(values, np.float32)


def _log(values) -> float:
    return np.nan if values is None or (v := variance(values)) <= 0 else float(np.log10(v))


FIGURES = {"curve": curve, "variance": heatmap, "lines": lines, "factors": factors}
