"""Show what the size of x does: kernels against |x|, and whether x of different sizes are told apart."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.input_scale import Growth

MARKS = [0.25, 0.5, 1, 2, 4, 8]


def _looks() -> dict[str, tuple[str, str, str]]:
    colours = style.palette()
    return {
        "scale_tangent": ("Θₕ", colours.hk, "circle"),
        "scale_nngp": ("Λᴴ", colours.nngp, "square"),
        "scale_encoded": ("Λᴴ, x encoded", colours.f, "diamond"),
    }


def growth(result: PriorResult) -> go.Figure:
    """Draw the kernels at x of each size, log-log: the limit dashed, networks as dots with bars."""
    figure = _axes("kernel k(u, u) (log scale)")
    figure.update_yaxes(type="log", exponentformat="power")
    for name, (label, colour, symbol) in _looks().items():
        part: Growth | None = result.parts.get(name)
        if part is None:
            continue
        line = style.theory_line() | {"color": colour}
        figure.add_scatter(x=part.sizes, y=part.expected, mode="lines", line=line, name=f"{label}, limit")
        if part.draws:
            bars = {"type": "data", "array": 2 * part.error, "color": colour}
            look = {"mode": "markers", "marker": {"color": colour, "symbol": symbol, "size": 9}, "error_y": bars}
            name = f"{label}, {part.draws} networks"
            figure.add_scatter(x=part.sizes[: len(part.mean)], y=part.mean, name=name, **look)
    return _marked(figure, result)


def told_apart(result: PriorResult) -> go.Figure:
    """Draw the limit's correlation of h at x of size 1 and at x of each size, raw and encoded."""
    figure = _axes("correlation with h at |x| = √n₀")
    figure.update_yaxes(range=[-1.05, 1.1])
    for name in ("scale_nngp", "scale_encoded"):
        label, colour, symbol = _looks()[name]
        part: Growth | None = result.parts.get(name)
        if part is not None:
            look = {"mode": "lines+markers", "line": {"color": colour}, "marker": {"symbol": symbol, "size": 8}}
            figure.add_scatter(x=part.sizes, y=part.alike, name=label, **look)
    return _marked(figure, result)


def _axes(label: str) -> go.Figure:
    figure = style.figure(x="size of x, |x|/√n₀ (log scale)", y=label, margin={"l": 78})
    window = [float(np.log10(0.11)), float(np.log10(9))]
    return figure.update_xaxes(type="log", tickvals=MARKS, ticktext=[f"{mark:g}" for mark in MARKS], range=window)


def _marked(figure: go.Figure, result: PriorResult) -> go.Figure:
    """Return the figure with the chosen size marked."""
    return figure.add_vline(x=result.settings.size, line={"color": style.LIGHT.faint, "dash": "dot", "width": 1})


SECTION = {
    "growth": Chart(
        growth,
        ("scale_nngp", "scale_tangent", "scale_encoded"),
        "Make x larger: with ReLU both kernels grow like |x| to the power 2H. Dots: networks of your widths, ± 2 "
        "standard errors; Θₕ of a smooth φ is not measured. As √2 (cos x, sin x), of constant norm, nothing grows.",
    ),
    "told_apart": Chart(
        told_apart,
        ("scale_nngp", "scale_encoded"),
        "Does h see the size? 1: the same function up to a factor. Correlations of h at x and its multiples, in the "
        "limit.",
    ),
}
