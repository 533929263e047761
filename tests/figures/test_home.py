"""The picture of the home page: every neuron, in the palette's colours, whole, and of nothing from elsewhere."""

import base64
import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from hyperviz.data import stored
from hyperviz.figures import home, schematic, style, thumbnail
from hyperviz.studies.common.networks.network_sizes import NetworkSizes, counted
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.home.settings import HomeSettings
from hyperviz.studies.home.study import DRAWS, look
from hyperviz.studies.registry import STUDIES
from hyperviz.studies.rotation.settings import RotationSettings

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


EVERY = [
    *(study.settings() for study in STUDIES.values()),
    ConvergenceSettings(depth_f=8, depth_g=8, width_f=1_000_000, width_g=1_000_000),
    ConvergenceSettings(depth_f=1, depth_g=1),
    RotationSettings(depth_f=8, parameterisation="released"),
]


@pytest.mark.parametrize("settings", EVERY)
def test_the_strip_counts_neurons_and_weights_in_words_that_are_large_and_apart(settings):
    sizes = settings.networks
    found = re.findall("<img[^>]*>", schematic.strip(sizes))
    assert len(found) == 2
    for drawn in map(svg, found):
        said = " ".join(drawn.itertext())
        assert f"n_L = {counted(sizes.weights)}" in said
        assert all(f"{counted(sum(hidden))} neurons" in said for hidden in (sizes.hidden_f, sizes.hidden_g))
        spans = {}
        for words in of(drawn, "text"):
            x, y, size = (float(words.get(name)) for name in ("x", "y", "font-size"))
            assert size * 364 / 392 >= 12  # on a phone of 390 pixels
            half = WIDEST * size * len(words.text) / 2
            spans.setdefault(y, []).append((x - half, x + half))
        for row in map(sorted, spans.values()):
            assert all(left[1] <= right[0] for left, right in itertools.pairwise(row)), said
            assert row[0][0] >= 0
            assert row[-1][1] <= 392


def test_a_layer_of_the_strip_has_one_dot_more_for_each_doubling_of_its_neurons():
    for neurons, dots in ((1, 1), (2, 2), (64, 7), (2**20, 21), (float("inf"), 21)):
        drawn = svg(schematic.strip(NetworkSizes((neurons,), (2, neurons, 1))))
        f, g = (re.findall(r"v([\d.]+)", path.get("d")) for path in of(drawn, "path") if path.get("stroke-dasharray"))
        assert [sum(int(float(length) / schematic.NEAR) + 1 for length in columns) for columns in (f, g)] == [
            dots,
            dots,
        ]


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
