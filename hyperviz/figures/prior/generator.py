"""Draw four ways to write g: what the last layer of f weighs, how far h is from Gaussian, which x are alike."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.studies.common.networks.network_sizes import BYTES, counted, in_bytes
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.generator import study as generator
from hyperviz.studies.prior.views.generator.study import Alike, Measured

RIGHT = 108  # pixels for the names of the lines
LEFT = 84


def _looks(result: PriorResult) -> dict[str, tuple[str, str, str]]:
    """Return name, colour and marker of each generator."""
    colours, settings = style.palette(), result.settings
    chunks = f"{settings.chunks} chunk" + "s" * (settings.chunks > 1)
    return {
        "dense": ("dense", colours.both, "circle"),
        "rows": (f"{chunks} of rows", colours.nngp, "square"),
        "columns": (f"{chunks} of columns", colours.f, "diamond"),
        "low-rank": (f"rank {settings.rank}", colours.g, "star"),
    }


def head(result: PriorResult) -> go.Figure:
    """Draw the bytes of f's last layer under each generator."""
    chunks = f"how f writes g ({result.settings.chunks} chunks a layer)"
    figure = style.figure(x=chunks, y="bytes of f's last layer (log scale)", margin={"l": LEFT})
    figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    sizes = result.parts.get("head")
    if sizes is None:
        return figure
    looks = [_looks(result)[kind] for kind in sizes]
    size = np.array(list(sizes.values()), float) * BYTES
    text = [in_bytes(count) for count in sizes.values()]
    hover = [f"{name}<br>{counted(count)} weights" for (name, *_), count in zip(looks, sizes.values(), strict=True)]
    figure.add_bar(
        x=[name.split(" of ")[-1] for name, *_ in looks],
        y=size,
        marker={"color": [colour for _, colour, _ in looks]},
        text=text,
        textposition="outside",
        cliponaxis=False,
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )
    low, high = np.log10(size.min()), np.log10(size.max())
    return figure.update_yaxes(range=[float(np.floor(low - 0.5)), float(high + 0.4)])


def kurtosis(result: PriorResult) -> go.Figure:
    """Draw the excess kurtosis of h where n = m, log-log, drawn and predicted."""
    figure = style.figure(x="width n = m (log scale)", y="excess kurtosis of h (log scale)", margin={"l": LEFT})
    figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    style.widths(figure, 22, 1500)
    part, ends = result.parts.get("spread"), []
    if part is None:
        return figure
    found = {kind: [part[kind, w] for w in generator.WIDTHS] for kind in _looks(result)}
    window = _window([m.kurtosis for row in found.values() for m in row] + [m.predicted for m in found["dense"]])
    figure.update_yaxes(range=window)
    for kind, (name, colour, marker) in _looks(result).items():
        _line(figure, generator.WIDTHS, [m.predicted for m in found[kind]], colour, name)
        drawn, errors = [m.kurtosis for m in found[kind]], [m.kurtosis_error for m in found[kind]]
        _dots(figure, generator.WIDTHS, drawn, errors, (name, colour, marker))
        end = next((v for m in reversed(found[kind]) for v in (m.kurtosis, m.predicted) if v > 0), 1.0)
        ends.append((name.replace(" of ", "<br>of "), float(np.log10(end)), colour))
    style.end_labels(figure, ends, window, width=RIGHT)
    return figure


def variance(result: PriorResult) -> go.Figure:
    """Draw the variance of h against the number of chunks, log-log, drawn and in the limit."""
    figure = style.figure(x="chunks of each layer, C (log scale)", y="variance of h (log scale)", margin={"l": LEFT})
    figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    counts = generator.numbers_of_chunks(result.settings)
    figure.update_xaxes(type="log", tickvals=generator.CHUNKS, ticktext=[str(C) for C in generator.CHUNKS])
    figure.update_xaxes(range=[-0.08, 1.6])
    part: dict[tuple[str, int], Measured] | None = result.parts.get("here")
    if part is None:
        return figure
    for kind in ("rows", "columns"):
        found = [part[kind, C] for C in counts]
        _, colour, marker = _looks(result)[kind]
        look = (f"chunks of {kind}", colour, marker)
        _line(figure, counts, [m.limit for m in found], colour, look[0])
        _dots(figure, counts, [m.mean for m in found], [m.mean_error for m in found], look)
    top = max(m.limit for m in part.values())
    return figure.update_yaxes(range=[-0.4, float(np.log10(top)) + 0.4])


def alike(result: PriorResult) -> go.Figure:
    """Draw the correlation of h at two x against the angle between them, in the limit and drawn."""
    figure = style.figure(x="angle between x and x′ (degrees)", y="correlation of h(x, z) and h(x′, z)")
    figure.update_xaxes(range=[-4, 184], tickvals=[0, 45, 90, 135, 180])
    figure.update_yaxes(range=[-0.15, 1.1])
    part: dict[str, Alike] | None = result.parts.get("alike")
    if part is None:
        return figure
    angles = np.degrees(generator.ANGLES)
    for kind, look in _looks(result).items():
        _line(figure, angles, part[kind].limit, look[1], look[0])
        _dots(figure, angles[generator.DRAWN], part[kind].measured, part[kind].error, look)
    return figure


def _line(figure: go.Figure, x, y, colour: str, name: str) -> None:
    """Add a prediction; a number that there is none of is left out."""
    line = style.theory_line() | {"color": colour}
    known = [(a, b) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
    if known:
        at, values = zip(*known, strict=True)
        named = {"name": f"{name}, predicted", "showlegend": False, "legendgroup": name}
        figure.add_scatter(x=at, y=values, mode="lines", line=line, **named)


def _dots(figure: go.Figure, x, y, error, look: tuple[str, str, str]) -> None:
    """Add what is drawn, with two standard errors."""
    name, colour, symbol = look
    known = [(a, b, e) for a, b, e in zip(x, y, error, strict=False) if np.isfinite(b)]
    at, values, errors = zip(*known, strict=True) if known else ((), (), ())
    above = 2 * np.array(errors)
    below = np.minimum(above, 0.9 * np.abs(values))  # a log axis has no 0 for a bar to reach
    bars = {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "color": colour}
    dots = {"mode": "markers", "marker": {"color": colour, "symbol": symbol, "size": 9}, "error_y": bars}
    figure.add_scatter(x=at, y=values, name=name, legendgroup=name, **dots)


def _window(values: list[float]) -> list[float]:
    """Return the ends of a log axis that holds the positive numbers."""
    logs = np.log10([v for v in values if np.isfinite(v) and v > 0] or [0.1, 1.0])
    return [float(np.floor(logs.min() * 2) / 2 - 0.1), float(min(np.ceil(logs.max() * 2) / 2, 4)) + 0.1]


SECTION = {
    "head": Chart(
        head,
        ("head",),
        "What is saved: in chunks, a layer's weights come from one part of f and an embedding for each chunk; at low "
        "rank f writes U and V of U Vᵀ. Chunks and rank are under More settings.",
    ),
    "kurtosis": Chart(
        kurtosis,
        ("spread",),
        "Is h still Gaussian when f and g are wide? Chunks only slow it down; rank r stays away however wide they are. "
        f"Dots: {generator.MOST:,} networks (fewer if large), ± 2 standard errors. Dashed: predicted, for chunks of "
        "rows to first order in 1/n and 1/m.",
    ),
    "variance": Chart(
        variance,
        ("here",),
        "Chunks that cut the rows of a layer change the limit: a neuron adds correlated pieces, and its variance grows "
        "with C; chunks of whole rows keep it. Dots: networks of your widths, at most "
        f"{generator.WIDEST:,}. Dashed: the limit.",
    ),
    "alike": Chart(
        alike,
        ("alike",),
        "Which x give the same function? With chunks f sees an embedding beside x, so x counts less; at low rank their "
        f"similarity S counts twice. Dashed: the limit (rank → ∞). Dots: {generator.OF_KERNEL} networks of the same "
        "widths.",
    ),
}
