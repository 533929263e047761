"""The picture of a hypernetwork: well formed, named, in the palette's colours."""

import base64
import re
import xml.etree.ElementTree as ET

import pytest

from hyperviz.figures import home, style


def drawing(dark=False):
    """The SVG inside the image element."""
    data = re.search('base64,([^"]+)', home.picture(dark))
    return base64.b64decode(data[1]).decode()


@pytest.mark.parametrize(("dark", "colours"), [(False, style.LIGHT), (True, style.DARK)])
def test_the_picture_is_well_formed_and_says_what_it_shows(dark, colours):
    said = " ".join(ET.fromstring(drawing(dark)).itertext())
    for word in ("f", "g", "x", "z", "h(x, z)", "weights v = f(x)", "depth L, width n", "depth H, width m"):
        assert word in said
    assert f'<img alt="{home.ALT}"' in home.picture(dark)
    assert len(home.ALT) > 40
    assert all(colour in drawing(dark) for colour in (colours.f, colours.g, colours.both, colours.ink))


def test_dark_and_light_differ():
    assert home.picture(True) != home.picture(False)


def test_everything_lies_within_the_view():
    svg = ET.fromstring(drawing())
    _, _, width, height = map(float, svg.get("viewBox").split())
    for element in svg.iter():
        for names, limit in ((("x", "x1", "x2"), width), (("y", "y1", "y2"), height)):
            assert all(0 <= float(element.get(name, 0)) <= limit for name in names)


def test_the_picture_loads_nothing_and_runs_nothing():
    tags = {element.tag.rsplit("}")[-1] for element in ET.fromstring(drawing()).iter()}
    assert not tags & {"script", "image", "foreignObject", "use"}
    assert "http" not in drawing().replace("http://www.w3.org/2000/svg", "")
