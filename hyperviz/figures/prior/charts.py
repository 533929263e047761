"""Draw Theorem 2: the law of one output, of two, and how far it is from Gaussian as the networks widen."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hyperviz.figures import style
from hyperviz.figures.chart import Chart
from hyperviz.figures.prior import (
    depth_scaling,
    generator,
    initialisation,
    input_scale,
    kernel_structure,
    own_points,
    sample_functions,
)
from hyperviz.figures.style import small
from hyperviz.studies.common.verdict import signed
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.width_scaling import DRAWS, FITTED, LINES, NARROW_F, NARROW_G, WIDE, WIDE_DRAWS, WIDTHS

BINS = np.linspace(-4.5, 4.5, 61)  # in units of the limit's standard deviation
FINE = np.linspace(-4.5, 4.5, 181)
CLOUD = 1000  # points of the scatter
GAPS = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]


def histogram(result: PriorResult) -> go.Figure:
    """Draw the outputs h(u) over draws, their density at these widths, and N(0, Lambda^H)."""
    colours, sigma = style.palette(), float(result.limit[0, 0]) ** 0.5
    values, count = np.asarray(result.outputs.value)[:, 0], len(result.outputs.value)
    gaussian = np.exp(-(FINE**2) / 2) / (2 * np.pi) ** 0.5 / sigma
    figure = style.figure(x="output h(u) of a random network", y="density")
    figure.update_xaxes(range=[-4.5 * sigma, 4.5 * sigma])
    figure.update_yaxes(range=[0, 1.6 * gaussian.max()])
    if count:
        inside = np.histogram(values, BINS * sigma)[0] / count / np.diff(BINS * sigma)
        middle = (BINS[1:] + BINS[:-1]) / 2 * sigma
        look = {"marker": {"color": style.translucent(colours.both, 0.35)}, "name": f"{count:,} random networks"}
        hover = "h = %{x:.2f}<br>density %{y:.3f}<extra></extra>"
        figure.add_bar(
            x=small(middle),
            y=small(inside),
            width=float(np.diff(BINS)[0] * sigma),
            hovertemplate=hover,
            **look,
        )
        density = {"name": "density at these widths", "line": {"color": colours.both, "width": 2.5}}
        figure.add_scatter(x=small(FINE * sigma), y=small(_density(result, FINE * sigma)), mode="lines", **density)
        _beyond(figure, values, 4.5 * sigma)
    limit = {"name": "limit N(0, Λᴴ), n = m = ∞", "line": style.theory_line()}
    figure.add_scatter(x=small(FINE * sigma), y=small(gaussian), mode="lines", **limit)
    return figure.update_layout(bargap=0)


def _density(result: PriorResult, at: np.ndarray) -> np.ndarray:
    """Return the mean over draws of N(0, v), v the variance given the hidden layers; dead networks have none."""
    variance = np.asarray(result.outputs.covariance)[:, 0, 0]
    alive = variance[variance > 0][:4096, None]
    if not len(alive):
        return np.zeros_like(at)
    share = len(variance[variance > 0]) / len(variance)
    return share * (np.exp(-(at**2) / (2 * alive)) / np.sqrt(2 * np.pi * alive)).mean(0)


def _beyond(figure: go.Figure, values: np.ndarray, edge: float) -> None:
    """Write what the axes leave out."""
    outside, dead = float(np.mean(np.abs(values) > edge)), float(np.mean(values == 0))
    said = [f"{outside:.1%} of the outputs lie beyond this axis"] * (outside > 0.001)
    said += [f"{dead:.1%} are exactly 0: a layer died"] * (dead > 0.001)
    if said:
        text = "; ".join(said)
        figure.add_annotation(x=0.01, y=0.99, xref="paper", yref="paper", text=text, showarrow=False)


def lines(result: PriorResult) -> go.Figure:
    """Draw the KS distance from the limit along three lines of widths, log-log, with fitted and predicted slopes."""
    colours = style.palette()
    figure = style.figure(x="width (log scale)", y="largest gap to a Gaussian (log scale)", margin={"l": 84})
    window = [-5, 0.1]
    style.widths(figure, 0.6, 1.6e6)
    figure.update_yaxes(
        type="log", tickvals=GAPS, ticktext=[f"{gap:.3%}".rstrip("0%").rstrip(".") + " %" for gap in GAPS]
    )
    figure.update_yaxes(range=window)
    part, ends = result.parts.get("lines"), []
    looks = ((colours.f, "triangle-up"), (colours.g, "square"), (colours.both, "circle"))
    for name, (colour, marker) in zip(LINES, looks, strict=True):
        have = [w for w in WIDTHS if part and LINES[name](w) in part.cells]
        found = [part.cells[LINES[name](w)].distance for w in have] if part else []
        fit = part.fits.get(name) if part else None
        slope = fit.slope if fit else None
        kept = {"only f widens": f", m = {NARROW_G}", "only g widens": f", n = {NARROW_F}"}.get(name, "")
        label = name + kept + (f": slope {signed(slope.value)}" if slope else "")
        if found:
            short = name + (f"<br>slope {signed(slope.value)}" if slope else "")
            ends.append((short, np.log10(max(found[-1].value, 1e-5)), colour))
        bars = {"type": "data", "array": [2 * m.stderr for m in found], "color": colour}
        look = {"mode": "lines+markers", "line": {"color": colour}, "name": label, "error_y": bars}
        look["marker"] = {"symbol": marker, "size": 9}
        figure.add_scatter(x=have, y=[m.value for m in found], **look)
        if fit and slope:
            wide = FITTED
            level = part.cells[LINES[name](wide[0])].distance.value  # pyright: ignore[reportOptionalMemberAccess]
            predicted = {"name": "slopes of Theorem 2", "showlegend": name == "both widen", "hoverinfo": "skip"}
            y = [level * (w / wide[0]) ** fit.claim for w in wide]
            figure.add_scatter(x=wide, y=y, mode="lines", line=style.theory_line(), **predicted)
    style.end_labels(figure, ends, window, width=112)
    return figure


def joint(result: PriorResult) -> go.Figure:
    """Draw the outputs at two inputs, draw by draw, and the ellipses that hold half and 95 % of the limit's."""
    colours, limit = style.palette(), result.limit
    values, edge = np.asarray(result.outputs.value)[:CLOUD], 4 * float(limit[0, 0]) ** 0.5
    figure = style.figure(x="h(u)", y="h(u′)")
    figure.update_xaxes(range=[-edge, edge])
    figure.update_yaxes(range=[-edge, edge])
    marker = {"color": style.translucent(colours.both, 0.45), "size": 4}
    figure.add_scatter(
        x=small(values[:, 0]), y=small(values[:, 1]), mode="markers", marker=marker, name="random networks"
    )
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
        figure.add_scatter(x=small(x), y=small(y), mode="lines", line=style.theory_line(), name=name)
    return figure


def _inside(values, limit, share) -> float:
    """Return how many of the draws the ellipse holds."""
    if not len(values):
        return float("nan")
    distance = np.einsum("ri,ij,rj->r", values, np.linalg.pinv(limit), values)
    return float(np.mean(distance <= -2 * np.log(1 - share)))


SECTIONS = {  # what each view shows below the histogram
    "prior": {
        "lines": Chart(
            lines,
            ("lines",),
            "Widen only f, only g, or both: which approaches the bell curve? Dashed: the theorem. "
            f"Bars: ± 2 standard errors of {DRAWS:,} networks, {WIDE_DRAWS} beyond width {WIDE:,}.",
        ),
        "joint": Chart(
            joint, ("outputs",), "Two inputs at once: do 50 % and 95 % of the networks fall inside the ellipses?"
        ),
    },
    "functions": sample_functions.SECTION,
    "kernel": kernel_structure.SECTION,
    "depth": depth_scaling.SECTION,
    "initialisation": initialisation.SECTION,
    "points": own_points.SECTION,
    "scale": input_scale.SECTION,
    "generator": generator.SECTION,
}
HISTOGRAM = {"histogram": Chart(histogram, ("outputs", "normality"))}
CHARTS = HISTOGRAM | {name: chart for section in SECTIONS.values() for name, chart in section.items()}


def charts(settings: PriorSettings) -> dict[str, Chart]:
    """Return what the chosen view shows, the histogram first."""
    return HISTOGRAM | SECTIONS[settings.view]
