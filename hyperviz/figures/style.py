"""Declare the one palette and the one template: colour-blind safe, readable on light and on dark.

What belongs to f has one hue, what belongs to g another, theory is the ink colour dashed; each method
keeps its colour and its marker on every page. The same colours stand in .streamlit/config.toml.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go


class Palette(NamedTuple):
    """Hold the colours of one theme."""

    ink: str
    faint: str
    grid: str
    background: str
    f: str = "#d55e00"
    g: str = "#0a84c6"
    both: str = "#6a1f8f"
    hk: str = "#6a1f8f"
    nngp: str = "#1a9c78"
    hn: str = "#b97e00"
    ridge: str = "#a31621"
    mean: str = "#6b7280"
    nearest: str = "#6b7280"
    cnn: str = "#c2417c"


LIGHT = Palette(ink="#1c2230", faint="#6b7280", grid="#e3e6ec", background="#ffffff")
DARK = Palette(
    ink="#e8eaf0",
    faint="#9aa3b2",
    grid="#323947",
    background="#12161f",
    f="#f08a3c",
    g="#3a9ad9",
    both="#dcc8ff",
    hk="#dcc8ff",
    nngp="#3fc79e",
    hn="#e6b23a",
    ridge="#ff5f5f",
    mean="#9aa3b2",
    nearest="#9aa3b2",
    cnn="#ff8fc1",
)
MARKERS = {"hk": "circle", "nngp": "square", "hn": "diamond", "paper": "x-thin-open"}
MARKERS |= {"ridge": "star", "mean": "triangle-up", "nearest": "triangle-down", "cnn": "hexagon"}
DASHES = {"mean": "dash", "nearest": "dot", "hk-released": "dot", "ridge-hidden": "dot"}  # others are solid
SURFACE = "Viridis"
MARGIN = {"l": 64, "r": 16, "t": 40, "b": 52, "autoexpand": False}  # fixed: axes stay put
LINE = 34  # pixels between the names of two lines, of two rows each


def palette(dark: bool = False) -> Palette:
    """Return the colours of a theme."""
    return DARK if dark else LIGHT


def dark_colours() -> dict[str, str]:
    """Return the dark colour of each light one: figures are drawn in the light ones, and the browser swaps them."""
    return {light: dark for light, dark in zip(LIGHT, DARK, strict=True) if light != dark}


def small(values) -> np.ndarray:
    """Return float32: half the bytes on the wire, and more digits than a screen shows."""
    return np.asarray(values, np.float32)


def with_gaps(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return curves, a row each, as one curve with gaps: 20 traces of their own take 10 ms more."""
    pairs = (np.column_stack([values, np.full(len(values), np.nan)]).ravel() for values in (x, y))
    x, y = map(small, pairs)
    return x, y


def translucent(colour: str, opacity: float) -> str:
    """Return the colour of a band, in the hue of its line."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


class Figure(go.Figure):
    """Build a figure whose traces are checked once: Plotly's own methods check and copy each of them twice.

    The pictures of /convergence take a sixth less of the server for it.
    """

    def add_scatter(self, **given):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add lines or markers, and return the figure."""
        return self.add_trace({"type": "scatter", **given})

    def add_heatmap(self, **given):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add a heat map, and return the figure."""
        return self.add_trace({"type": "heatmap", **given})


def figure(*, x: str, y: str, height: int = 420, **layout) -> go.Figure:
    """Return an empty figure with labelled axes: what every chart starts from, and what empty data still shows.

    layout: what is asked beside it; a part that is there already (an axis, the margin) is extended. Plotly takes some
    2 ms for every change of a layout that stands, so that charts which open a page ask for all of it here.
    """
    colours = palette()
    asked = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": colours.ink, "family": "Source Sans, system-ui, sans-serif", "size": 14},
        "height": height,
        "margin": MARGIN,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hoverlabel": {"bgcolor": colours.background, "font": {"color": colours.ink}},
        "hovermode": "closest",
        "uirevision": "kept",
        "meta": {"dark_colours": dark_colours()},
        "template": "none",  # the default one takes 1 ms, and is taken away below
        "xaxis": axis(x),
        "yaxis": axis(y),
    }
    for name, value in layout.items():
        asked[name] = asked[name] | value if isinstance(asked.get(name), dict) else value
    return Figure(layout=asked).update_layout(template=None)  # its default would double a picture's message


def axis(text: str, **look) -> dict:
    """Return an axis with this title as every chart has it, with what else it looks like."""
    colours = palette()
    lines = {"gridcolor": colours.grid, "zerolinecolor": colours.grid, "linecolor": colours.faint}
    shared = {"ticks": "outside", "tickcolor": colours.faint, "automargin": False}
    return lines | shared | {"title": {"text": text, "font": {"size": 14}}} | look


def theory_line() -> dict:
    """Return the look of a line of theory: the ink colour, dashed, everywhere."""
    return {"color": LIGHT.ink, "dash": "dash", "width": 2}


def plays(figure: go.Figure, symbol: str) -> go.Figure:
    """Let the browser play the chart along its x-axis, which is a time of this symbol; return the figure."""
    return figure.update_layout(meta={**figure.layout.meta, "plays": symbol})


def widths(figure: go.Figure, low: float, high: float) -> go.Figure:
    """Make the x-axis one of widths, from low to high on a log scale: 10, 100, 1,000, 10,000; return the figure."""
    marks = [10**i for i in range(7) if low <= 10**i <= high]
    window = [math.log10(low), math.log10(high)]
    return figure.update_xaxes(type="log", tickvals=marks, ticktext=[f"{mark:,}" for mark in marks], range=window)


def end_labels(
    figure: go.Figure, labels: Sequence[tuple[str, float, str]], window: Sequence[float], width: int
) -> None:
    """Write each line's name (text, height of its end in axis units, colour) at the right edge, none on another.

    window: the two ends of the y-axis's range, in the same units as the heights (log10 on a log axis). width: pixels of
    the right margin. On a narrow screen the browser shows the legend instead (`narrow` of the figure's meta).
    """
    margin, low, high = figure.layout.margin, *window
    pixels = figure.layout.height - margin.t - margin.b
    wanted = sorted(((height - low) / (high - low) * pixels, text, colour) for text, height, colour in labels)
    at = _apart([spot for spot, *_ in wanted], pixels)
    for spot, (_, text, colour) in zip(at, wanted, strict=True):
        place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "yref": "paper", "y": spot / pixels}
        look = {"text": text, "font": {"color": colour, "size": 13}, "align": "left", "showarrow": False}
        figure.add_annotation(**place, **look, name="end")
    narrow = {"margin": {"r": margin.r}, "showlegend": True}
    figure.update_layout(showlegend=False, margin_r=width, meta={**figure.layout.meta, "narrow": narrow})


def _apart(spots: list[float], pixels: float) -> list[float]:
    """Return the spots, ascending, moved apart to LINE pixels, inside the plot."""
    found: list[float] = []
    for spot in spots:
        found.append(max(min(spot, pixels), 0.0, found[-1] + LINE if found else 0.0))
    for i in reversed(range(len(found))):
        found[i] = min(found[i], pixels - LINE * (len(found) - 1 - i))
    return found
