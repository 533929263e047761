"""Draw the kernels of one's own points: four heat maps that zoom together, and their spectra."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.studies.kernel.report import number
from hyperviz.studies.kernel.settings import KernelSettings
from hyperviz.studies.kernel.study import NAMES, KernelResult

SHOWN = 128  # rows of a heat map: of more points, so many are picked, equally far apart
GAP = 0.28  # of the chart's width, between two maps: a colour bar and its numbers, on a phone too
FLOOR = 1e-18  # of the largest eigenvalue: what lies below is rounding


def heat_maps(result: KernelResult | None) -> go.Figure:
    """Return the four kernels as heat maps, empty at first; to zoom or move one is to do so with all."""
    kernels = result.kernels if result else None
    figure = style.figure(x="", y="pair", height=640, margin={"l": 56, "r": 64, "t": 28})
    picked = _picked(0 if kernels is None else len(kernels.nngp))
    for i, name in enumerate(NAMES):
        across, up = _place(i)
        if i:
            _axes(figure, i)
        ends = {"domain": [across, across + (1 - GAP) / 2]}, {"domain": [up, up + 0.42]}
        figure.update_layout({f"xaxis{i + 1 if i else ''}": ends[0], f"yaxis{i + 1 if i else ''}": ends[1]})
        title = {"text": NAMES[name], "x": across, "y": up + 0.42, "xref": "paper", "yref": "paper"}
        figure.add_annotation(**title, showarrow=False, xanchor="left", yanchor="bottom")
        if kernels is not None:
            figure.add_trace(_map(i, name, getattr(kernels, name), picked))
    figure.update_yaxes(autorange="reversed")
    figure.update_yaxes(title_text="", selector=lambda axis: axis.anchor in ("x2", "x4"))
    return figure


def _picked(count: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(count, SHOWN)).round().astype(int)) if count else np.zeros(0, int)


def _place(i: int) -> tuple[float, float]:
    """Return where a map begins, as a share of the chart: from the left, from below."""
    return (i % 2) * (1 + GAP) / 2, 0.54 * (1 - i // 2)


def _axes(figure: go.Figure, i: int) -> None:
    """Add the axes of a further map, which follow those of the first."""
    for axis in ("xaxis", "yaxis"):
        look = {key: value for key, value in figure.layout[axis].to_plotly_json().items() if key != "domain"}
        anchor = f"{'y' if axis == 'xaxis' else 'x'}{i + 1}"
        figure.update_layout({f"{axis}{i + 1}": look | {"matches": axis[0], "anchor": anchor}})


def _map(i: int, name: str, kernel: np.ndarray, picked: np.ndarray) -> go.Heatmap:
    across, up = _place(i)
    bar = {"x": across + (1 - GAP) / 2, "y": up, "len": 0.42, "yanchor": "bottom", "thickness": 10, "xpad": 4}
    return go.Heatmap(
        x=picked + 1,
        y=picked + 1,
        z=style.small(kernel[np.ix_(picked, picked)]),
        xaxis=f"x{i + 1 if i else ''}",
        yaxis=f"y{i + 1 if i else ''}",
        name=NAMES[name],
        colorscale=style.SURFACE,
        colorbar=bar | {"outlinewidth": 0, "tickformat": "~g"},
        hovertemplate="pairs %{y} and %{x}: " + NAMES[name] + " = %{z:.4g}<extra></extra>",
    )


def spectra(result: KernelResult | None) -> go.Figure:
    """Return the eigenvalues of each kernel from the largest on, and the ridge."""
    colours = style.palette()
    looks = {"ntk_f": (colours.f, "triangle-up"), "ntk_g": (colours.g, "square")}
    looks |= {"hyperkernel": (colours.hk, "circle"), "nngp": (colours.nngp, "diamond")}
    figure = style.figure(x="eigenvalue, from the largest on", y="its size (log scale)", height=420, margin={"l": 76})
    if result is None:
        return figure
    count = len(result.points.x)
    for name, found in result.spectra.items():
        values = found.values[found.values > FLOOR * found.values[0]]
        colour, symbol = looks[name]
        mode = "lines+markers" if count <= SHOWN else "lines"
        look = {"mode": mode, "line": {"color": colour}, "marker": {"symbol": symbol, "size": 6}}
        condition = number(found.condition) if np.isfinite(found.condition) else "singular"
        label = f"{NAMES[name]}: {condition}"
        figure.add_scatter(x=np.arange(1, len(values) + 1), y=style.small(values), name=label, **look)
    ridge = {"name": f"ridge ε = {result.settings.ridge:g}", "mode": "lines", "line": style.theory_line()}
    figure.add_scatter(x=[1, count], y=[result.settings.ridge] * 2, **ridge)
    figure.update_yaxes(type="log", exponentformat="power", dtick=None)
    return figure.update_xaxes(range=[0.5, count + 0.5])


CHARTS = {
    "heat_maps": Chart(
        heat_maps,
        ("kernels",),
        "Each kernel between all pairs. Zoom into one map, and the others follow."
        f" Of more than {SHOWN} pairs, {SHOWN} are shown.",
        640,
    ),
    "spectra": Chart(
        spectra,
        ("spectra",),
        "Eigenvalues from the largest on; the legend has the condition numbers. Dashed: the ridge.",
    ),
}


def charts(settings: KernelSettings) -> dict[str, Chart]:
    """Return both charts."""
    return CHARTS
