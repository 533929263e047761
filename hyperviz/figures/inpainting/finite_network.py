"""Draw HN while it learns: its pictures beside the kernels', and its error from step to step."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import image_grid, style
from hyperviz.figures.chart import Chart
from hyperviz.studies.inpainting.adam import HELD
from hyperviz.studies.inpainting.paper_table1 import NAMES
from hyperviz.studies.inpainting.study import InpaintingResult
from hyperviz.studies.inpainting.views.finite_network import EVAL_STEPS, Learning

BEFORE, MARKS = 2.5, (5, 10, 20, 50, 100, 200, 500, 1000)  # where step 0 stands on a log axis; the marks

HEIGHT = 530  # of the rows of pictures


def network(result: InpaintingResult) -> go.Figure:
    """Draw rows of truth, what f sees, HN at the step shown, and each kernel; columns of test digits."""
    found, shown = result.view, result.gallery
    pictures, waiting = getattr(found, "pictures", {}), np.zeros_like(shown.truth)
    rows = {"truth": shown.truth, "f sees": shown.seen}
    rows[f"HN, step {getattr(found, 'shown', 0)}"] = pictures.get("hn", waiting)
    rows |= {NAMES[kernel]: pictures.get(kernel, waiting) for kernel in result.settings.kernels}
    labels, margin = [str(v) for v in shown.labels], {"l": 96, "r": 8, "t": 8, "b": 44}
    named = {name: list(images) for name, images in rows.items()}
    return image_grid.named(named, labels, x="digit shown to f", height=HEIGHT, margin=margin)


def learning(result: InpaintingResult) -> go.Figure:
    """Draw mean squared error of the test digits against the step, its band, and the kernels' as dashed lines."""
    figure = style.figure(x="steps of Adam (log scale)", y="squared error, pixels in [0, 1]")
    marks = {"tickvals": [BEFORE, *MARKS], "ticktext": ["0", *map(str, MARKS)]}
    figure.update_xaxes(type="log", range=list(np.log10([0.9 * BEFORE, EVAL_STEPS[-1]])), **marks)
    figure.update_yaxes(rangemode="tozero")
    found, colours = result.view, style.palette()
    if not isinstance(found, Learning):
        return figure
    for kernel, squares in found.kernels.items():
        line = {"color": getattr(colours, kernel.split("-")[0]), "dash": "dash", "width": 2}
        name, value = f"{NAMES[kernel]}, the same pixels", float(squares.mean())
        hover = f"{NAMES[kernel]}, error {value:.4f}<extra></extra>"
        ends = {"x": [BEFORE, EVAL_STEPS[-1]], "y": [value, value], "hovertemplate": hover}
        figure.add_scatter(mode="lines", line=line, name=name, **ends)
    if found.steps:
        _trained(figure, found, colours.hn)
    return figure


def _trained(figure: go.Figure, found: Learning, colour: str) -> None:
    """Draw HN's error on test digits with its band, on validation digits, and the step that counts."""
    steps, squares = [max(step, BEFORE) for step in found.steps], np.array(found.tested)
    mean, error = squares.mean(axis=1), squares.std(axis=1, ddof=1) / squares.shape[1] ** 0.5
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "name": "± 2 standard errors over the digits"}
    figure.add_scatter(x=steps, y=mean - 2 * error, showlegend=False, **edge)
    figure.add_scatter(x=steps, y=mean + 2 * error, fill="tonexty", fillcolor=style.translucent(colour, 0.2), **edge)
    hover = "step %{customdata}<br>error %{y:.4f}<extra></extra>"
    shared = {
        "x": steps,
        "customdata": list(found.steps),
        "line": {"color": colour},
        "hovertemplate": hover,
        "mode": "lines",
    }
    figure.add_scatter(y=mean, name=f"HN, {squares.shape[1]} test digits", **shared)
    dotted = shared | {"line": {"color": colour, "dash": "dot"}}
    figure.add_scatter(y=list(found.held), name=f"HN, {HELD} validation digits", **dotted)
    marker = {"symbol": style.MARKERS["hn"], "size": 11, "color": colour}
    best = {"x": [steps[found.best]], "y": [mean[found.best]], "mode": "markers", "marker": marker}
    figure.add_scatter(name="the step that counts", customdata=[found.steps[found.best]], hovertemplate=hover, **best)


CHARTS = {"network": Chart(network, ("view",), height=HEIGHT), "learning": Chart(learning, ("view",))}
VIEWS = {"network": ("network", "learning")}
