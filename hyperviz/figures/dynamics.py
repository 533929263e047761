"""Draw three levels of truth in one picture, the heat map of outcomes, and the chosen second chart."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.figures.style import small
from hyperviz.studies.dynamics import kernel_drift as kernels
from hyperviz.studies.dynamics import views
from hyperviz.studies.dynamics.report import fraction_of
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.studies.dynamics.study import Cell, DynamicsResult, compared, outcomes
from hyperviz.studies.dynamics.trajectories import FLOOR, TARGET, Path
from hyperviz.studies.dynamics.ways import DEPTHS, WIDTHS

SINGLES = 64  # thin lines at most
TIME = "time t (log scale)"


def curves(result: DynamicsResult) -> go.Figure:
    """Draw loss against time, f infinitely wide and finite, for the chosen width of g and, beside it, another."""
    s = result.settings
    panels = {"x": (s.width_g, result.paths), "x2": (compared(s), (result.beside,) if result.beside else ())}
    traces, titles = [], []
    for i, (at, (width, paths)) in enumerate(panels.items()):
        traces += [*_closed_form(result, at), _starts(paths, at)]
        titles += _title(i, width, paths, "" if s.depth_g in DEPTHS else ": not tried at H = 1")
    for i, path in enumerate(result.twins):
        look = {"color": style.palette().both, "width": 3}
        traces.append(_line(path, 0, look, name=f"finite f, n = {s.width_f:,}", group="finite", first=i == 0))
        if result.limits is not None:
            dashed = look | {"dash": "dash", "width": 2}
            name = "n = ∞, same start"
            traces.append(_line(result.limits, i, dashed, name=name, group="limit", first=i == 0))
    return style.plays(_halves(result, titles).add_traces(traces), "t")


def _halves(result: DynamicsResult, titles: list[dict]) -> go.Figure:
    """Return the figure before its curves: two axes of time side by side, one of loss."""
    s, top = result.settings, max(2.0, float(np.max(result.band.high)))
    loss = {"type": "log", "range": [np.log10(FLOOR), np.log10(top) + 0.5], "exponentformat": "power", "dtick": 1}
    time = {"type": "log", "range": [np.log10(s.step * 4), np.log10(s.time)], "tickvals": [0.01, 0.1, 1, 10]}
    time["title"] = {"text": TIME, "standoff": 8, "font": {"size": 14}}
    left, right = time | {"domain": [0, 0.49]}, style.axis("", **time | {"domain": [0.51, 1]})
    target = {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": TARGET, "y1": TARGET}
    target["line"] = {"color": style.palette().faint, "dash": "dot", "width": 1}
    around: dict[str, Any] = {"margin": {"t": 64}, "legend": {"y": 1.08}, "shapes": [target], "annotations": titles}
    return style.figure(x="", y="loss Σ(h − y)² (log scale)", xaxis=left, xaxis2=right, yaxis=loss, **around)


def _title(i: int, width: int, paths: tuple[Path, ...], empty: str) -> list[dict]:
    """Return the width of g of one half, and how many of its starts arrive."""
    found = outcomes(paths)
    said = f"<b>m = {width}</b>" + (f": {found.reached} of {found.starts} learn" if found.starts else empty * i)
    place = {"xref": "paper", "x": (0.245, 0.755)[i], "xanchor": "center", "yref": "paper", "y": 1, "yanchor": "bottom"}
    return [{"text": said, "showarrow": False} | place]


def _closed_form(result: DynamicsResult, at: str) -> list[dict]:
    """Return the middle 80 % of draws of the closed form, and their median, on one of the two time axes."""
    band, shade = result.band, style.translucent(style.palette().ink, 0.12)
    edge = {"type": "scatter", "x": band.times, "xaxis": at, "mode": "lines", "line": {"width": 0}}
    edge |= {"hoverinfo": "skip", "showlegend": False, "name": "middle 80 %"}
    low, high = np.maximum(band.low, FLOOR / 10), np.maximum(band.high, FLOOR / 10)
    filled = {"y": small(high), "fill": "tonexty", "fillcolor": shade}
    look = {"line": style.theory_line(), "name": "f, g infinitely wide"}
    look |= {"legendgroup": "theory", "showlegend": at == "x", "mode": "lines"}
    look["hovertemplate"] = "t = %{x:.3g}<br>median loss %{y:.3g}<extra></extra>"
    median = {"type": "scatter", "x": band.times, "y": small(band.median), "xaxis": at}
    return [edge | {"y": small(low)}, edge | filled, median | look]


def _starts(paths: tuple[Path, ...], at: str) -> dict:
    """Return the random starts of the infinitely wide f, as one trace with gaps."""
    x, y, count = [], [], 0
    for path in paths:
        for i in range(min(path.losses.shape[1], SINGLES - count)):
            x += [*path.times[:, i], np.nan]
            y += [*path.losses[:, i], np.nan]
            count += 1
    shown = {"name": "n = ∞, random starts", "legendgroup": "starts", "showlegend": at == "x", "hoverinfo": "skip"}
    look = {"color": style.translucent(style.palette().f, 0.45), "width": 1}
    return {"type": "scatter", "x": small(x), "y": small(y), "xaxis": at, "mode": "lines", "line": look, **shown}


def _line(path: Path, i: int, line: dict, *, name: str, group: str, first: bool) -> dict:
    shown = {"name": name, "legendgroup": group, "showlegend": first, "mode": "lines"}
    shown["hovertemplate"] = "t = %{x:.3g}<br>loss %{y:.3g}<extra></extra>"
    return {"type": "scatter", "x": small(path.times[:, i]), "y": small(path.losses[:, i]), "line": line, **shown}


def heatmap(result: DynamicsResult) -> go.Figure:
    """Draw the share of starts that arrive, over depth and width of g, as it fills in."""
    figure = style.figure(x="m, width of g", y="H, depth of g", margin={"r": 90})
    cells = [[result.cells.get((H, m)) for m in WIDTHS] for H in DEPTHS]
    z = [[np.nan if c is None else c.reached / c.starts for c in row] for row in cells]
    said = [["" if c is None else _share(c) for c in row] for row in cells]
    outcomes = [["" if c is None else _outcomes(c) for c in row] for row in cells]
    bar = {"title": {"text": "learn"}, "thickness": 12, "tickformat": ".0%"}
    hover = "%{customdata}<extra></extra>"
    look = {"zmin": 0, "zmax": 1, "colorscale": style.SURFACE, "colorbar": bar, "hovertemplate": hover}
    figure.add_heatmap(z=np.array(z, np.float32), text=said, texttemplate="%{text}", customdata=outcomes, **look)
    for axis, labels in ((figure.layout.xaxis, WIDTHS), (figure.layout.yaxis, DEPTHS)):  # there before any cell is
        count = len(labels)
        axis.update(tickvals=list(range(count)), ticktext=[str(v) for v in labels], range=[-0.5, count - 0.5])
    return figure


def _share(cell: Cell) -> str:
    return f"{cell.reached}/{cell.starts}"


def _outcomes(cell: Cell) -> str:
    lost = cell.starts - cell.reached - cell.stuck
    share = f"{fraction_of(cell)[0]:.0%} ± {fraction_of(cell)[1]:.0%}"
    return f"{cell.reached} of {cell.starts} learn the data: {share}<br>{cell.stuck} stuck, {lost} still falling"


def fit(result: DynamicsResult) -> go.Figure:
    """Draw two curves, one for each x, as one start learns them."""
    colours, found = style.palette(), result.view
    figure = style.figure(x="θ, angle of z (radians)", y="output h(x, z(θ))", yaxis_range=[-2.2, 2.2])
    if not isinstance(found, views.LearntCurves):
        return _not_there(figure, result, "fit")
    for i, colour in enumerate((colours.f, colours.g)):
        x = f"x{'₁₂'[i]}"
        for curve in found.curves[:-1:3, i]:
            faint = {"color": style.translucent(colour, 0.2), "width": 1}
            figure.add_scatter(
                x=views.ANGLES, y=small(curve), mode="lines", line=faint, showlegend=False, hoverinfo="skip"
            )
        now = {"name": f"{x} at t = {found.times[-1]:.2f}", "line": {"color": colour, "width": 3}}
        figure.add_scatter(x=views.ANGLES, y=small(found.curves[-1, i]), mode="lines", **now)
        dashed = {"name": "n = m = ∞, mean", "line": style.theory_line(), "showlegend": i == 0}
        figure.add_scatter(x=views.ANGLES, y=small(found.linear[i]), mode="lines", **dashed)
        marker = {"color": colour, "size": 9}
        figure.add_scatter(x=views.TRAINED, y=found.targets[i], mode="markers", marker=marker, name=f"{x}, to learn")
    return figure


def kernel(result: DynamicsResult) -> go.Figure:
    """Draw equation 16: the relative change of the kernel in training against the widths."""
    colours, found = style.palette(), result.view
    figure = style.figure(x="width (log scale)", y="relative change of the kernel (log scale)")
    figure.update_xaxes(
        type="log",
        tickvals=[8, 16, 32, 64, 256, 1024],
        ticktext=["8", "16", "32", "64", "256", "1,024"],
        range=[0.8, 3.15],
    )
    figure.update_yaxes(type="log", tickvals=[0.1, 0.2, 0.5, 1, 2, 5], range=[-1, 0.5])
    if not isinstance(found, kernels.Kernel):
        return _not_there(figure, result, "kernel")
    looks = ((colours.f, "triangle-up"), (colours.both, "circle"))
    for name, (colour, marker) in zip(kernels.FAMILIES, looks, strict=True):
        widths = [w for w in kernels.FAMILIES[name][0] if len(found.change.get((name, w), ()))]
        slope = (found.slopes.get(name) or (None,))[0]
        said = f": slope {slope.text}" if slope else ""
        values = [found.change[name, w] for w in widths]
        low, mid, high = (np.array([np.quantile(v, q) for v in values]) for q in (0.25, 0.5, 0.75))
        bars = {
            "type": "data",
            "array": small(high - mid),
            "arrayminus": small(mid - low),
            "symmetric": False,
        }
        look = {"mode": "lines+markers", "line": {"color": colour}, "name": name + said, "error_y": bars}
        look["marker"] = {"symbol": marker, "size": 9}
        figure.add_scatter(x=widths, y=small(mid), **look)
    theory = {"name": f"n = ∞, m = {kernels.NARROW}", "line": style.theory_line(), "mode": "lines"}
    figure.add_scatter(x=[8, 1024], y=[found.limit] * 2, **theory)
    return figure


def surface(result: DynamicsResult) -> go.Figure:
    """Draw the loss on a plane through a start, for the chosen width of g and for a wide one."""
    figure = style.figure(x="direction in which training led", y="random direction, equally long", margin={"r": 90})
    figure.update_xaxes(range=[-1, 2], tickvals=[-1, 0, 1]).update_yaxes(range=[-1, 2], dtick=1)
    found = result.view
    if not isinstance(found, views.LossSurface) or not found.losses:
        return _not_there(figure, result, "surface")
    logs = {m: np.log10(np.maximum(v, FLOOR)).astype(np.float32) for m, v in found.losses.items()}
    scale = float(min(v.min() for v in logs.values())), float(max(np.quantile(v, 0.95) for v in logs.values()))
    if len(logs) > 1:
        second = {**figure.layout.xaxis.to_plotly_json(), "domain": [0.52, 1], "title": {"text": ""}}
        figure.update_layout(xaxis={"domain": [0, 0.48]}, xaxis2=second)
    for i, (m, values) in enumerate(logs.items()):
        _plane(figure, i, m, values, scale)
        title = f"m = {m}:<br>{found.convex[m]:.0%} convex"  # two lines: side by side they are narrow on a phone
        place = {"xref": "paper", "x": 0.5 if len(logs) == 1 else 0.24 + 0.52 * i, "xanchor": "center"}
        place |= {"yref": "paper", "y": 1.01, "yanchor": "bottom"}
        figure.add_annotation(text=title, showarrow=False, **place)
    return figure


def _plane(figure: go.Figure, i: int, m: int, values: np.ndarray, scale: tuple[float, float]) -> None:
    """Draw one plane of log losses, left (i = 0) or right, with the start and the end of training."""
    low, high = scale
    axes = {"xaxis": "x" if i == 0 else "x2", "yaxis": "y"}
    bar = {"title": {"text": "log₁₀<br>loss"}, "thickness": 12, "tickformat": ".1f"}
    look = {"zmin": low, "zmax": high, "colorscale": style.SURFACE, "showscale": i == 0, "colorbar": bar}
    lines = {"start": low, "end": high, "size": (high - low) / 14}
    hover = f"m = {m}<br>log₁₀ loss %{{z:.2f}}<extra></extra>"
    figure.add_contour(x=views.SIDE, y=views.SIDE, z=values, contours=lines, hovertemplate=hover, **axes, **look)
    marks = {"mode": "markers+text", "text": ["start", "end"], "textposition": "top center", "showlegend": False}
    white = {"color": style.LIGHT.background}
    ink = white | {"size": 9, "line": {"color": style.LIGHT.ink, "width": 1}}
    figure.add_scatter(x=[0, 1], y=[0, 0], marker=ink, textfont=white, hoverinfo="skip", **marks, **axes)


def _not_there(figure: go.Figure, result: DynamicsResult, view: str) -> go.Figure:
    """Draw labelled axes, and say why they are empty."""
    said = "computing" if result.settings.view == view else f"not computed: choose the second chart “{view}”"
    return figure.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", text=said, showarrow=False)


CHARTS = {
    "curves": Chart(curves, ("band", "paths", "twins", "limits", "beside")),
    "reached": Chart(heatmap, ("cells",)),
    "fit": Chart(fit, ("view",)),
    "kernel": Chart(kernel, ("view",)),
    "surface": Chart(surface, ("view",)),
}


def charts(settings: DynamicsSettings) -> dict[str, Chart]:
    """Return what these settings show: the second chart is the chosen one."""
    return {name: CHARTS[name] for name in ("curves", "reached", settings.view)}
