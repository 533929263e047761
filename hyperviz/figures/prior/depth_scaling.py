"""Show what depth does: correlations of two inputs, and the condition number of the kernel matrices."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.depth_scaling import DEPTHS, DRAWS, NETWORKS, POINTS


def deeper_f(result: PriorResult) -> go.Figure:
    """Draw correlations against the depth of f."""
    return _deeper(result, "depth_f", "L, depth of f")


def deeper_g(result: PriorResult) -> go.Figure:
    """Draw correlations against the depth of g."""
    return _deeper(result, "depth_g", "H, depth of g")


def _deeper(result: PriorResult, name: str, axis: str) -> go.Figure:
    colours, part = style.palette(), result.parts.get(name)
    figure = style.figure(x=f"{axis} (log scale)", y="correlation of two inputs")
    figure.update_xaxes(type="log", tickvals=DEPTHS[:5] + DEPTHS[5::2], ticktext=[*DEPTHS[:5], *DEPTHS[5::2]])
    figure.update_yaxes(range=[-0.05, 1.05])
    if part is None:
        return figure
    curves = {
        "S(x, x′)": (part.S, colours.f, "solid"),
        "Λᴴ, same x": (part.same_x, colours.g, "solid"),
        "Λᴴ(u, u′)": (part.nngp, colours.ink, "dash"),
        "Θ<sub>h</sub>(u, u′)": (part.hyperkernel, colours.ink, "dot"),
    }
    for label, (values, colour, dash) in curves.items():
        figure.add_scatter(
            x=DEPTHS, y=values, mode="lines", line={"color": colour, "dash": dash, "width": 2}, name=label
        )
    depths = sorted(part.measured)
    bars = {"type": "data", "array": [2 * part.measured[d][1] for d in depths], "color": colours.both}
    look = {"marker": {"color": colours.both, "size": 8}, "name": f"measured Λᴴ(u, u′), {DRAWS} networks"}
    figure.add_scatter(x=depths, y=[part.measured[d][0] for d in depths], mode="markers", error_y=bars, **look)
    return figure


def condition(result: PriorResult) -> go.Figure:
    """Draw condition numbers against depth, log-log; a singular matrix has none."""
    colours = style.palette()
    figure = style.figure(x="depth (log scale)", y=f"condition number, {POINTS} points (log scale)")
    figure.update_xaxes(type="log", tickvals=DEPTHS[:5] + DEPTHS[5::2], ticktext=[*DEPTHS[:5], *DEPTHS[5::2]])
    figure.update_yaxes(type="log", dtick=1, exponentformat="power")
    for name, colour in zip(NETWORKS, (colours.f, colours.g), strict=True):
        if name not in result.parts:
            continue
        values = result.parts[name].condition
        for i, (kernel, dash) in enumerate((("Λᴴ", "solid"), ("Θ<sub>h</sub>", "dot"))):
            y = np.where(np.isfinite(values[:, i]), values[:, i], np.nan)
            look = {"color": colour, "dash": dash, "width": 2}
            label = f"{kernel} as {NETWORKS[name]} deepens"
            figure.add_scatter(x=DEPTHS, y=y, mode="lines+markers", line=look, marker={"color": colour}, name=label)
    return figure


SECTION = {
    "deeper_f": Chart(deeper_f, ("depth_f",), "f deepens: S drifts to 1, different x look alike to g."),
    "deeper_g": Chart(
        deeper_g,
        ("depth_g",),
        "g deepens: every layer multiplies by S. The same x drifts to 1; different x drift apart in Θₕ. "
        "Finite networks (dots) leave the limit as H nears their width.",
    ),
    "condition": Chart(
        condition,
        ("depth_f", "depth_g"),
        "Condition number of the kernel matrices: large means that some functions are hardly learned.",
    ),
}
