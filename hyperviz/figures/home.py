"""Draw the picture of the home page: f and g neuron by neuron, and kernels of random networks beside their limit."""

from __future__ import annotations

import numpy as np

from hyperviz.figures import schematic, style
from hyperviz.studies.home.study import HomeResult, said

LEFT, RIGHT, TOP, BOTTOM = 40, 382, 34, 184  # of the axes, in the units of the view
LOW, HIGH = -1.0, 11.0  # of K: the same at every width


def picture(result: HomeResult) -> str:
    """Return both images, side by side where there is room, in the light and in the dark theme."""
    size = "flex:1 1 300px;min-width:0"
    themes = []
    for name, dark in (("in-light", False), ("in-dark", True)):
        pair = (
            schematic.networks(result.settings.width_f, result.settings.width_g, dark),
            curves(result, dark),
        )
        inner = "".join(f'<div style="{size}">{one}</div>' for one in pair)
        row = f'<div style="display:flex;flex-wrap:wrap;gap:0.5rem 2rem;max-width:1240px">{inner}</div>'
        themes.append(f'<div class="{name}">{row}</div>')
    return "".join(themes)


def curves(result: HomeResult, dark: bool = False) -> str:
    """Return the image: a thin line a random network, the limit dashed, one fixed axis."""
    p = style.palette(dark)
    frame = f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="{p.faint}"/>'
    ticks = [schematic.text(24, _y(k) + 5, str(k), p.ink) for k in (0, 4, 8)]
    ends = [
        schematic.text(_x(t), 202, words, p.ink)
        for t, words in ((-np.pi / 2 + 0.2, "−90°"), (0, "0°"), (np.pi / 2 - 0.15, "90°"))
    ]
    named = [
        schematic.text(128, 18, f"{len(result.curves)} random networks", p.both),
        schematic.text(304, 18, "dashed: n = m = ∞", p.ink),
        schematic.text((LEFT + RIGHT) / 2, 220, "kernel K against the angle between two z", p.ink),
    ]
    shown = "".join(_line(result.theta, row, f'stroke="{p.both}" stroke-opacity="0.6"') for row in result.curves)
    limit = _line(result.theta, result.limit, f'stroke="{p.ink}" stroke-width="2.5" stroke-dasharray="7 4"')
    alt = f"Tangent kernels of {len(result.curves)} random networks and, dashed, their limit. {said(result)}"
    return schematic.image("".join([frame, *ticks, *ends, *named, shown, limit]), alt, schematic.VIEW)


def _line(theta: np.ndarray, values: np.ndarray, look: str) -> str:
    """Return a curve; what leaves the axis runs along its edge."""
    inside = np.clip(values, LOW, HIGH)
    points = " ".join(f"{_x(t):.1f},{_y(k):.1f}" for t, k in zip(theta, inside, strict=True))
    return f'<polyline points="{points}" fill="none" {look}/>'


def _x(theta: float) -> float:
    return LEFT + (theta / np.pi + 0.5) * (RIGHT - LEFT)


def _y(k: float) -> float:
    return BOTTOM - (k - LOW) / (HIGH - LOW) * (BOTTOM - TOP)
