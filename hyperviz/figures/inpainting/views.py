"""Draw what the page shows beside the one digit: calibration, training time, evidence, finer grids, border."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import image_grid, style
from hyperviz.figures.chart import Chart
from hyperviz.studies.inpainting import image_set
from hyperviz.studies.inpainting.masks import hidden
from hyperviz.studies.inpainting.paper_table1 import NAMES
from hyperviz.studies.inpainting.regression import FINER, grey
from hyperviz.studies.inpainting.settings import EXPONENTS
from hyperviz.studies.inpainting.study import InpaintingResult
from hyperviz.studies.inpainting.views import calibration, calibration_report, gradient_flow, marginal_likelihood

MARGIN = {"l": 64, "r": 8, "t": 8, "b": 44}
TIMES_DIFFERENCE = 10  # what a difference is multiplied by to be seen


def calibrated(result: InpaintingResult) -> go.Figure:
    """Draw actual against predicted error in ten bins, with the diagonal where they are equal."""
    found = _view(result, calibration.Calibration)
    x, y = "predicted error (one standard deviation)", "actual error (root mean square)"
    figure = style.figure(x=x, y=y)
    bins = {m: calibration.bins(one) for m, one in _judged(found).items() if m != "mean"}
    top = 1.05 * max([max(b.high, b.predicted) for mine in bins.values() for b in mine] + [0.1])
    diagonal = {"x": [0, top], "y": [0, top], "name": "a band that is right", "hoverinfo": "skip"}
    figure.add_scatter(mode="lines", line=style.theory_line(), **diagonal)
    for method, mine in bins.items():
        y, colour = np.array([b.actual for b in mine]), getattr(style.palette(), method)
        bars = {"type": "data", "array": [b.high for b in mine] - y, "arrayminus": y - [b.low for b in mine]}
        marker = {"symbol": style.MARKERS[method], "size": 9, "color": colour}
        name = {"nngp": "NNGP, own pixels", "ridge": NAMES["ridge"]}[method]  # longer ones would be cut on a phone
        hover = f"{name}, predicted %{{x:.3f}}<br>actual %{{y:.3f}}<extra></extra>"
        shown = {"mode": "markers", "marker": marker, "error_y": bars, "name": name, "hovertemplate": hover}
        figure.add_scatter(x=[b.predicted for b in mine], y=y, **shown)
    return figure.update_xaxes(range=[0, top]).update_yaxes(range=[0, top])


def likely(result: InpaintingResult) -> go.Figure:
    """Draw the log-likelihood of each method that says how unsure it is, with two standard errors over images."""
    found = _judged(_view(result, calibration.Calibration))
    figure = style.figure(
        x="log-likelihood, nats a pixel (higher is better)", y="", height=230, margin={"l": 120, "t": 16}
    )
    figure.update_yaxes(tickvals=[2, 1, 0], ticktext=[NAMES[m] for m in ("nngp", "ridge", "mean")], range=[-0.6, 2.6])
    for at, (method, one) in zip((2, 1, 0), found.items(), strict=False):
        values, colour = calibration.log_likelihood(one), getattr(style.palette(), method)
        error = 2 * float(values.std(ddof=1) / len(values) ** 0.5) if len(values) > 1 else 0.0
        marker = {"symbol": style.MARKERS[method], "size": 11, "color": colour}
        hover = f"{NAMES[method]}<br>%{{x:.3f}} ± {error:.3f}<extra></extra>"
        bars = {"type": "data", "array": [error], "color": colour}
        point = {"x": [float(values.mean())], "y": [at], "error_x": bars, "showlegend": False}
        figure.add_scatter(mode="markers", marker=marker, hovertemplate=hover, **point)
    return figure


def _judged(found: calibration.Calibration | None) -> dict:
    """Return what is judged by method; nothing where there is no uncertainty, or not yet."""
    if not found or calibration.certain(found):
        return {}
    return calibration_report.predictions(found)


def moment(result: InpaintingResult) -> go.Figure:
    """Draw the one digit and seven test images at one training time."""
    found = _view(result, gradient_flow.GradientFlow)
    waiting = [image_grid.black(result.gallery.truth)] * len(result.gallery.truth)
    rows = {"truth": list(found.truth) if found else waiting, "f sees": list(found.seen) if found else waiting}
    rows[f"t = {_time(found.now) if found else '0'}"] = list(found.frames[found.now]) if found else waiting
    columns = [f"the one {image_set.image_noun(result.settings)}", *[""] * (len(waiting) - 1)]
    return image_grid.named(rows, columns, x="", height=330, margin=MARGIN)


def stopping(result: InpaintingResult) -> go.Figure:
    """Draw test error against training time, the moment shown and the end."""
    found, colours = _view(result, gradient_flow.GradientFlow), style.palette()
    judged = "hidden pixels" if hidden(result.settings, image_set.shape(result.settings)[0]).any() else "all pixels"
    figure = style.figure(x="t, training time (log scale)", y=f"squared error, {judged}")
    figure.update_xaxes(type="log", exponentformat="power", range=[EXPONENTS[0], EXPONENTS[-1]])
    if not found:
        return figure
    times, squares = np.array(gradient_flow.TIMES[1:-1]), found.squares[1:-1]
    mean, error = squares.mean(axis=1), squares.std(axis=1, ddof=1) / squares.shape[1] ** 0.5
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "name": "± 2 standard errors"}
    figure.add_scatter(x=times, y=mean - 2 * error, showlegend=False, **band)
    fill = {"fill": "tonexty", "fillcolor": style.translucent(colours.hk, 0.2)}
    figure.add_scatter(x=times, y=mean + 2 * error, **band, **fill)
    hover = "t = %{x:.2g}<br>error %{y:.4f}<extra></extra>"
    name = f"HK, mean over {squares.shape[1]} test images"
    figure.add_scatter(x=times, y=mean, mode="lines", line={"color": colours.hk}, name=name, hovertemplate=hover)
    end = found.squares[-1].mean()
    line = {"x": times[[0, -1]], "y": [end, end], "mode": "lines", "line": style.theory_line()}
    figure.add_scatter(name="t = ∞: regression without a ridge", **line)
    if 0 < found.now < len(gradient_flow.TIMES) - 1:
        marker = {"size": 11, "color": colours.ink}
        now = {"x": [times[found.now - 1]], "y": [mean[found.now - 1]], "showlegend": False}
        figure.add_scatter(mode="markers", marker=marker, name="the pictures above", **now)
    return figure


def surface(result: InpaintingResult) -> go.Figure:
    """Draw the log marginal likelihood over bandwidth and ridge, with the chosen point and the best."""
    found, s = _view(result, marginal_likelihood.Likelihood), result.settings
    z = found.surface if found else np.full(marginal_likelihood.GRID, np.nan)
    figure = style.figure(x="ε, ridge (log grid)", y="ℓ, bandwidth in pixels (log grid)")
    here = (_along(marginal_likelihood.RIDGES, s.ridge), _along(marginal_likelihood.BANDWIDTHS, s.bandwidth))
    # every other ridge: a phone would turn them all
    decades = [f"{r:g}" if i % 2 == 0 else "" for i, r in enumerate(marginal_likelihood.RIDGES)]
    ticks = (
        decades,
        [f"{b:g}" for b in marginal_likelihood.BANDWIDTHS],
    )
    return _landscape(figure, z, ticks, here)


def deep(result: InpaintingResult) -> go.Figure:
    """Draw the log marginal likelihood over the depths, each pair at its best ridge."""
    found, s, count = _view(result, marginal_likelihood.Likelihood), result.settings, len(marginal_likelihood.DEPTHS)
    z = found.depths.T if found else np.full((count, count), np.nan)
    figure = style.figure(x="L, depth of f", y="H, depth of g")
    ticks = [str(d) for d in marginal_likelihood.DEPTHS]
    return _landscape(figure, z, (ticks, ticks), (s.depth_f - 1, s.depth_g - 1))


def near(result: InpaintingResult) -> go.Figure:
    """Draw the coordinate kernel of the middle pixel with every other: what bandwidth means, in pixels."""
    side = result.gallery.truth.shape[1]
    z = marginal_likelihood.coordinate_kernel(result.settings.bandwidth, side)
    figure = style.figure(x="pixels to the right", y="pixels down", height=420)
    look = {"colorscale": "Greys_r", "zmin": 0, "zmax": 1, "colorbar": {"title": {"text": "likeness"}, "thickness": 12}}
    at = np.arange(side) - side // 2
    hover = "%{x} right, %{y} down<br>Σ⁰ = %{z:.3f}<extra></extra>"
    figure.add_heatmap(x=at, y=at, z=np.float32(z), hovertemplate=hover, **look)
    return figure.update_yaxes(autorange="reversed", scaleanchor="x", constrain="domain").update_xaxes(
        constrain="domain"
    )


def fine(result: InpaintingResult) -> go.Figure:
    """Draw the one digit at its own resolution, and the same regression between the pixels."""
    one, shown = result.query, getattr(result.view, "predicted", {})
    waiting = image_grid.black(result.gallery.truth)
    g, predicted = len(waiting), one.predicted if one else {}
    tiles: dict[str, np.ndarray | None] = {"f sees": _large(one.seen if one else waiting)}
    for kernel in result.settings.kernels:
        tiles[f"{NAMES[kernel]}, {g * FINER} × {g * FINER}"] = shown.get(kernel, _large(waiting))
    tiles[""] = None  # so that a kernel's two pictures stand one above the other
    for kernel in result.settings.kernels:
        tiles[f"{NAMES[kernel]}, {g} × {g}"] = _large(predicted.get(kernel, waiting))
    columns, margin = 1 + len(result.settings.kernels), {"l": 4, "r": 4, "t": 24, "b": 4}
    return image_grid.titled(tiles, columns, height=620, margin=margin)


def border(result: InpaintingResult) -> go.Figure:
    """Draw the same few images on the torus and on an open grid, and how far they are apart."""
    view, waiting = result.view, [image_grid.black(result.gallery.truth)] * len(result.gallery.truth)
    torus = getattr(view, "torus", None)
    opened = getattr(view, "open", None)
    rows = {"torus": waiting if torus is None else list(grey(torus))}
    rows["open grid"] = waiting if opened is None else list(grey(opened))
    gap = waiting if opened is None or torus is None else list(grey(TIMES_DIFFERENCE * np.abs(torus - opened)))
    rows[f"difference × {TIMES_DIFFERENCE}"] = gap
    labels = [str(v) for v in result.gallery.labels]
    x = f"{image_set.image_noun(result.settings)} shown to f"
    return image_grid.named(rows, labels, x=x, height=340, margin=MARGIN | {"l": 110})


def _landscape(figure, z, ticks, here) -> go.Figure:
    """Draw a heat map on two index axes, white diamond: the settings, cross: the best so far."""
    bar = {"title": {"text": "log likelihood<br>a pixel"}, "thickness": 12}
    low = float(np.nanquantile(z, 0.2)) if np.isfinite(z).any() else 0.0  # the far corners would flatten all colours
    high = float(np.nanmax(z)) if np.isfinite(z).any() else 1.0
    look = {"colorscale": style.SURFACE, "colorbar": bar, "zmin": low, "zmax": max(high, low + 1e-6)}
    hover = "log likelihood %{z:.4f} a pixel<extra></extra>"
    figure.add_heatmap(z=np.float32(z), hovertemplate=hover, **look)
    marker = {"size": 13, "color": "white", "line": {"color": "black", "width": 1.5}}
    y, x = np.unravel_index(np.nanargmax(z), z.shape) if np.isfinite(z).any() else (None, None)
    figure.add_scatter(x=[x], y=[y], mode="markers", marker=marker | {"symbol": "star"}, name="best of the grid")
    chosen = marker | {"symbol": "circle"}
    figure.add_scatter(x=[here[0]], y=[here[1]], mode="markers", marker=chosen, name="your settings")
    figure.update_xaxes(tickvals=list(range(len(ticks[0]))), ticktext=ticks[0], range=[-0.5, z.shape[1] - 0.5])
    return figure.update_yaxes(tickvals=list(range(len(ticks[1]))), ticktext=ticks[1], range=[-0.5, z.shape[0] - 0.5])


def _along(grid, value) -> float:
    """Return where a value lies between the marks of a log grid."""
    return float(np.interp(np.log(value), np.log(grid), np.arange(len(grid))))


def _view(result: InpaintingResult, kind):
    return result.view if isinstance(result.view, kind) else None


def _large(image: np.ndarray) -> np.ndarray:
    return image.repeat(FINER, axis=0).repeat(FINER, axis=1)


def _time(now: int) -> str:
    time = gradient_flow.TIMES[now]
    return "∞" if np.isinf(time) else f"{time:.2g}"


CHARTS = {
    "calibration": Chart(calibrated, ("view",)),
    "log_likelihood": Chart(likely, ("view",), height=230),
    "training": Chart(moment, ("view",), height=330),
    "stopping": Chart(stopping, ("view",)),
    "surface": Chart(surface, ("view",)),
    "depths": Chart(deep, ("view",)),
    "near": Chart(near, ("gallery", "view")),
    "finer": Chart(fine, ("view",), height=620),
    "border": Chart(border, ("view",), height=340),
}
VIEWS = {
    "uncertainty": ("calibration", "log_likelihood"),
    "training": ("training", "stopping"),
    "likelihood": ("surface", "depths", "near"),
    "finer": ("finer",),
    "border": ("border",),
}
