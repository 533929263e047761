"""Figure 1 and equation 14: one entry against theta, its variance against the widths, and the two factors."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.studies.convergence import FITTED, LINES, WIDTHS, ConvergenceResult
from hyperviz.studies.slopes import squared_spread, variance

SINGLES = 5
ANGLE = "θ, angle between z(0) and z(θ) (radians)"


def curve(result: ConvergenceResult, dark: bool = False) -> go.Figure:
    """The entry K((x, z(0)), (x, z(theta))): single draws, their mean with its error, and the limit."""
    colours, draws = style.palette(dark), len(result.curves)
    figure = style.figure(dark, x=ANGLE, y="kernel entry K(u, u′)", xaxis_range=[-1.6, 1.6])
    figure.update_yaxes(range=_window(result))
    for i, row in enumerate(result.curves[:SINGLES]):
        figure.add_scatter(x=result.angles, y=_small(row), mode="lines", line={"color": style.translucent(colours.both, 0.35), "width": 1}, name="single draws", legendgroup="one", showlegend=i == 0, hoverinfo="skip")  # fmt: skip
    if draws > 1:
        mean, error = result.curves.mean(0), result.curves.std(0, ddof=1) / np.sqrt(draws)
        for sign, fill in ((-2, None), (2, "tonexty")):
            figure.add_scatter(x=result.angles, y=_small(mean + sign * error), mode="lines", line={"width": 0}, fill=fill, fillcolor=style.translucent(colours.both, 0.25), showlegend=fill is not None, name="mean ± 2 standard errors", hoverinfo="skip")  # fmt: skip
        figure.add_scatter(x=result.angles, y=_small(mean), customdata=_small(error), mode="lines", line={"color": colours.both, "width": 2.5}, name=f"empirical mean, {draws} draws", hovertemplate="θ = %{x:.2f}<br>mean %{y:.4g} ± %{customdata:.2g}<extra></extra>")  # fmt: skip
    figure.add_scatter(x=result.angles, y=_small(result.theory), mode="lines", line=style.theory_line(dark), name="limit Θ_h, n = m = ∞", hovertemplate="θ = %{x:.2f}<br>limit %{y:.4g}<extra></extra>")  # fmt: skip
    figure.add_vline(x=result.angles[result.watched], line={"color": colours.faint, "dash": "dot", "width": 1})
    return figure


def heatmap(result: ConvergenceResult, dark: bool = False) -> go.Figure:
    """log10 variance of the watched entry over the grid of widths, filling in."""
    axis = {"type": "category", "automargin": True}
    figure = style.figure(dark, x="n, width of f (log grid)", y="m, width of g (log grid)")
    z = np.array([[_log(result.cells.get((n, m))) for n in WIDTHS] for m in WIDTHS], np.float32)
    labels = [f"{w:,}" for w in WIDTHS]
    figure.add_heatmap(x=labels, y=labels, z=z, zmin=-1, zmax=6, colorscale=style.SURFACE, colorbar={"title": {"text": "log₁₀<br>variance"}, "thickness": 12}, hovertemplate="n = %{x}, m = %{y}<br>variance 10^%{z:.2f}<extra></extra>")  # fmt: skip
    return figure.update_layout(xaxis=axis, yaxis=axis)


def lines(result: ConvergenceResult, dark: bool = False) -> go.Figure:
    """The spread along the three lines of Figure 1a, with the slopes fitted to it."""
    colours = style.palette(dark)
    figure = style.figure(dark, x="width (log scale)", y="variance of the entry (log scale)")
    figure.update_xaxes(type="log", dtick=1).update_yaxes(type="log", exponentformat="power", dtick=1, range=[-0.7, 6])
    for name, colour in zip(LINES, (colours.f, colours.g, colours.both), strict=True):
        at = LINES[name][0]
        have = [w for w in WIDTHS if at(w) in result.cells]
        cells = [result.cells[at(w)] for w in have]
        fitted = result.slopes.get(name)
        said = "" if fitted is None or fitted.variance is None else f", slope {fitted.variance.value:+.2f} [{fitted.variance.low:+.2f}, {fitted.variance.high:+.2f}]"  # fmt: skip
        twin = "" if fitted is None or fitted.robust is None else f", slope {fitted.robust.value:+.2f} [{fitted.robust.low:+.2f}, {fitted.robust.high:+.2f}]"  # fmt: skip
        figure.add_scatter(x=have, y=[variance(c) for c in cells], mode="lines+markers", line={"color": colour}, name=name + said)  # fmt: skip
        figure.add_scatter(x=have, y=[squared_spread(c) for c in cells], mode="lines", line={"color": colour, "dash": "dot"}, name="IQR²" + twin)  # fmt: skip
    for i, (at, claim, _) in enumerate(LINES.values()):
        widths = [w for w in WIDTHS[FITTED:] if at(w) in result.cells]
        if widths:
            start = variance(result.cells[at(widths[0])])
            figure.add_scatter(x=widths, y=[start * (w / widths[0]) ** claim for w in widths], mode="lines", line=style.theory_line(dark), name="Theorem 3: slope −1 with both, 0 alone", showlegend=i == 0, hoverinfo="skip")  # fmt: skip
    return figure


def factors(result: ConvergenceResult, dark: bool = False) -> go.Figure:
    """Equation 14: Theta_h = Theta_f * Theta_g, the three side by side."""
    colours = style.palette(dark)
    figure = style.figure(dark, x=ANGLE, y="limit kernel", xaxis_range=[-1.6, 1.6])
    parts = (("Θ_f (does not see z)", np.full_like(result.theory, result.theta_f), colours.f), ("Θ_g", result.theta_g, colours.g), ("Θ_h = Θ_f · Θ_g", result.theory, colours.ink))  # fmt: skip
    for name, values, colour in parts:
        figure.add_scatter(x=result.angles, y=_small(values), mode="lines", line={"color": colour, "width": 2, "dash": "dash"}, name=name)  # fmt: skip
    return figure


def _window(result: ConvergenceResult) -> list[float]:
    """The heights shown: the limit, the mean and most draws; draws at small widths run far off any scale."""
    seen = [result.theory, np.zeros(1)]
    if len(result.curves):
        seen += [np.median(result.curves, 0), *np.quantile(result.curves, [0.1, 0.9], axis=0)]
    low, high = min(map(np.min, seen)), max(map(np.max, seen))
    return [float(low - 0.06 * (high - low)), float(high + 0.06 * (high - low))]


def _small(values) -> np.ndarray:
    """Half the bytes on the wire, and more digits than a screen shows."""
    return np.asarray(values, np.float32)


def _log(values) -> float:
    return np.nan if values is None or (v := variance(values)) <= 0 else np.log10(v)
