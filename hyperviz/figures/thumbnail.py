"""Return a small picture of each page: the shipped picture of one of its claims, without its words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hyperviz.figures import schematic, style

SHOWN = {
    "inpainting": "table1-inpainting",
    "dynamics": "dynamics-reached",
    "convergence": "convergence-variance",
    "prior": "prior-lines",
    "taylor": "taylor-terms",
    "rotation": "rotation-epochs-25-compare-all-images-10000-reference",
}
VIEW = "58 14 334 170"  # the axes of a shipped picture


def picture(study: str, pictures: Mapping[str, str]) -> str:
    """Return an image of a page in both themes, decoration beside the words of its card."""
    shapes = re.sub(r"<text.*?</text>", "", pictures[SHOWN[study]], flags=re.DOTALL)
    body = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", shapes)
    dark = body
    for light, other in style.dark_colours().items():
        dark = dark.replace(light, other)
    found = ""
    for theme, drawn in (("in-light", body), ("in-dark", dark)):
        found += f'<div class="{theme}" style="max-width:400px">{schematic.image(drawn, "", VIEW)}</div>'
    return found
