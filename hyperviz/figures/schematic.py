"""f and g with every hidden neuron drawn, as an SVG without a script."""

from __future__ import annotations

import base64
import math

from hyperviz.figures import style

VIEW = "0 0 392 224"
ROWS, PITCH = 24, 5.0  # neurons in a column, and units between two


def image(body: str, alt: str, view: str) -> str:
    """Return an image element of SVG shapes; an inline svg would be taken out as unsafe."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" font-family="sans-serif">'
    data = base64.b64encode(f"{head}{body}</svg>".encode()).decode()
    return f'<img alt="{alt}" src="data:image/svg+xml;base64,{data}" style="width:100%">'


def neurons(x: float, y: float, count: int, colour: str) -> str:
    """Return one dot a neuron, in columns of ROWS, their middle at (x, y)."""
    columns = math.ceil(count / ROWS)
    dots = []
    for i in range(count):
        column, row = divmod(i, ROWS)
        rows = min(ROWS, count - column * ROWS)
        dots.append(f"M{x + (column - (columns - 1) / 2) * PITCH:g} {y + (row - (rows - 1) / 2) * PITCH:g}h0")
    return f'<path d="{"".join(dots)}" stroke="{colour}" stroke-width="4" stroke-linecap="round"/>'


def text(x: float, y: float, words: str, colour: str, size: int = 14) -> str:
    """Return words, their middle at x."""
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}" font-size="{size}" text-anchor="middle">{words}</text>'


def arrow(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    """Return a line with a tip, along an axis."""
    dx, dy = (math.copysign(6, d) if d else 0 for d in (x2 - x1, y2 - y1))
    tip = f"M{x2 - dx - dy / 2:g} {y2 - dy - dx / 2:g}L{x2:g} {y2:g}L{x2 - dx + dy / 2:g} {y2 - dy + dx / 2:g}"
    return f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}{tip}" fill="none" stroke="{colour}" stroke-width="2"/>'


def networks(width_f: int, width_g: int, dark: bool = False) -> str:
    """Return the image: x -> f -> the weights v -> g, z -> g -> h, for L = H = 2 and two inputs each."""
    p, weights = style.palette(dark), 3 * width_g
    body = [
        text(14, 105, "x", p.ink, 20),
        arrow(26, 100, 44, 100, p.ink),
        neurons(104, 100, width_f, p.f),
        text(104, 24, f"f, n = {width_f:,}", p.f, 16),
        arrow(164, 100, 216, 100, p.both),
        text(132, 210, f"f writes g's {weights:,} weights v", p.both),
        text(190, 88, "v", p.both, 16),
        neurons(278, 100, width_g, p.g),
        text(278, 24, f"g, m = {width_g:,}", p.g, 16),
        arrow(338, 100, 356, 100, p.ink),
        text(378, 105, "h", p.ink, 20),
        text(278, 217, "z", p.ink, 20),
        arrow(278, 200, 278, 168, p.ink),
    ]
    alt = (
        f"A point x goes into f, which has {width_f:,} hidden neurons and outputs the {weights:,} weights v of g; "
        f"g, with {width_g:,} hidden neurons, takes a point z to the output h."
    )
    return image("".join(body), alt, VIEW)
