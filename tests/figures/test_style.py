"""One palette that every eye can tell apart: contrast as in WCAG, colour blindness as in Machado et al. (2009)."""

import itertools
import json
import re

import numpy as np
import pytest

from hyperviz.figures import style

THEMES = {"light": style.LIGHT, "dark": style.DARK}
HUES = ("f", "g", "both", "nngp", "hk", "hn", "ridge", "mean")
EYES = {  # severity 1, on linear RGB
    "normal": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
APART = 12  # in CIE Lab: neighbouring lines differ at a glance; 2.3 is just noticeable


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(colour, eye):
    t = XYZ @ np.clip(np.asarray(EYES[eye]) @ linear(colour), 0, 1) / XYZ.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one, other, eye):
    return float(np.linalg.norm(lab(one, eye) - lab(other, eye)))


def contrast(one, other):
    low, high = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_the_measures_know_known_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21, abs=1e-3)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    np.testing.assert_allclose(lab("#ff0000", "normal"), [53.24, 80.09, 67.20], atol=0.05)
    assert apart("#7a8500", "#c06a00", "deuteranopia") < 0.5 * apart("#7a8500", "#c06a00", "normal")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("together", [("f", "g", "both"), ("nngp", "hk", "hn", "ridge", "mean")])
def test_hues_that_share_a_chart_are_apart_for_every_eye(theme, eye, together):
    near = {
        pair: round(distance, 1)
        for pair in itertools.combinations(together, 2)
        if (distance := apart(*(getattr(THEMES[theme], name) for name in pair), eye)) < APART
    }
    assert near == {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", HUES)
def test_a_line_has_a_contrast_of_3_to_1_against_its_background(theme, name):
    colours = THEMES[theme]
    assert contrast(getattr(colours, name), colours.background) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["ink", "faint"])
def test_text_has_a_contrast_of_4_5_to_1(theme, name):
    colours = THEMES[theme]
    assert contrast(getattr(colours, name), colours.background) >= 4.5


def test_the_themes_are_of_one_kind_and_differ():
    assert style.palette(False) is style.LIGHT
    assert style.palette(True) is style.DARK
    for light, dark in zip(style.LIGHT, style.DARK, strict=True):
        assert light != dark
        assert re.fullmatch("#[0-9a-f]{6}", light)
        assert re.fullmatch("#[0-9a-f]{6}", dark)


def test_every_method_has_a_marker_of_its_own():
    assert set(style.MARKERS) >= {"hk", "nngp", "hn", "paper"}
    assert len(set(style.MARKERS.values())) == len(style.MARKERS)


def test_a_band_is_its_line_s_colour_let_through():
    assert style.translucent("#0a84c6", 0.25) == "rgba(10,132,198,0.25)"


def test_an_empty_figure_has_labelled_axes_and_keeps_its_zoom():
    figure = style.figure(x="across", y="up", height=300, xaxis_range=[0, 1])
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("across", "up")
    assert figure.layout.height == 300
    assert figure.layout.xaxis.range == (0, 1)
    assert figure.layout.uirevision == style.figure(x="a", y="b").layout.uirevision


def test_an_empty_template_travels_with_a_picture():
    figure = style.figure(x="across", y="up")
    assert len(figure.to_json()) < 1500
    assert json.loads(figure.to_json())["layout"]["template"] == {}


def test_theory_is_dashed_in_ink():
    assert style.theory_line() == {"color": style.LIGHT.ink, "dash": "dash", "width": 2}


def test_every_colour_of_the_light_theme_has_one_in_the_dark_theme():
    assert style.dark_colours() == dict(zip(style.LIGHT, style.DARK, strict=True))
    assert style.figure(x="a", y="b").layout.meta["dark_colours"] == style.dark_colours()


def test_names_at_the_ends_of_lines_never_lie_on_each_other():
    for heights in ([0.0, 0.01, 0.02], [-2, -2, -2], [1, 0.99, -2], [0.5]):
        figure = style.figure(x="a", y="b")
        style.end_labels(figure, [(str(i), h, "#000000") for i, h in enumerate(heights)], [-2, 1], 100)
        pixels = 420 - style.MARGIN["t"] - style.MARGIN["b"]
        at = sorted(note.y * pixels for note in figure.layout.annotations)
        assert all(b - a >= style.LINE - 1e-6 for a, b in itertools.pairwise(at))
        assert at[0] >= -1e-6
        assert at[-1] <= pixels + 1e-6


def test_widths_are_written_with_thousands_separators():
    axis = style.widths(style.figure(x="a", y="b"), 5, 20_000).layout.xaxis
    assert axis.ticktext == ("10", "100", "1,000", "10,000")
