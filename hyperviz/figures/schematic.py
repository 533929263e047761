"""Draw f and g with every hidden neuron, as an SVG without a script."""

from __future__ import annotations

import base64
import math

from hyperviz.figures import style
from hyperviz.studies.common.networks.network_sizes import NetworkSizes, counted, in_bytes

VIEW, STRIP = "0 0 392 224", "0 0 392 62"
ROWS, PITCH = 24, 5.0  # neurons in a column, and units between two
FEW, NEAR = 7, 3.4  # the same in the strip


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


def strip(sizes: NetworkSizes) -> str:
    """Return a small image in both themes: hidden layers of f and g, neurons, n_L and bytes at these sizes.

    A layer has a dot for each doubling of its neurons, so that one and a million are drawn alike.
    """
    weights, f, g = sizes.weights, _layers(sizes.hidden_f), _layers(sizes.hidden_g)
    memory = "never written" if math.isinf(weights) else f"{in_bytes(weights)} float32"
    alt = (
        f"f has {f} hidden neurons and must write the n_L = {counted(weights)} weights of g ({memory}); "
        f"g has {g} hidden neurons."
    )
    found = ""
    for theme, dark in (("in-light", False), ("in-dark", True)):
        p = style.palette(dark)
        body = [
            *(text(x, 36, word, p.ink, 15) for x, word in ((6, "x"), (386, "h"))),
            *(arrow(x, 32, x + 12, 32, p.ink) for x in (12, 366)),
            *_network(76, f"f: {f}", sizes.hidden_f, p.f),
            arrow(134, 32, 258, 32, p.both),
            text(196, 13, f"n_L = {counted(weights)}", p.both, 13),
            text(196, 57, memory, p.both, 13),
            *_network(316, f"g: {g}", sizes.hidden_g, p.g),
        ]
        found += f'<div class="{theme}">{image("".join(body), alt, STRIP)}</div>'
    return f'<div class="term" role="button" tabindex="0" data-term="n_L">{found}</div>'


def _network(x: float, name: str, hidden: tuple[float, ...], colour: str) -> list[str]:
    """Return the name, the layers and the number of neurons of a network, their middle at x."""
    columns = [_doublings(count) for count in hidden]
    wide = sum(math.ceil(dots / FEW) * NEAR for dots in columns) + NEAR * (len(columns) - 1)
    at, drawn = x - wide / 2 + NEAR / 2, ""
    for dots in columns:
        for first in range(0, dots, FEW):
            rows = min(FEW, dots - first)
            drawn += f"M{at:.1f} {32 - (rows - 1) / 2 * NEAR:.1f}v{(rows - 1) * NEAR + 0.1:.1f}"
            at += NEAR
        at += NEAR
    look = f'stroke-width="2.8" stroke-linecap="round" stroke-dasharray="0 {NEAR}"'
    dots = [f'<path d="{drawn}" fill="none" stroke="{colour}" {look}/>'] if drawn else []
    return [text(x, 13, name, colour, 13), *dots, text(x, 57, f"{counted(sum(hidden))} neurons", colour, 13)]


def _doublings(count: float) -> int:
    """Return the dots of a layer: 1 for one neuron, 21 for a million and for infinitely many."""
    return 1 + round(math.log2(min(count, 2**20)))


def _layers(hidden: tuple[float, ...]) -> str:
    """Return the hidden layers in words: 3 × 64, or 3 × 64 + 100 where the last is another."""
    if not hidden:
        return "no"
    alike = [count for count in hidden if count == hidden[0]]
    return " + ".join([f"{len(alike)} × {counted(hidden[0])}", *map(counted, hidden[len(alike) :])])
