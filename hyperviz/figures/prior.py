"""Theorem 2: the law of one output, of two, and how far it is from Gaussian as the networks widen."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import prior_depth, prior_functions, prior_kernel, style
from hyperviz.studies.prior import PriorResult
from hyperviz.studies.prior_lines import DRAWS, FITTED, LINES, NARROW_F, NARROW_G, WIDE, WIDE_DRAWS, WIDTHS

BINS = np.linspace(-4.5, 4.5, 61)  # in units of the limit's standard deviation
FINE = np.linspace(-4.5, 4.5, 181)
CLOUD = 1000  # points of the scatter


def histogram(result: PriorResult, dark: bool = False) -> go.Figure:
    """Outputs h(u) over draws, the density at these widths, and N(0, Lambda^H)."""
    colours, sigma = style.palette(dark), float(result.limit[0, 0]) ** 0.5
    values, count = np.asarray(result.outputs.value)[:, 0], len(result.outputs.value)
    gaussian = np.exp(-(FINE**2) / 2) / (2 * np.pi) ** 0.5 / sigma
    figure = style.figure(dark, x="output h(u) of a random network", y="density", height=430)
    figure.update_xaxes(range=[-4.5 * sigma, 4.5 * sigma])
    figure.update_yaxes(range=[0, 1.6 * gaussian.max()])
    if count:
        inside = np.histogram(values, BINS * sigma)[0] / count / np.diff(BINS * sigma)
        middle = (BINS[1:] + BINS[:-1]) / 2 * sigma
        look = {"marker": {"color": style.translucent(colours.both, 0.35)}, "name": f"{count:,} draws of h(u)"}
        hover = "h = %{x:.2f}<br>density %{y:.3f}<extra></extra>"
        figure.add_bar(
            x=_small(middle), y=_small(inside), width=float(np.diff(BINS)[0] * sigma), hovertemplate=hover, **look
        )
        density = {"name": "density at these widths", "line": {"color": colours.both, "width": 2.5}}
        figure.add_scatter(x=_small(FINE * sigma), y=_small(_density(result, FINE * sigma)), mode="lines", **density)
        _beyond(figure, values, 4.5 * sigma)
    limit = {"name": "limit N(0, Λᴴ), n = m = ∞", "line": style.theory_line(dark)}
    figure.add_scatter(x=_small(FINE * sigma), y=_small(gaussian), mode="lines", **limit)
    return figure.update_layout(bargap=0)


def _density(result: PriorResult, at: np.ndarray) -> np.ndarray:
    """The mean over draws of N(0, v), v the variance given the hidden layers; dead networks have none."""
    variance = np.asarray(result.outputs.covariance)[:, 0, 0]
    alive = variance[variance > 0][:4096, None]
    if not len(alive):
        return np.zeros_like(at)
    share = len(variance[variance > 0]) / len(variance)
    return share * (np.exp(-(at**2) / (2 * alive)) / np.sqrt(2 * np.pi * alive)).mean(0)


def _beyond(figure: go.Figure, values: np.ndarray, edge: float) -> None:
    """What the axes leave out is said."""
    outside, dead = float(np.mean(np.abs(values) > edge)), float(np.mean(values == 0))
    said = [f"{outside:.1%} of the draws lie beyond this axis"] * (outside > 0.001)
    said += [f"{dead:.1%} are exactly 0: a layer died"] * (dead > 0.001)
    if said:
        text = "; ".join(said)
        figure.add_annotation(x=0.01, y=0.99, xref="paper", yref="paper", text=text, showarrow=False)


def lines(result: PriorResult, dark: bool = False) -> go.Figure:
    """KS distance from the limit along three lines of widths, log-log, with fitted and predicted slopes."""
    colours = style.palette(dark)
    figure = style.figure(dark, x="width (log scale)", y="KS distance from N(0, Λᴴ) (log scale)")
    figure.update_xaxes(type="log", dtick=1, range=[-0.2, 6.2])
    figure.update_yaxes(type="log", dtick=1, range=[-5, 0.1], exponentformat="power")
    part = result.parts.get("lines")
    for name, colour in zip(LINES, (colours.f, colours.g, colours.both), strict=True):
        have = [w for w in WIDTHS if part and LINES[name](w) in part.cells]
        found = [part.cells[LINES[name](w)].distance for w in have] if part else []
        fit = part.fits.get(name) if part else None
        slope = fit.slope if fit else None
        kept = {"only f widens": f", m = {NARROW_G}", "only g widens": f", n = {NARROW_F}"}.get(name, "")
        label = name + kept + (f": slope {slope.value:+.2f} [{slope.low:+.2f}, {slope.high:+.2f}]" if slope else "")
        bars = {"type": "data", "array": [2 * m.stderr for m in found], "color": colour}
        look = {"mode": "lines+markers", "line": {"color": colour}, "name": label, "error_y": bars}
        figure.add_scatter(x=have, y=[m.value for m in found], **look)
        if fit and slope:
            wide = FITTED
            level = part.cells[LINES[name](wide[0])].distance.value  # pyright: ignore[reportOptionalMemberAccess]
            predicted = {"name": "slopes of Theorem 2", "showlegend": name == "both widen", "hoverinfo": "skip"}
            y = [level * (w / wide[0]) ** fit.claim for w in wide]
            figure.add_scatter(x=wide, y=y, mode="lines", line=style.theory_line(dark), **predicted)
    return figure


def joint(result: PriorResult, dark: bool = False) -> go.Figure:
    """The outputs at two inputs, draw by draw, and the ellipses that hold half and 95 % of the limit's."""
    colours, limit = style.palette(dark), result.limit
    values, edge = np.asarray(result.outputs.value)[:CLOUD], 4 * float(limit[0, 0]) ** 0.5
    figure = style.figure(dark, x="h(u)", y="h(u′)")
    figure.update_xaxes(range=[-edge, edge])
    figure.update_yaxes(range=[-edge, edge])
    marker = {"color": style.translucent(colours.both, 0.45), "size": 4}
    figure.add_scatter(x=_small(values[:, 0]), y=_small(values[:, 1]), mode="markers", marker=marker, name="draws")
    turn = np.linspace(0, 2 * np.pi, 91)
    circle = np.linalg.cholesky(limit + 1e-12 * np.trace(limit) * np.eye(2)) @ np.stack([np.cos(turn), np.sin(turn)])
    for share in (0.5, 0.95):
        x, y = circle * (-2 * np.log(1 - share)) ** 0.5
        inside = _inside(np.asarray(result.outputs.value), limit, share)
        name = (
            f"{share:.0%} ellipse of N(0, Λᴴ): holds {inside:.0%}"
            if len(values)
            else f"{share:.0%} ellipse of N(0, Λᴴ)"
        )
        figure.add_scatter(x=_small(x), y=_small(y), mode="lines", line=style.theory_line(dark), name=name)
    return figure


def _inside(values, limit, share) -> float:
    """How many of the draws the ellipse holds."""
    if not len(values):
        return float("nan")
    distance = np.einsum("ri,ij,rj->r", values, np.linalg.pinv(limit), values)
    return float(np.mean(distance <= -2 * np.log(1 - share)))


def _small(values) -> np.ndarray:
    """Half the bytes on the wire, and more digits than a screen shows."""
    return np.asarray(values, np.float32)


SECTIONS = {  # what each view shows below the histogram: figure -> (caption, parts that it is drawn from, function)
    "prior": {
        "lines": (
            "**Distance from the Gaussian** against width: which line keeps falling? Bars: ± 2 standard errors of "
            f"{DRAWS:,} draws, {WIDE_DRAWS} beyond width {WIDE:,}.",
            ("lines",),
            lines,
        ),
        "joint": ("**Two inputs at once**: do the ellipses hold their share of the draws?", ("outputs",), joint),
    },
    "functions": prior_functions.SECTION,
    "kernel": prior_kernel.SECTION,
    "depth": prior_depth.SECTION,
}
FIGURES = {"histogram": histogram} | {name: draw for part in SECTIONS.values() for name, (*_, draw) in part.items()}


def shown(result) -> dict:
    """The figures that this view computes."""
    return {"histogram": histogram} | {name: draw for name, (*_, draw) in SECTIONS[result.settings.view].items()}
