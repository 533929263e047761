"""Draw five initialisations: the variance of what f writes, and of g layer by layer."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.studies.prior.claims import TITLES
from hyperviz.studies.prior.study import PriorResult

SHIFT = 0.06  # of a layer, between two initialisations: dots that agree stand side by side
RIGHT = 112  # pixels for the names of the lines


def variance_f(result: PriorResult) -> go.Figure:
    """Draw the variance of the weights that f writes, by the layer of g that they are for."""
    return _layers(result, "weights", "variance of a weight that f writes (log scale)")


def variance_g(result: PriorResult) -> go.Figure:
    """Draw the variance of g's neurons before phi, layer by layer; the last layer is h."""
    return _layers(result, "layers", "variance of a neuron of g (log scale)")


def _layers(result: PriorResult, name: str, label: str) -> go.Figure:
    H, part = result.settings.depth_g, result.parts.get("initialisation")
    figure = style.figure(x="layer of g" if name == "weights" else "layer of g (the last is h)", y=label)
    figure.update_layout(margin_l=78)
    figure.update_xaxes(range=[0.6, H + 0.4], tickvals=list(range(1, H + 1)))
    if part is None:
        return figure
    window = _window(np.concatenate([getattr(found, f"{name}_predicted") for found in part.values()]))
    step = max(1, int(np.ceil((window[1] - window[0]) / 7)))
    figure.update_yaxes(type="log", range=window, dtick=step, exponentformat="power")
    if name == "layers":
        figure.add_hline(y=1, line={"color": style.palette().faint, "width": 1})
    ends = []
    for i, (scheme, (colour, marker)) in enumerate(_looks().items()):
        found, x = part[scheme], np.arange(1, H + 1) + SHIFT * (i - 2)
        predicted = getattr(found, f"{name}_predicted")
        line = style.theory_line() | {"color": colour}
        look = {
            "mode": "lines+markers",
            "line": line,
            "marker": {"symbol": "line-ew-open", "size": 14, "color": colour},
        }
        hover = f"{TITLES[scheme]}, layer %{{customdata}}<br>%{{y:.3g}}<extra></extra>"
        shown = {"customdata": np.arange(1, H + 1), "hovertemplate": hover, "legendgroup": scheme}
        figure.add_scatter(x=x, y=predicted, name=f"{TITLES[scheme]}, predicted", showlegend=False, **look, **shown)
        value, error = getattr(found, name), getattr(found, f"{name}_error")
        bars = {"type": "data", "array": 2 * error, "color": colour}
        dots = {"mode": "markers", "marker": {"color": colour, "symbol": marker, "size": 9}, "error_y": bars}
        figure.add_scatter(x=x[: len(value)], y=value, name=TITLES[scheme], **dots, **shown)
        ends.append((TITLES[scheme].replace(" ", "<br>"), float(np.log10(predicted[-1])), colour))
    style.end_labels(figure, ends, window, width=RIGHT)
    return figure


def _window(values: np.ndarray) -> list[float]:
    """Return the ends of the log axis: they hold every prediction, and 1, so that it stays while draws come in."""
    logs = np.log10(np.append(values[values > 0], 1.0))
    return [float(np.floor(logs.min() - 0.3)), float(np.ceil(logs.max() + 0.3))]


def _looks() -> dict[str, tuple[str, str]]:
    colours = style.palette()
    hues = (colours.both, colours.mean, colours.ridge, colours.nngp, colours.hn)
    markers = ("circle", "triangle-down", "star", "square", "diamond")
    return dict(zip(TITLES, zip(hues, markers, strict=True), strict=True))


SECTION = {
    "variance_g": Chart(
        variance_g,
        ("initialisation",),
        "Which initialisation of f keeps the variance of g's neurons at 1, the thin line? Dots: random networks, "
        "± 2 standard errors. Dashed: predicted.",
    ),
    "variance_f": Chart(
        variance_f,
        ("initialisation",),
        "The cause: the variance of the weights that f writes. NTK scaling divides them in g; who does not needs "
        "one over the fan-in, as hyperfan-in writes.",
    ),
}
