"""Draw Figure 2: accuracy while networks train, for several widths and depths of g; their loss; the task itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.figures.style import small
from hyperviz.studies.rotation.comparisons import CHANCE, CLASSES, accuracies
from hyperviz.studies.rotation.settings import DEPTHS, Configuration
from hyperviz.studies.rotation.stored_run import comparable, stored
from hyperviz.studies.rotation.study import SHOWN, RotationResult
from hyperviz.studies.rotation.training_loop import Curve

STEPS = "SGD steps (batches of 100 pairs)"
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross")
SMOOTH = 10  # steps
SHADES = (0.45, 0.7, 1.0)


def accuracy(result: RotationResult) -> go.Figure:
    """Draw accuracy on test pairs against steps: this run solid, the stored one dotted, guessing dashed."""
    if result.settings.compare == "rates":
        return rates(result)
    settings = result.settings
    figure = style.figure(x=STEPS, y="accuracy on test pairs", height=320)
    end = settings.epochs * settings.steps
    figure.update_xaxes(range=[-0.02 * end, 1.03 * end]).update_yaxes(range=[0, 1])
    _chance(figure, end)
    if comparable(settings):
        beside = stored()
        both = [config for config in result.curves if config in beside.curves]
        for i, config in enumerate(both):
            epochs, mean, _ = accuracies(beside.curves[config])
            x = epochs * beside.settings.steps
            look = {"line": {"color": style.palette().faint, "dash": "dot", "width": 1.5}, "mode": "lines+markers"}
            look |= {"marker": {"symbol": MARKERS[_rank(list(result.curves), config)], "size": 5}}
            name = f"stored run, {beside.settings.images:,} pairs"
            figure.add_scatter(x=x, y=small(mean), name=name, legendgroup="stored", showlegend=i == 0, **look)
    for config, curve in result.curves.items():
        _curve(figure, list(result.curves), config, curve, settings.steps)
    return style.plays(figure, "step")


def reference(result: RotationResult | None = None) -> go.Figure:
    """Draw Figure 2 from a run of the nine networks, or the stored one: three depths of g side by side."""
    result = result or stored()
    figure, end = style.figure(x="", y="accuracy on test pairs", margin={"t": 64}), result.settings.epochs
    figure.update_yaxes(range=[0, 1]).update_layout(legend={"y": 1.08})
    axis = {**figure.layout.xaxis.to_plotly_json(), "range": [-0.02 * end, 1.03 * end]}
    for i, depth in enumerate(DEPTHS):
        at, domain = "x" if i == 0 else f"x{i + 1}", [0.34 * i, 0.34 * i + 0.32]
        figure.update_layout(
            {
                f"xaxis{'' if i == 0 else i + 1}": axis
                | {"title": {"text": "epoch", "font": {"size": 14}}, "domain": domain}
            }
        )
        before = len(list(figure.data))
        _chance(figure, end)
        configurations = [config for config in result.curves if config.depth_g == depth]
        for config in configurations:
            _curve(figure, configurations, config, result.curves[config], 1)
        new: list[Any] = list(figure.data)[before:]
        for trace in new:
            trace.update(xaxis=at, legendgroup=trace.name, showlegend=bool(i == 0 and trace.name))
        place = {"xref": "paper", "x": sum(domain) / 2, "xanchor": "center", "yref": "paper", "y": 1}
        figure.add_annotation(text=f"<b>H = {depth}</b>", yanchor="bottom", showarrow=False, **place)
    return style.plays(figure, "epoch")


def _curve(
    figure: go.Figure, configurations: list[Configuration], config: Configuration, curve: Curve, steps: int
) -> None:
    """Draw the mean over runs with its band of two standard errors; nothing before the first test."""
    epochs, mean, error = accuracies(curve)
    x, colour = epochs * steps, _colour(configurations, config)
    if len(x) and np.isfinite(error).all():
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        figure.add_scatter(x=x, y=small(mean - 2 * error), **band)
        filled = {"fill": "tonexty", "fillcolor": style.translucent(style.palette().g, 0.18)}
        figure.add_scatter(x=x, y=small(mean + 2 * error), **filled, **band)
    look = {
        "line": {"color": colour, "width": 2.5},
        "marker": {"symbol": MARKERS[_rank(configurations, config)], "size": 7},
    }
    hover = "epoch %{customdata}<br>accuracy %{y:.3f}<extra>" + _name(configurations, config) + "</extra>"
    look |= {"customdata": epochs, "hovertemplate": hover}
    figure.add_scatter(x=x, y=small(mean), mode="lines+markers", name=_name(configurations, config), **look)


def rates(result: RotationResult) -> go.Figure:
    """Draw the last accuracy over learning rate and width of g: which rates train at all?"""
    figure = style.figure(x="µ, learning rate (log grid)", y="m, width of g", height=320, margin={"r": 90})
    widths, columns = (
        sorted({config.width_g for config in result.curves}),
        sorted({config.rate for config in result.curves}),
    )
    z = np.full((len(widths), len(columns)), np.nan)
    for config, curve in result.curves.items():
        _, mean, _ = accuracies(curve)
        if len(mean):
            z[widths.index(config.width_g), columns.index(config.rate)] = mean[-1]
    bar = {"title": {"text": "last<br>accuracy"}, "thickness": 12}
    look = {"colorscale": style.SURFACE, "colorbar": bar, "zmin": 0, "zmax": max(0.2, float(np.nanmax(z, initial=0)))}
    hover = "µ = %{x}, m = %{y}<br>accuracy %{z:.3f}<extra></extra>"
    labels = {"x": [f"{rate:g}" for rate in columns], "y": [str(width) for width in widths]}
    text = {"text": [[f"{v:.2f}" if np.isfinite(v) else "" for v in row] for row in z], "texttemplate": "%{text}"}
    figure.add_heatmap(z=small(z), hovertemplate=hover, **labels, **text, **look)
    return figure.update_layout(xaxis={"type": "category"}, yaxis={"type": "category"})


def loss(result: RotationResult) -> go.Figure:
    """Draw the training loss of each step, mean over runs, smoothed over SMOOTH steps."""
    figure = style.figure(x=STEPS, y="training loss (cross-entropy)", height=320)
    end = result.settings.epochs * result.settings.steps
    figure.update_xaxes(range=[-0.02 * end, 1.03 * end])
    figure.update_yaxes(range=[0, 1.2 * np.log(CLASSES)])  # guessing costs log 12
    configurations = list(result.curves)
    for config, curve in result.curves.items():
        taken = int((~np.isnan(curve.loss).any(axis=0)).sum())
        mean = curve.loss[:, :taken].mean(axis=0)
        width = min(SMOOTH, max(taken, 1))
        y = np.convolve(mean, np.full(width, 1 / width), "valid") if taken else mean
        line = {"color": _colour(configurations, config), "width": 2}
        x = np.arange(len(y)) + width
        figure.add_scatter(x=x, y=small(y), mode="lines", line=line, name=_name(configurations, config))
    return style.plays(figure, "step")


def examples(result: RotationResult) -> go.Figure:
    """Draw test pairs: what f sees, what g sees, the angle between the two, and what the chosen network answers."""
    figure = style.figure(x="", y="", height=260, margin={"l": 64, "r": 8, "t": 8, "b": 72})
    plain = {"showgrid": False, "zeroline": False, "showline": False, "ticks": "", "constrain": "domain"}
    figure.update_xaxes(**plain).update_yaxes(scaleanchor="x", **plain)
    shown = result.examples
    if shown is None:
        return figure
    rows = [_pictures(shown.x), _pictures(shown.z)]
    side = rows[0].shape[1]
    sheet = np.full((2 * (side + 1) - 1, SHOWN * (side + 1) - 1), np.nan, np.float32)
    for i, row in enumerate(rows):
        for j, image in enumerate(row):
            sheet[i * (side + 1) : i * (side + 1) + side, j * (side + 1) : j * (side + 1) + side] = image
    look = {"colorscale": [[0, "black"], [1, "white"]], "showscale": False, "hoverinfo": "skip"}
    figure.add_heatmap(z=sheet, zmin=0, zmax=1, **look)
    middle = np.arange(SHOWN) * (side + 1) + side / 2
    guessed = _guesses(result)
    words = [
        f"{30 * a}°" + (f"<br>{30 * g}°" if g >= 0 else "<br>–") for a, g in zip(shown.label, guessed, strict=True)
    ]
    high, wide = sheet.shape
    figure.update_xaxes(tickvals=middle, ticktext=words, range=[-0.5, wide - 0.5])
    return figure.update_yaxes(range=[high - 0.5, -0.5], tickvals=middle[:2], ticktext=["f sees x", "g sees z"])


def _guesses(result: RotationResult) -> np.ndarray:
    """Return the guesses of the chosen network's first run, -1 where there are none yet."""
    settings, none = result.settings, np.full(SHOWN, -1)
    chosen = Configuration(settings.depth_g, settings.width_g, settings.learning_rate)
    return result.examples.guesses.get(chosen, none) if result.examples else none


def _pictures(rows: np.ndarray) -> np.ndarray:
    """Return grey images between 0 and 1 (colours averaged), each on its own scale: black is what was turned in."""
    channels = 3 if np.sqrt(rows.shape[1]) % 1 else 1
    side = round(np.sqrt(rows.shape[1] / channels))
    grey = rows.reshape(len(rows), side, side, channels).mean(axis=3)
    low, high = grey.min(), grey.max()
    return (grey - low) / (high - low)


def _chance(figure: go.Figure, end: float) -> None:
    look = {"line": style.theory_line(), "name": "guessing, 1/12", "hoverinfo": "skip"}
    figure.add_scatter(x=[0, end], y=[CHANCE, CHANCE], mode="lines", **look)


def _rank(configurations: list[Configuration], config: Configuration) -> int:
    """Return its place among the widths or, where there is one width, among the depths."""
    widths, depths = sorted({a.width_g for a in configurations}), sorted({a.depth_g for a in configurations})
    rank = widths.index(config.width_g) if len(widths) > 1 else depths.index(config.depth_g)
    return rank % len(MARKERS)


def _colour(configurations: list[Configuration], config: Configuration) -> str:
    """Return g's hue, the stronger the wider (or deeper)."""
    return style.translucent(style.palette().g, SHADES[min(_rank(configurations, config), len(SHADES) - 1)])


def _name(configurations: list[Configuration], config: Configuration) -> str:
    parts = {"m": config.width_g, "H": config.depth_g, "µ": config.rate}
    varies = [
        name
        for name, at in zip(parts, ("width_g", "depth_g", "rate"), strict=True)
        if len({getattr(a, at) for a in configurations}) > 1
    ]
    return ", ".join(f"{name} = {parts[name]:g}" for name in varies or ["m"])


CHARTS = {
    "accuracy": Chart(accuracy, ("tested",), height=320),
    "loss": Chart(loss, ("curves",), height=320),
    "examples": Chart(examples, ("examples",), height=260),
}


def charts(settings: Any) -> dict[str, Chart]:
    """Return what these settings show."""
    return CHARTS
