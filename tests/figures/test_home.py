"""The picture of the home page: every neuron, in the palette's colours, whole, and of nothing from elsewhere."""

import base64
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from hyperviz.data import stored
from hyperviz.figures import home, schematic, style, thumbnail
from hyperviz.studies.home.settings import HomeSettings
from hyperviz.studies.home.study import DRAWS, look
from hyperviz.studies.registry import STUDIES

WIDEST = 0.6  # of a letter of a sans-serif face on average, in units of its size
SMALLEST = 12 * 392 / 350  # units of the view that are 12 pixels on a phone of 390
WIDE, NARROW = HomeSettings(width_f=512, width_g=512), HomeSettings(width_f=2, width_g=3)


def svg(image):
    """The SVG inside an image element."""
    return ET.fromstring(base64.b64decode(re.search('base64,([^"]+)', image)[1]))


def of(element, kind):
    return [child for child in element.iter() if child.tag.endswith(kind)]


@pytest.mark.parametrize(("n", "m"), [(2, 3), (100, 7), (512, 512)])
def test_every_hidden_neuron_is_drawn_and_the_weights_that_f_writes_are_counted(n, m):
    image = schematic.networks(n, m)
    dots = [len(re.findall("h0", path.get("d"))) for path in of(svg(image), "path")]
    assert [count for count in dots if count] == [n, m]
    assert f"{2 * m + m:,} weights v" in " ".join(svg(image).itertext())
    assert set(re.findall(r"\b[xfvgzh]\b", re.search('alt="([^"]*)"', image)[1])) == set("xfvgzh")


@pytest.mark.parametrize(("dark", "colours"), [(False, style.LIGHT), (True, style.DARK)])
def test_the_colours_are_those_of_the_theme(dark, colours):
    drawn = svg(schematic.networks(8, 8, dark))
    used = {element.get(name) for element in drawn.iter() for name in ("stroke", "fill")} - {None, "none"}
    assert used == {colours.f, colours.g, colours.both, colours.ink}


def test_the_curves_are_the_result_s_and_stay_on_the_axis():
    result = look(NARROW)
    lines = of(svg(home.curves(result)), "polyline")
    assert len(lines) == DRAWS + 1
    points = np.array([[pair.split(",") for pair in line.get("points").split()] for line in lines], float)
    inside = np.clip(np.vstack([result.curves, result.limit]), home.LOW, home.HIGH)
    back = home.LOW + (home.BOTTOM - points[..., 1]) / (home.BOTTOM - home.TOP) * (home.HIGH - home.LOW)
    np.testing.assert_allclose(back, inside, atol=0.01)


@pytest.mark.parametrize("settings", [NARROW, WIDE])
def test_all_words_are_large_enough_and_within_the_view(settings):
    found = re.findall("<img[^>]*>", home.picture(look(settings)))
    assert len(found) == 4
    for drawn in map(svg, found):
        left, top, width, height = map(float, drawn.get("viewBox").split())
        for words in of(drawn, "text"):
            x, y, size = (float(words.get(name)) for name in ("x", "y", "font-size"))
            half = WIDEST * size * len(words.text) / 2
            assert size >= SMALLEST
            assert left <= x - half, words.text
            assert x + half <= left + width, words.text
            assert top <= y - size, words.text
            assert y + size / 4 <= top + height, words.text


def test_the_pictures_load_nothing_and_run_nothing():
    pictures = stored.pictures()
    images = [home.picture(look(NARROW)), *(thumbnail.picture(name, pictures) for name in STUDIES)]
    for image in re.findall("<img[^>]*>", "".join(images)):
        for element in svg(image).iter():
            assert element.tag.rsplit("}")[-1] not in {"script", "image", "use", "foreignObject"}
            assert not any(name.startswith("on") or name.endswith(("href", "src")) for name in element.attrib)


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_has_a_thumbnail_with_shapes_and_without_words(name):
    drawn = svg(thumbnail.picture(name, stored.pictures()))
    assert not of(drawn, "text")
    assert len(list(drawn.iter())) > 5
