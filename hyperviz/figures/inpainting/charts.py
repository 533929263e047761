"""Draw Figure 3 and Table 1: completed images, and their error against the number of training images."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import image_grid, style, table1
from hyperviz.figures.chart import Chart
from hyperviz.figures.inpainting import finite_network as network
from hyperviz.figures.inpainting import rivals, views
from hyperviz.studies.common.images.image_options import COUNTS
from hyperviz.studies.inpainting import image_set
from hyperviz.studies.inpainting.paper_table1 import IMAGES, NAMES, TABLE1
from hyperviz.studies.inpainting.query_image import SAMPLES
from hyperviz.studies.inpainting.regression import grey
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.study import InpaintingResult

UNCERTAIN = "how unsure"
COLUMNS, UNSURE = 4, 0.5  # pictures in a row of the one digit; the deviation at the top of its colours
SCALE = [0.01, 0.2]  # errors that the axis always holds; the paper's MISPRINT is off it


def gallery(result: InpaintingResult) -> go.Figure:
    """Draw rows of truth, what f sees and each kernel's completion; columns of test images."""
    shown = result.gallery
    rows = {"truth": shown.truth, "f sees": shown.seen} | {NAMES[k]: v for k, v in shown.predicted.items()}
    waiting = [NAMES[k] for k in result.settings.methods if k not in shown.predicted]
    rows |= {name: np.zeros_like(shown.truth) for name in waiting}
    columns, margin = [str(v) for v in shown.labels], {"l": 84, "r": 8, "t": 8, "b": 44}
    named = {name: list(images) for name, images in rows.items()}
    x = f"{image_set.image_noun(result.settings)} shown to f"
    return image_grid.named(named, columns, x=x, height=560, margin=margin)


def curve(result: InpaintingResult) -> go.Figure:
    """Draw mean squared error against N with two standard errors; Table 1 as crosses where it is about these images."""
    settings = result.settings
    printed = {k: row for (task, k), row in TABLE1.items() if task == settings.task and image_set.are_digits(settings)}
    y = "squared error (log)"
    figure = style.figure(x="N, training images (log scale)", y=y)
    figure.update_xaxes(
        type="log",
        tickvals=COUNTS,
        ticktext=[f"{n:,}" for n in COUNTS],
        range=[0.9, max(3.05, np.log10(settings.images) + 0.05)],
    )
    shown = [max(e.mse, 1e-12) for e in result.errors.values()] + SCALE
    heights = [np.log10(min(shown)) - 0.02, np.log10(max(shown)) + 0.02]
    figure.update_yaxes(
        type="log", tickvals=[0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3], range=heights
    )
    for kernel in (*settings.methods, "hn"):
        method = kernel.split("-")[0]
        look: dict[str, Any] = {"color": getattr(style.palette(), method)}
        found = [(n, e) for (n, k), e in sorted(result.errors.items()) if k == kernel]
        if found:
            bars = {"type": "data", "array": [2 * e.mse_stderr for _, e in found]}
            marker = {"symbol": style.MARKERS[method], "size": 8}
            shown = {"name": NAMES[kernel], "line": look | {"dash": style.DASHES.get(kernel, "solid")}}
            shown |= {"marker": marker, "error_y": bars}
            figure.add_scatter(x=[n for n, _ in found], y=[e.mse for _, e in found], mode="lines+markers", **shown)
        if kernel in printed:
            marker = look | {"symbol": style.MARKERS["paper"], "size": 9, "line": look | {"width": 2}}
            name = f"{NAMES[kernel]}, paper"
            figure.add_scatter(x=IMAGES, y=printed[kernel], mode="markers", marker=marker, name=name)
    return figure


def own(result: InpaintingResult) -> go.Figure:
    """Draw the one digit: what f sees, the best guess given the visible pixels, how unsure it is, and each kernel's."""
    one, kernels = result.query, result.settings.kernels
    waiting = image_grid.black(result.gallery.truth)
    given, both = one.posterior if one else None, "nngp" in kernels
    possible = {f"possible {i + 1}": grey(given.samples[i]) if given else waiting for i in range(SAMPLES)}
    plain = {NAMES[k]: one.predicted.get(k, waiting) if one else waiting for k in kernels or result.settings.methods}
    tiles: dict[str, np.ndarray | None] = {"f sees": one.seen if one else waiting}
    if both:
        tiles |= {"best guess": grey(given.mean) if given else waiting, UNCERTAIN: waiting}
        tiles |= {"possible 1": possible.pop("possible 1"), **plain}
        tiles |= {f"({i})": None for i in range((-len(tiles) - len(possible)) % COLUMNS)} | possible  # empty places
    else:
        tiles |= plain
    margin = {"l": 4, "r": 64 if both else 4, "t": 24, "b": 4}
    figure = image_grid.titled(tiles, COLUMNS, height=450, margin=margin)
    if both:
        side, at = len(waiting), list(tiles).index(UNCERTAIN)
        place = {"y0": at // COLUMNS * (side + image_grid.lines(side)), "x0": at % COLUMNS * (side + 1)}
        deviation = np.float32(given.deviation if given else np.zeros((side, side)))
        bar = {"thickness": 10, "tickvals": [0, 0.25, 0.5], "len": 0.9, "xpad": 6}
        look = {"colorscale": style.SURFACE, "zmin": 0, "zmax": UNSURE, "colorbar": bar} | place
        figure.add_heatmap(z=deviation, hovertemplate="± %{z:.2f} (one standard deviation)<extra></extra>", **look)
    return figure


CHARTS = {
    "own": Chart(own, ("query",), height=450),
    "gallery": Chart(gallery, ("gallery",), height=560),
    "error": Chart(curve, ("errors",)),
    "stored": Chart(table1.beside, ("errors",)),
    "stored_hidden": Chart(table1.hidden_half, ("settings",)),
}
CHARTS |= views.CHARTS | network.CHARTS | rivals.CHARTS
VIEWS = {"gallery": ("gallery", "error", "stored", "stored_hidden")} | views.VIEWS | network.VIEWS | rivals.VIEWS


def charts(settings: InpaintingSettings) -> dict[str, Chart]:
    """Return the one image's, and those of the chosen view; the stored table is about digits alone."""
    names = [name for name in VIEWS[settings.view] if image_set.are_digits(settings) or "stored" not in name]
    names = [name for name in names if name != "stored_hidden" or settings.task == "inpainting"]
    return {name: CHARTS[name] for name in ("own", *names)}
