"""Show what the kernels depend on: Corollary 1, Remarks 2 and 3, random features."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.figures.style import small
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.kernel_structure import CORRELATIONS, COUNTS, rms

DISTANCE = "distance ‖z − z′‖"


def nngp(result: PriorResult) -> go.Figure:
    """Draw Lambda^H over (S^0, Sigma^0), and what random networks give."""
    return _surface(result, "nngp", "measured", "Λᴴ")


def hyperkernel(result: PriorResult) -> go.Figure:
    """Draw Theta_h over (S^0, Sigma^0), and what random networks give."""
    return _surface(result, "hyperkernel", "tangents", "Θ<sub>h</sub>")


def _surface(result: PriorResult, kernel: str, measured: str, symbol: str) -> go.Figure:
    """Draw a kernel's surface: a dot in the colour of its ground is a measurement that agrees with the limit."""
    part, dots = result.parts.get("surface"), result.parts.get(measured)
    figure = style.figure(x="S⁰(x, x′), of the inputs of f", y="Σ⁰(z, z′), of the inputs of g")
    if part is None:
        return figure
    values = getattr(part, kernel)
    scale = {"cmin": float(values.min()), "cmax": float(values.max()), "colorscale": style.SURFACE}
    look = {"zmin": scale["cmin"], "zmax": scale["cmax"], "colorscale": style.SURFACE}
    hover = "S⁰ = %{x:.2f}, Σ⁰ = %{y:.2f}<br>limit %{z:.3f}<extra></extra>"
    bar = {"title": {"text": symbol}, "thickness": 12}
    figure.add_heatmap(x=part.S, y=part.Sigma, z=small(values), hovertemplate=hover, colorbar=bar, **look)
    if dots is not None:
        rim = {"line": {"color": style.palette().background, "width": 1.5}}
        text = np.stack([dots.mean, 2 * dots.stderr, dots.theory], 1)
        hover = "measured %{customdata[0]:.3f} ± %{customdata[1]:.3f}<br>limit %{customdata[2]:.3f}<extra></extra>"
        marker = {"color": dots.mean, "size": 11, "showscale": False} | scale | rim
        narrow = f" with m = {dots.width_g}" if dots.width_g < result.settings.width_g else ""
        name = f"mean of {dots.draws} random networks{narrow}, same colours"
        figure.add_scatter(
            x=dots.S, y=dots.Sigma, mode="markers", marker=marker, customdata=text, hovertemplate=hover, name=name
        )
        figure.update_layout(showlegend=True)
    return figure


def collapse(result: PriorResult) -> go.Figure:
    """Draw Lambda^H of random pairs against their distance: one curve for each S^0, or none."""
    colours, part = style.palette(), result.parts.get("collapse")
    figure = style.figure(x=DISTANCE, y="Λᴴ(u, u′)")
    if part is None:
        return figure
    for i, colour in enumerate((colours.f, colours.g, colours.nngp)):
        order = np.argsort(part.distance[i])
        x, S = part.distance[i][order], f"S⁰ = {CORRELATIONS[i]:g}"
        cross = {"symbol": "x", "size": 4, "color": style.translucent(colour, 0.5)}
        figure.add_scatter(x=x, y=part.raw[i][order], mode="markers", marker=cross, name=f"raw z, {S}")
        dots = {"name": f"Fourier features, {S}", "marker": {"size": 7, "color": colour}}
        figure.add_scatter(x=x, y=part.features[i][order], mode="markers", **dots)
        limit = {"name": "one curve", "showlegend": i == 0, "line": style.theory_line()}
        figure.add_scatter(x=x, y=part.curve[i][order], mode="lines", **limit)
    height = float(part.curve.max())
    return figure.update_yaxes(range=[-1.2 * height, 1.6 * height])


def remark3(result: PriorResult) -> go.Figure:
    """Draw Theta_h / Theta_g of the same pairs: Theta_f, which does not depend on distance."""
    colours, part = style.palette(), result.parts.get("collapse")
    figure = style.figure(x=DISTANCE, y="Θ<sub>h</sub>(u, u′) / Θ<sub>g</sub>(u, u′)")
    if part is None:
        return figure
    for i, colour in enumerate((colours.f, colours.g, colours.nngp)):
        dots = {"name": f"random pairs, S⁰ = {CORRELATIONS[i]:g}", "marker": {"size": 6, "color": colour}}
        figure.add_scatter(x=part.distance[i], y=part.ratio[i], mode="markers", **dots)
        level = [float(part.theta_f[i])] * 2
        limit = {"name": "Θ<sub>f</sub>(x, x′)", "showlegend": i == 0, "line": style.theory_line()}
        figure.add_scatter(x=[0, float(part.distance.max())], y=level, mode="lines", **limit)
    return figure


def rate(result: PriorResult) -> go.Figure:
    """Draw the error of Sigma^0 against the number of random features, log-log."""
    colours, part = style.palette(), result.parts.get("rate")
    figure = style.figure(x="k, random features (log scale)", y="error of Σ⁰, root mean square (log scale)")
    style.widths(figure, 2.5, 25_000)
    figure.update_yaxes(type="log", dtick=1, exponentformat="power", range=[-3.2, 0])
    if part is None:
        return figure
    errors = rms(part.errors)
    bars = {"type": "data", "array": 2 * errors / np.sqrt(2 * part.errors.shape[1]), "color": colours.g}
    slope = f": slope {part.slope.text}" if part.slope else ""
    look = {"name": f"{part.errors.shape[1]} sets of features{slope}", "line": {"color": colours.g}}
    figure.add_scatter(x=COUNTS, y=errors, mode="lines+markers", error_y=bars, **look)
    predicted = errors[0] * (COUNTS / COUNTS[0]) ** -0.5
    limit = {"name": "slope −½", "line": style.theory_line()}
    return figure.add_scatter(x=COUNTS, y=predicted, mode="lines", **limit)


SECTION = {
    "nngp": Chart(
        nngp,
        ("surface", "measured"),
        "Corollary 1, by construction: Λᴴ is a function of two numbers. A dot in the colour of its ground agrees.",
    ),
    "hyperkernel": Chart(
        hyperkernel,
        ("surface", "tangents"),
        "The hyperkernel Θₕ over the same two numbers: again a dot in the colour of its ground agrees.",
    ),
    "collapse": Chart(
        collapse,
        ("collapse",),
        "Remark 2, by construction: with Fourier features only the distance counts: dots on one curve for each S⁰. "
        "With raw z (crosses) it does not decide.",
    ),
    "remark3": Chart(
        remark3,
        ("collapse",),
        "Remark 3, by construction: Θₕ is Θ_f times Θ_g. Θ_f depends on S⁰ alone and only sets the height.",
    ),
    "rate": Chart(
        rate, ("rate",), "Random features: four times as many halve the error of Σ⁰. Bars: ± 2 standard errors."
    ),
}
