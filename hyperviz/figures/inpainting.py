"""Figure 3 and Table 1: completed digits, and their error against the number of training images."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.studies.completion import SHOWN, SIZE
from hyperviz.studies.inpainting import InpaintingResult
from hyperviz.studies.inpainting_report import NAMES
from hyperviz.studies.table1 import IMAGES, TABLE1

PITCH = SIZE + 1  # a digit and a line between
MISPRINT = 0.4  # HN at N = 500, inpainting: 0.49 as printed, off the scale; the column suggests 0.049
BETWEEN = 0  # the value of that line, digits use 1 to 255: a byte a pixel is enough


def gallery(result: InpaintingResult, dark: bool = False) -> go.Figure:
    """Rows of truth, what f sees and each kernel's completion, columns of test digits."""
    shown = result.gallery
    rows = {"truth": shown.truth, "f sees": shown.seen} | {NAMES[k]: v for k, v in shown.predicted.items()}
    waiting = [NAMES[k] for k in result.settings.kernels if k not in shown.predicted]
    rows |= {name: np.zeros_like(shown.truth) for name in waiting}
    figure = style.figure(dark, x="digit shown to f", y="", height=430, margin={"l": 64, "r": 8, "t": 8, "b": 44})
    background, black = style.palette(dark).background, 1 / 255
    scale = [[0, background], [black / 2, background], [black, "black"], [1, "white"]]
    look = {"zmin": 0, "zmax": 255, "colorscale": scale, "showscale": False}
    figure.add_heatmap(z=_sheet(list(rows.values())), hovertemplate="value %{z} of 255<extra></extra>", **look)
    middle = np.arange(max(SHOWN, len(rows))) * PITCH + SIZE / 2
    plain = {"showgrid": False, "zeroline": False, "showline": False, "ticks": "", "constrain": "domain"}
    figure.update_xaxes(tickvals=middle[:SHOWN], ticktext=[str(v) for v in shown.labels], **plain)
    figure.update_yaxes(
        tickvals=middle[: len(rows)], ticktext=list(rows), autorange="reversed", scaleanchor="x", **plain
    )
    return figure.update_layout(meta={"scale": style.SCALE, "aspect": len(rows) / SHOWN, "margin": 20})


def _sheet(rows: list[np.ndarray]) -> np.ndarray:
    """One byte image: the digits side by side with a line between."""
    sheet = np.full((len(rows) * PITCH - 1, SHOWN * PITCH - 1), BETWEEN, np.uint8)
    for i, row in enumerate(rows):
        for j, image in enumerate(row):
            at = slice(i * PITCH, i * PITCH + SIZE), slice(j * PITCH, j * PITCH + SIZE)
            sheet[at] = np.maximum(image, BETWEEN + 1)
    return sheet


def curve(result: InpaintingResult, dark: bool = False) -> go.Figure:
    """Mean squared error against N with two standard errors, and Table 1 as crosses."""
    settings = result.settings
    y = "mean squared error, pixels in [0, 1] (log scale)"
    figure = style.figure(dark, x="N, training images (log scale)", y=y)
    figure.update_xaxes(
        type="log",
        tickvals=[10, 20, 50, 100, 200, 500, 1000, 2000, 4000],
        range=[0.9, max(3.05, np.log10(settings.images) + 0.05)],
    )
    shown = [e.mse for e in result.errors.values()] + [v for row in TABLE1.values() for v in row if v < MISPRINT]
    heights = [np.log10(min(shown)) - 0.08, np.log10(max(shown)) + 0.08]
    figure.update_yaxes(type="log", tickvals=[0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3], range=heights)
    for kernel in (*settings.kernels, "hn"):
        method = kernel.split("-")[0]
        look = {"color": getattr(style.palette(dark), method)}
        found = [(n, e) for (n, k), e in sorted(result.errors.items()) if k == kernel]
        if found:
            bars = {"type": "data", "array": [2 * e.mse_stderr for _, e in found]}
            marker = {"symbol": style.MARKERS[method], "size": 8}
            shown = {"name": f"{NAMES[kernel]}, ± 2 standard errors", "line": look, "marker": marker, "error_y": bars}
            figure.add_scatter(x=[n for n, _ in found], y=[e.mse for _, e in found], mode="lines+markers", **shown)
        if (settings.task, kernel) in TABLE1:
            marker = look | {"symbol": style.MARKERS["paper"], "size": 9, "line": look | {"width": 2}}
            name = f"{NAMES[kernel]}, paper (20 pixels an image)"
            figure.add_scatter(x=IMAGES, y=TABLE1[settings.task, kernel], mode="markers", marker=marker, name=name)
    return figure


FIGURES = {"gallery": gallery, "error": curve}
