"""What a hypernetwork is, in one picture."""

from __future__ import annotations

import base64

from hyperviz.figures import style

ALT = "A point x goes into f, which outputs the weights v of g; g takes a point z to the output h of x and z."


def picture(dark: bool = False) -> str:
    """An image element: x -> f -> weights v -> g, z -> g -> h."""
    p = style.palette(dark)
    body = [
        _box(150, 30, 150, 80, p.f, "f", "depth L, width n"),
        _box(470, 30, 150, 80, p.g, "g", "depth H, width m"),
        _arrow(60, 70, 145, 70, p.ink),
        _arrow(305, 70, 465, 70, p.both),
        _arrow(545, 190, 545, 117, p.ink),
        _arrow(625, 70, 700, 70, p.ink),
        _text(45, 76, "x", p.ink, 24),
        _text(385, 56, "weights v = f(x)", p.both, 16),
        _text(545, 214, "z", p.ink, 24),
        _text(752, 77, "h(x, z)", p.ink, 22),
        _text(225, 150, "the only trained network:", p.faint, 15),
        _text(225, 170, "it writes g's weights", p.faint, 15),
    ]
    marker = f'<marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="{p.ink}"/></marker>'  # noqa: E501
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 810 226" font-family="sans-serif">'
    svg = f"{head}<defs>{marker}</defs>{''.join(body)}</svg>"
    data = base64.b64encode(svg.encode()).decode()  # an inline svg would be taken out as unsafe
    return f'<img alt="{ALT}" src="data:image/svg+xml;base64,{data}" style="width:100%;max-width:760px">'


def _box(x, y, width, height, colour, name, below) -> str:
    rect = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="12" fill="{style.translucent(colour, 0.15)}" stroke="{colour}" stroke-width="2.5"/>'  # noqa: E501
    middle = x + width / 2
    return rect + _text(middle, y + 40, name, colour, 30) + _text(middle, y + 64, below, colour, 14)


def _arrow(x1, y1, x2, y2, colour) -> str:
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="2.5" marker-end="url(#tip)"/>'
    )


def _text(x, y, text, colour, size) -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}" text-anchor="middle">{text}</text>'
