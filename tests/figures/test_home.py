"""The picture of a hypernetwork: well formed, named, in the palette's colours, whole, and of nothing from elsewhere."""

import base64
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from hyperviz.figures import home, style

WIDEST = 0.75  # of a letter of a sans-serif face, in units of its size
LOADS = {"href", "src", "{http://www.w3.org/1999/xlink}href"}


def drawing(dark=False):
    """The SVG inside the image element."""
    data = re.search('base64,([^"]+)', home.picture(dark))
    return base64.b64decode(data[1]).decode()


def box(element) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what an element draws."""
    kind, values = element.tag.rsplit("}")[-1], element.attrib
    if kind == "rect":
        x, y, width, height = (float(values[name]) for name in ("x", "y", "width", "height"))
        return x, y, x + width, y + height
    if kind == "line":
        x, y = (sorted(float(values[name]) for name in names) for names in (("x1", "x2"), ("y1", "y2")))
        return x[0], y[0], x[1], y[1]
    x, y, size = (float(values[name]) for name in ("x", "y", "font-size"))
    assert (kind, values["text-anchor"]) == ("text", "middle")
    half = WIDEST * size * len(element.text) / 2
    return x - half, y - size, x + half, y + size / 4


@pytest.mark.parametrize(("dark", "colours"), [(False, style.LIGHT), (True, style.DARK)])
def test_the_picture_is_well_formed_and_says_what_it_shows_in_the_theme_s_colours(dark, colours):
    said = " ".join(ET.fromstring(drawing(dark)).itertext())
    for word in ("f", "g", "x", "z", "h(x, z)", "weights v = f(x)", "depth L, width n", "depth H, width m"):
        assert word in said
    assert f'<img alt="{home.ALT}"' in home.picture(dark)
    used = set(re.findall('(?:stroke|fill)="(#[0-9a-f]{6})"', drawing(dark)))
    assert used == {colours.f, colours.g, colours.both, colours.ink, colours.faint}


def test_the_words_for_those_who_do_not_see_it_name_every_part():
    assert set(re.findall(r"\b[xfvgzh]\b", home.ALT)) == set("xfvgzh")


def test_everything_lies_within_the_view():
    svg = ET.fromstring(drawing())
    left, top, width, height = map(float, svg.get("viewBox").split())
    boxes = np.array([box(element) for element in svg if not element.tag.endswith("defs")])
    assert len(boxes) > 10
    assert (boxes[:, :2] >= [left, top]).all()
    assert (boxes[:, 2:] <= [left + width, top + height]).all()


def test_the_picture_is_of_plain_shapes_that_load_nothing_and_run_nothing():
    elements = list(ET.fromstring(drawing()).iter())
    assert {element.tag.rsplit("}")[-1] for element in elements} == {
        "svg", "defs", "marker", "path", "rect", "text", "line"
    }  # fmt: skip
    attributes = {name: value for element in elements for name, value in element.attrib.items()}
    assert not LOADS & set(attributes)
    assert not any(name.startswith("on") for name in attributes)
    assert set(re.findall(r"url\(([^)]*)\)", drawing())) == {"#tip"}
