"""Turn a Plotly figure into a small SVG without a script: lines, markers, bands, error bars and heat maps."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from hyperviz.figures import style

WIDTH, HEIGHT = 400, 230
LEFT, RIGHT, TOP, BOTTOM = 58, 392, 14, 184
POINTS, CELLS, NAMES, TICKS = 60, 17, 8, 6  # at most: of a line, of a heat map's side, in the legend, on an axis
DASHES = {"dash": "5 3", "dot": "1.5 3"}


class _Axis(NamedTuple):
    """Map data to pixels."""

    low: float  # log10 on a log axis
    high: float
    log: bool
    start: float
    end: float
    words: tuple[str, ...] = ()  # of categories, which are at 0, 1, 2 ...

    def at(self, values: Any) -> np.ndarray:
        """Return the pixels of the data; not finite where there is none."""
        values = np.asarray(values, float)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log10(values) if self.log else values
        return self.start + (values - self.low) / (self.high - self.low) * (self.end - self.start)


def draw(figure: go.Figure) -> str:
    """Return the figure as an SVG element, with its axes, their titles and the names of its lines."""
    panels = {str(trace.xaxis or "x"): None for trace in _traces(figure)}
    names = _names(figure)
    height = HEIGHT + 14 * max(0, len(names) - 1)
    body = "".join(_panel(figure, name) for name in panels) + _captions(figure) + _legend(names)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">'
    return f'{head}<rect width="{WIDTH}" height="{height}" fill="{style.LIGHT.background}"/>{body}</svg>'


def _traces(figure: go.Figure) -> list[Any]:
    return [trace for trace in list[Any](figure.data) if trace.type in ("scatter", "heatmap")]


def _layout(figure: go.Figure) -> Any:
    return figure.layout


def _panel(figure: go.Figure, name: str) -> str:
    """Return one pair of axes with its traces; several stand side by side."""
    traces = [trace for trace in _traces(figure) if str(trace.xaxis or "x") == name]
    layout, yaxis = _layout(figure)[name.replace("x", "xaxis")], _layout(figure).yaxis
    left, right = (LEFT + share * (RIGHT - LEFT) for share in (layout.domain or (0, 1)))
    x = _axis(layout, [t.x if t.x is not None else np.arange(len(t.z[0])) for t in traces], left, right)
    y = _axis(yaxis, [t.y if t.y is not None else np.arange(len(t.z)) for t in traces], BOTTOM, TOP)
    box = f'<rect x="{left:.0f}" y="{TOP}" width="{right - left:.0f}" height="{BOTTOM - TOP}"'
    clip = f'<clipPath id="{name}">{box}/></clipPath>'
    drawn, before = [], None
    for trace in sorted(traces, key=lambda trace: trace.type != "heatmap"):
        drawn += _heatmap(trace, x, y) if trace.type == "heatmap" else _scatter(trace, before, x, y)
        before = trace
    ticks = [*_ticks(layout, x, True), *(_ticks(yaxis, y, False) if left == LEFT else ())]
    titles = _titles(layout, yaxis, (left + right) / 2, left == LEFT)
    shown = f'{clip}<g clip-path="url(#{name})">{"".join(drawn)}</g>{box} fill="none" stroke="{style.LIGHT.faint}"/>'
    return shown + "".join(ticks) + titles


def _axis(layout: Any, values: Sequence[Any], start: float, end: float) -> _Axis:
    """Return the range as the figure sets it, else that of the data; a category is its number."""
    words = next((tuple(map(str, row)) for row in values if len(row) and isinstance(next(iter(row)), str)), ())
    if words:
        return _Axis(-0.5, len(words) - 0.5, False, start, end, words)
    log = layout.type == "log"
    if layout.range and None not in layout.range:
        return _Axis(float(layout.range[0]), float(layout.range[1]), log, start, end)
    every = np.concatenate([np.ravel(np.asarray(v, float)) for v in values])
    every = every[np.isfinite(every) & ((every > 0) | (not log))]
    low, high = (float(v) for v in ((every.min(), every.max()) if len(every) else (0.0, 1.0)))
    low, high = (math.log10(low), math.log10(high)) if log else (low, high)
    room = 0.05 * (high - low) or 0.5
    return _Axis(low - room, high + room, log, start, end)


def _scatter(trace: Any, before: Any, x: _Axis, y: _Axis) -> Iterator[str]:
    """Yield a band to the trace before, error bars, a line, markers."""
    every = max(1, len(trace.x) // POINTS)
    across, up = x.at(trace.x)[::every], y.at(trace.y)[::every]
    known = np.isfinite(across) & np.isfinite(up)
    across, up = across[known], np.clip(up[known], -999, 999)
    if trace.fill == "tonexty" and before is not None:
        under = zip(x.at(before.x)[::every][::-1], np.clip(y.at(before.y)[::every], -999, 999)[::-1], strict=True)
        edge = [*zip(across, up, strict=True), *((a, b) for a, b in under if np.isfinite([a, b]).all())]
        yield f'<polygon points="{_points(edge)}" fill="{trace.fillcolor}"/>'
    colour = trace.line.color or _plain(trace.marker.color) or style.LIGHT.ink
    mode = trace.mode or ("lines+markers" if len(trace.x) < 20 else "lines")
    if trace.error_y.array is not None:
        more = np.asarray(trace.error_y.array, float)
        ends = zip(x.at(trace.x), y.at(np.asarray(trace.y) - more), y.at(np.asarray(trace.y) + more), strict=True)
        marks = "".join(f"M{a:.1f} {b:.1f}V{c:.1f}" for a, b, c in ends if np.isfinite([a, b, c]).all())
        yield f'<path d="{marks}" stroke="{colour}" fill="none"/>'
    if "lines" in mode and trace.line.width != 0:
        dash = f' stroke-dasharray="{DASHES[trace.line.dash]}"' if trace.line.dash in DASHES else ""
        line = f'stroke="{colour}" stroke-width="{trace.line.width or 2}" fill="none"{dash}'
        yield f'<polyline points="{_points(zip(across, up, strict=True))}" {line}/>'
    if "markers" in mode:
        yield from _markers(trace, across, up, colour)


def _markers(trace: Any, across: np.ndarray, up: np.ndarray, colour: str) -> Iterator[str]:
    """Yield crosses where the figure has crosses, else dots; a colour of its own each where they have a scale."""
    hues = [_plain(trace.marker.color) or colour] * len(up)
    if _plain(trace.marker.color) is None and trace.marker.colorscale is not None:
        hues = _hues(trace.marker.color, trace.marker.cmin, trace.marker.cmax, trace.marker.colorscale)
    rim = f' stroke="{trace.marker.line.color}"' if _plain(trace.marker.line.color) else ""
    for a, b, hue in zip(across, up, hues, strict=False):
        if str(trace.marker.symbol).startswith("x"):
            yield f'<path d="M{a - 3:.1f} {b - 3:.1f}l6 6m0-6l-6 6" stroke="{hue}" stroke-width="1.6"/>'
        else:
            radius = min(trace.marker.size or 6, 8) / 2.4
            yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{radius:.1f}" fill="{hue}"{rim}/>'


def _heatmap(trace: Any, x: _Axis, y: _Axis) -> Iterator[str]:
    """Yield coloured cells, no more than CELLS a side, with their words where the figure has some."""
    z = np.asarray(trace.z, float)
    rows, columns = (np.unique(np.linspace(0, n - 1, min(n, CELLS)).round().astype(int)) for n in z.shape)
    low, high = (
        (float(np.nanmin(z)) if trace.zmin is None else trace.zmin),
        (float(np.nanmax(z)) if trace.zmax is None else trace.zmax),
    )
    across, up = _centres(trace.x, x, columns, z.shape[1]), _centres(trace.y, y, rows, z.shape[0])
    wide, tall = (abs(v[1] - v[0]) if len(v) > 1 else 40.0 for v in (across, up))
    for i, row in enumerate(rows):
        hues = _hues(z[row, columns], low, high, trace.colorscale)
        for j, hue in enumerate(hues):
            if hue:
                place = f'x="{across[j] - wide / 2:.1f}" y="{up[i] - tall / 2:.1f}"'
                yield f'<rect {place} width="{wide + 0.5:.1f}" height="{tall + 0.5:.1f}" fill="{hue}"/>'


def _centres(values: Any, axis: _Axis, chosen: np.ndarray, count: int) -> np.ndarray:
    return axis.at(np.arange(count) if values is None or axis.words else values)[chosen]


def _hues(values: Any, low: float, high: float, scale: Any) -> list[str]:
    """Return the colours of a scale; nothing where there is no number."""
    shares = np.clip((np.asarray(values, float) - low) / ((high - low) or 1), 0, 1)
    named = [list(pair) for pair in scale] if scale else style.SURFACE
    found: Any = sample_colorscale(named, [0.0 if math.isnan(s) else float(s) for s in shares])
    return ["" if math.isnan(s) else hue.replace(" ", "") for s, hue in zip(shares, found, strict=True)]


def _ticks(layout: Any, axis: _Axis, across: bool) -> Iterator[str]:
    """Yield a few numbers at the axis: the figure's own, categories, or round ones."""
    for value, text in _marks(layout, axis):
        spot = float(axis.at([value])[0])
        place = f'x="{spot:.0f}" y="{BOTTOM + 13}" text-anchor="middle"'
        place = place if across else f'x="{LEFT - 4}" y="{spot + 3:.0f}" text-anchor="end"'
        yield f'<text {place} font-size="10" fill="{style.LIGHT.ink}">{_clean(text)}</text>'


def _marks(layout: Any, axis: _Axis) -> list[tuple[float, str]]:
    if axis.words:
        found = list(enumerate(axis.words))
    elif layout.tickvals is not None:
        words = layout.ticktext if layout.ticktext is not None else [f"{v:g}" for v in layout.tickvals]
        found = list(zip(map(float, layout.tickvals), words, strict=True))
    elif axis.log:
        powers = range(math.ceil(axis.low), math.floor(axis.high) + 1)
        found = [(10.0**p, f"{10.0**p:g}" if -4 < p < 6 else f"1e{p}") for p in powers]
    else:
        step = 10.0 ** math.floor(math.log10((axis.high - axis.low) / 2))
        first = math.ceil(axis.low / step)
        found = [(k * step, f"{k * step:.6g}") for k in range(first, math.floor(axis.high / step) + 1)]
    ends = sorted((axis.start, axis.end))
    seen = [mark for mark in found if ends[0] - 1 <= axis.at([mark[0]])[0] <= ends[1] + 1]
    return seen[:: max(1, -(-len(seen) // TICKS))]


def _titles(xaxis: Any, yaxis: Any, middle: float, first: bool) -> str:
    look = f'font-size="10.5" text-anchor="middle" fill="{style.LIGHT.ink}"'
    below = f'<text x="{middle:.0f}" y="{BOTTOM + 28}" {look}>{_clean(xaxis.title.text)}</text>'
    place = f'transform="translate(11 {(TOP + BOTTOM) / 2}) rotate(-90)"'
    return below + (f"<text {place} {look}>{_clean(yaxis.title.text)[:34]}</text>" if first else "")


def _captions(figure: go.Figure) -> str:
    """Return the titles of panels that stand side by side."""
    above = [a for a in _layout(figure).annotations if a.xref == a.yref == "paper" and a.y == 1 and a.name != "end"]
    look = f'y="{TOP - 3}" font-size="10.5" text-anchor="middle" fill="{style.LIGHT.ink}"'
    return "".join(f'<text x="{LEFT + a.x * (RIGHT - LEFT):.0f}" {look}>{_clean(a.text)}</text>' for a in above)


def _names(figure: go.Figure) -> list[tuple[str, str, str]]:
    """Return name, colour and dash of each line in the legend, once."""
    found: dict[str, tuple[str, str]] = {}
    for trace in _traces(figure):
        if trace.type == "scatter" and trace.name and trace.line.width != 0 and len(found) < NAMES:
            colour = trace.line.color or _plain(trace.marker.color) or style.LIGHT.ink
            found.setdefault(_clean(trace.name), (colour, DASHES.get(trace.line.dash or "", "")))
    return [(name, *look) for name, look in found.items()]


def _legend(names: list[tuple[str, str, str]]) -> str:
    rows = []
    for i, (name, colour, dash) in enumerate(names):
        y = BOTTOM + 42 + 14 * i
        line = f'stroke="{colour}" stroke-width="2.5"' + (f' stroke-dasharray="{dash}"' if dash else "")
        rows.append(f'<path d="M{LEFT} {y - 3}h22" {line}/>')
        rows.append(f'<text x="{LEFT + 28}" y="{y}" font-size="10.5" fill="{style.LIGHT.ink}">{name}</text>')
    return "".join(rows)


def _points(pairs: Any) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in pairs)


def _plain(colour: Any) -> str | None:
    return colour if isinstance(colour, str) else None


def _clean(text: Any) -> str:
    """Return words without tags, escaped."""
    return html.escape(re.sub(r"<[^>]+>", " " if "<br>" in str(text) else "", str(text or "")), quote=False)
