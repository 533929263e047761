"""Draw Table 1 as curves, stored beside live, and Figure 3."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from hyperviz.figures import image_grid, style
from hyperviz.figures.chart import Chart
from hyperviz.studies.common.images.image_options import COUNTS
from hyperviz.studies.inpainting.paper_table1 import IMAGES, MISPRINT, NAMES, TABLE1
from hyperviz.studies.inpainting.study import InpaintingResult
from hyperviz.studies.table1 import cell as table1_cell
from hyperviz.studies.table1 import report as table1_report
from hyperviz.studies.table1.settings import METHODS, TASKS, TableCell
from hyperviz.studies.table1.study import TableResult

ROWS = ("hn", "hk", "hk-released", "nngp", "mean", "nearest", "ridge")  # of Figure 3, below the truth and the input


def errors(result: TableResult, task: str = TASKS[0]) -> go.Figure:
    """Draw mean squared error of one task against N, with two standard errors over runs; the paper's as crosses."""
    return of_rows(table1_report.table(result), task)


def of_rows(rows: pd.DataFrame, task: str = TASKS[0], quantity: str = "mse") -> go.Figure:
    """Draw what `errors` draws from the rows of a result.csv; of the hidden part where the quantity is mse_hidden."""
    figure = style.figure(x="N, training images (log scale)", y="squared error (log)")
    short = [f"{n}" if n < 1000 else f"{n // 1000}k" for n in COUNTS]  # upright on a phone too
    figure.update_xaxes(type="log", tickvals=COUNTS, ticktext=short, tickangle=0)
    figure.update_yaxes(type="log", tickvals=[0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2])
    wanted = rows[(rows.task == task) & (rows.quantity == quantity)] if len(rows) else rows
    for kernel in METHODS:
        method = kernel.split("-")[0]
        look = {"color": getattr(style.palette(), method), "dash": style.DASHES.get(kernel, "solid")}
        mine = wanted[wanted.kernel == kernel] if len(rows) else rows
        if len(mine):
            bars = {"type": "data", "array": (2 * mine.stderr).fillna(0).tolist()}  # pyright: ignore[reportAttributeAccessIssue]
            marker = {"symbol": style.MARKERS[method], "size": 8}
            seen = {"name": NAMES[kernel], "line": look, "marker": marker, "error_y": bars}
            hover = "%{y:.4f} ± %{error_y.array:.4f} at N = %{x}, %{customdata} runs"
            seen |= {"customdata": list(mine["runs"]), "hovertemplate": hover}
            figure.add_scatter(x=mine.images, y=mine.value, mode="lines+markers", **seen)  # pyright: ignore[reportAttributeAccessIssue]
        if (task, kernel) in TABLE1 and quantity == "mse":
            colour = {"color": look["color"]}
            marker = colour | {"symbol": style.MARKERS["paper"], "size": 9, "line": colour | {"width": 2}}
            found = [(n, v) for n, v in zip(IMAGES, TABLE1[task, kernel], strict=True) if v != MISPRINT]
            name = f"{NAMES[kernel]}, paper"
            figure.add_scatter(
                x=[n for n, _ in found], y=[v for _, v in found], mode="markers", marker=marker, name=name
            )
    return figure


def beside(result: InpaintingResult) -> go.Figure:
    """Draw the stored table of the task, for the result's way of taking pixels, and what is computed live as rings."""
    settings = result.settings
    figure = of_rows(table1_report.stored(settings.pixels == "all"), settings.task)
    for kernel in settings.methods:
        live = sorted((n, e.mse, 2 * e.mse_stderr) for (n, k), e in result.errors.items() if k == kernel)
        if live:
            x, y, noise = map(list, zip(*live, strict=True))
            colour = getattr(style.palette(), kernel.split("-")[0])
            look = {"symbol": "circle-open", "size": 13, "color": colour}
            bars = {"type": "data", "array": noise}
            figure.add_scatter(x=x, y=y, mode="markers", marker=look, error_y=bars, name=f"{NAMES[kernel]}, live")
    return figure


def hidden_half(result: InpaintingResult) -> go.Figure:
    """Return the stored errors on the hidden half alone, for the result's way of taking pixels."""
    return of_rows(table1_report.stored(result.settings.pixels == "all"), "inpainting", "mse_hidden")


def figure3(result: TableResult, task: str = TASKS[1]) -> go.Figure:
    """Draw rows of truth, what f sees and each method's completion after the most training images, as Figure 3."""
    found = {
        cell.kernel: (cell, run_results)
        for cell, run_results in result.run_results.items()
        if cell.task == task and run_results
    }
    most = max((cell.images for cell, _ in found.values()), default=0)
    shown = {k: run_results[0].shown for k, (cell, run_results) in found.items() if cell.images == most}
    digits = table1_cell.shown(next((cell for cell, _ in found.values()), TableCell(task, most, "hk")))
    rows = {"truth": list(digits.truth), "input": list(digits.seen)}
    rows |= {NAMES[kernel]: list(shown[kernel]) for kernel in ROWS if kernel in shown}
    labels = [str(label) for label in digits.labels]
    margin = {"l": 100, "r": 8, "t": 8, "b": 44}
    below = f"digit shown to f; {most} training images, none of these digits among them"
    return image_grid.named(rows, labels, x=below, height=90 * len(rows), margin=margin)


CHARTS = {
    "representation": Chart(errors, ("run_results",)),
    "inpainting": Chart(partial(errors, task="inpainting"), ("run_results",)),
    "figure3": Chart(figure3, ("run_results",)),
}


def charts(settings: Any) -> dict[str, Chart]:
    """Return what these settings show."""
    return CHARTS
