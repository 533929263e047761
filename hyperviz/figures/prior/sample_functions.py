"""Draw sample functions: of random networks, of the Gaussian process, and of several x that share a network."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.studies.common.verdict import signed
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.sample_functions import COLUMNS, LINE, REACH, ROWS, SHOWN, TURNS

AXIS = "t, where z = (t, 1)"


def line(result: PriorResult) -> go.Figure:
    """Draw functions of random networks, solid, and of the process, dashed, with the process's band."""
    colours, part = style.palette(), result.parts.get("line")
    figure = style.figure(x=AXIS, y="h(x, z)", xaxis_range=[-REACH, REACH])
    if part is None:
        return figure
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=LINE, y=-2 * part.deviation, showlegend=False, **band)
    fill = {"fill": "tonexty", "fillcolor": style.translucent(colours.faint, 0.15)}
    figure.add_scatter(x=LINE, y=2 * part.deviation, name="limit: 0 ± 2 standard deviations", **fill, **band)
    for i, values in enumerate(part.process):
        look = {"name": "draws of the limit, n = m = ∞", "legendgroup": "limit", "showlegend": i == 0}
        figure.add_scatter(x=LINE, y=values, mode="lines", line=style.theory_line() | {"width": 1.5}, **look)
    for i, values in enumerate(part.networks):
        look = {"name": "random networks of these widths", "legendgroup": "drawn", "showlegend": i == 0}
        figure.add_scatter(x=LINE, y=values, mode="lines", line={"color": colours.both, "width": 2}, **look)
    edge = 3.2 * float(part.deviation.max())
    return figure.update_yaxes(range=[-edge, edge])


def family(result: PriorResult) -> go.Figure:
    """Draw one network at several x: the closer x, the more alike the functions."""
    colours, part = style.palette(), result.parts.get("family")
    figure = style.figure(x=AXIS, y="h(x, z) of one network", xaxis_range=[-REACH, REACH])
    if part is None:
        return figure
    hues = (colours.ink, colours.f, colours.g, colours.nngp)
    for i, turn in enumerate(np.degrees(TURNS)):
        name = "x" if i == 0 else f"x turned by {turn:.0f}°: correlation {signed(part.alike[i])}"
        look = {"color": hues[i], "width": 2.5 if i == 0 else 2}
        figure.add_scatter(x=LINE, y=part.values[i], mode="lines", line=look, name=name)
    return figure


def patch(result: PriorResult) -> go.Figure:
    """Draw functions on a square of z: networks above, the process below."""
    part = result.parts.get("patch")
    figure = style.figure(
        x="z₁ across, z₂ up, both −2.5 to 2.5",
        y="",
        margin={"l": 76, "r": 8, "t": 8},
    )
    high, wide = ROWS + 1, COLUMNS + 1  # a grid and a line between
    sheet = np.full((2 * high - 1, SHOWN * wide - 1), np.nan, np.float32)
    edge = 1.0
    if part is not None:
        edge = 2.5 * float(part.deviation.mean())
        for row, functions in ((1, part.networks), (0, part.process)):
            for i, values in enumerate(functions):
                square = np.s_[row * high : row * high + ROWS, i * wide : i * wide + COLUMNS]
                sheet[square] = values.reshape(ROWS, COLUMNS)
    bar = {"title": {"text": "h"}, "thickness": 12}
    look = {"zmin": -edge, "zmax": edge, "colorscale": style.SURFACE, "colorbar": bar, "hoverongaps": False}
    figure.add_heatmap(z=sheet, hovertemplate="h = %{z:.2f}<extra></extra>", **look)
    plain = {"showgrid": False, "zeroline": False, "showline": False, "ticks": "", "constrain": "domain"}
    figure.update_xaxes(
        tickvals=np.arange(SHOWN) * wide + COLUMNS / 2, ticktext=["draw 1", "draw 2", "draw 3"], **plain
    )
    rows = {"tickvals": [ROWS / 2, high + ROWS / 2], "ticktext": ["limit", "networks"]}
    return figure.update_yaxes(scaleanchor="x", **rows, **plain)


SECTION = {
    "line": Chart(line, ("line",), "Functions of z at one x: do the networks look like draws of the limit?"),
    "family": Chart(
        family,
        ("family",),
        "Several x, one network: the closer two x, the more alike their functions. The correlations are averages over "
        "networks.",
    ),
    "patch": Chart(
        patch, ("patch",), "The same on a square: networks above, the limit below. A bandwidth sets how fast they vary."
    ),
}
