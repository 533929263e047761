"""Show what plain methods cannot do, or can as well: any mask from one fit, between the pixels, from few pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.studies.inpainting.paper_table1 import NAMES
from hyperviz.studies.inpainting.study import InpaintingResult
from hyperviz.studies.inpainting.views.any_mask import MASKS, METHODS
from hyperviz.studies.inpainting.views.rivals import Rivals
from hyperviz.studies.table1 import few_pixels

BESIDE = 0.13  # of the distance of two masks, between the points of two methods
TALL = 400
LEGEND = {"t": 84}  # of three lines on a phone


def any_mask(result: InpaintingResult) -> go.Figure:
    """Draw the error on what each mask hides, a marker a method, with two standard errors over the test images."""
    found = result.view.masks if isinstance(result.view, Rivals) else None
    squares = found.squares if found else {}
    masks = list(dict.fromkeys([mask for mask, _ in squares] + [m for m in MASKS if m not in squares]))
    figure = style.figure(x="what is hidden", y="squared error on it (log scale)", height=TALL, margin=LEGEND)
    named = {"tickvals": list(range(len(masks))), "ticktext": [_named(m) for m in masks]}
    figure.update_xaxes(**named, tickangle=0, tickfont={"size": 12}, showgrid=False, zeroline=False)
    figure.update_xaxes(range=[-0.5, len(masks) - 0.5])
    lowest = min([0.008, *(0.7 * float(np.mean(values)) for values in squares.values())])  # many images: below 0.008
    marks = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
    figure.update_yaxes(type="log", tickvals=marks, range=[np.log10(max(lowest, 1e-3)), np.log10(0.25)])
    for i, (method, name) in enumerate(METHODS.items()):
        mine = [(masks.index(mask), values) for (mask, kind), values in squares.items() if kind == method]
        x = [at + BESIDE * (i - (len(METHODS) - 1) / 2) for at, _ in mine]
        figure.add_scatter(x=x, **_points([values for _, values in mine], "y", name, _look(method)))
    return figure


def between(result: InpaintingResult) -> go.Figure:
    """Draw the error between the pixels, a row a method, with two standard errors over the test images."""
    found = result.view.between if isinstance(result.view, Rivals) else None
    squares = found.squares if found else {}
    names = sorted(squares, key=lambda name: -float(squares[name].mean()))
    title = "" if names else "method"  # else the methods themselves stand there
    figure = style.figure(x="squared error between the pixels", y=title, height=TALL, margin={"l": 190, "t": 16})
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names, range=[-0.6, max(len(names), 6) - 0.4])
    figure.update_xaxes(rangemode="tozero")
    for at, name in enumerate(names):
        kind = next((key for key, said in NAMES.items() if name.startswith(said)), "gaussian")
        figure.add_scatter(y=[at], showlegend=False, **_points([squares[name]], "x", name, _look(kind)))
    return figure


def few(result: InpaintingResult) -> go.Figure:
    """Draw the stored error on the hidden half against the pixels of each training image, a curve a method."""
    rows = few_pixels.shipped()
    figure = style.figure(
        x="random pixels an image (log scale)", y="squared error, hidden half", height=TALL, margin=LEGEND
    )
    figure.update_xaxes(type="log", tickvals=list(few_pixels.PIXELS), range=[0.2, 1.8])
    for method in few_pixels.METHODS:
        mine = rows[(rows.kernel == method) & (rows.quantity == "mse_hidden")]
        colour, bars = getattr(style.palette(), method), {"type": "data", "array": list(2 * mine.stderr)}
        line = {"color": colour, "dash": style.DASHES.get(method, "solid")}
        marker = {"symbol": style.MARKERS[method], "size": 8, "color": colour}
        hover = f"{NAMES[method]}, %{{x}} pixels<br>%{{y:.4f}} ± %{{error_y.array:.4f}}<extra></extra>"
        at = {"x": [int(p) for p in mine.pixels], "y": list(mine.value), "name": NAMES[method]}
        figure.add_scatter(mode="lines+markers", line=line, marker=marker, error_y=bars, hovertemplate=hover, **at)
    return figure


def _points(squares: list[np.ndarray], axis: str, name: str, marker: dict[str, Any]) -> dict[str, Any]:
    """Return a trace of means with two standard errors along an axis."""
    mean = [float(values.mean()) for values in squares]
    error = [2 * float(values.std(ddof=1) / len(values) ** 0.5) for values in squares]
    bars = {"type": "data", "array": error, "color": marker["color"], "thickness": 1.5}
    hover = f"{name}<br>%{{{axis}:.4f}} ± %{{error_{axis}.array:.4f}}<extra></extra>"
    shown = {"mode": "markers", "marker": marker, "name": name, "hovertemplate": hover}
    return shown | {axis: mean, f"error_{axis}": bars}


def _look(method: str) -> dict[str, Any]:
    """Return a method's marker: a plain method that learns once is drawn open."""
    kind = method.split("-")[0]
    if kind == "gaussian":
        return {"symbol": "cross", "size": 9, "color": style.palette().ink}
    symbol = style.MARKERS[kind] + ("-open" if method == "ridge-once" else "")
    return {"symbol": symbol, "size": 10, "color": getattr(style.palette(), kind)}


def _named(mask: str) -> str:
    """Return a mask's name on the axis, with a break that a phone needs."""
    return mask.replace(" ", "<br>")


CHARTS = {
    "any_mask": Chart(any_mask, ("view",), height=TALL),
    "between": Chart(between, ("view",), height=TALL),
    "few_pixels": Chart(few, ("settings",), height=TALL),
}
VIEWS = {"rivals": ("any_mask", "between", "few_pixels")}
