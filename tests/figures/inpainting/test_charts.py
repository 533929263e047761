"""The pictures of completed digits and of their errors hold the result's numbers."""

import numpy as np
import pytest

from hyperviz.figures import image_grid, style
from hyperviz.figures.inpainting import charts as figures
from hyperviz.studies.inpainting import study
from hyperviz.studies.inpainting.paper_table1 import IMAGES, TABLE1
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.study import InpaintingResult

RNG = np.random.default_rng(0)
BASELINES = ["mean image", "neighbours", "plain ridge"]
ROWS = ["truth", "f sees", "NNGP", "HK", *BASELINES]


def waiting(**settings):
    asked = InpaintingSettings(**settings)
    return InpaintingResult(asked, study._gallery(asked), {}, None, (), 0.0, False)


@pytest.fixture(scope="module")
def result():
    """Completions and errors made by hand."""
    start = waiting()
    predicted = {kernel: RNG.integers(0, 256, (8, 28, 28), np.uint8) for kernel in ("nngp", "hk")}
    errors = {
        (n, k): study.Error(0.1 / n**0.2 + 0.01 * (k == "hk"), 0.001 * n**-0.5, 0.2, 0.002, 1, 0.0, 0.0)
        for n in (200, 10, 50)
        for k in ("nngp", "hk")
    }
    return start._replace(gallery=start.gallery._replace(predicted=predicted), errors=errors)


def digit(sheet, row, column):
    return sheet[29 * row : 29 * row + 28, 29 * column : 29 * column + 28]


def test_the_gallery_has_a_row_for_the_truth_for_what_f_sees_and_for_each_kernel(result):
    figure = figures.gallery(result)
    sheet, shown = np.asarray(figure.data[0].z), result.gallery
    assert list(figure.layout.yaxis.ticktext) == ROWS
    assert list(figure.layout.xaxis.ticktext) == [str(v) for v in shown.labels]
    for row, images in enumerate((shown.truth, shown.seen, shown.predicted["nngp"], shown.predicted["hk"])):
        for column in range(8):
            np.testing.assert_array_equal(digit(sheet, row, column), np.maximum(images[column], 1))


def test_lines_between_digits_are_the_only_pixels_with_their_value(result):
    white = result.gallery._replace(truth=np.zeros((8, 28, 28), np.uint8))
    sheet = np.asarray(figures.gallery(result._replace(gallery=white)).data[0].z)
    between = np.ones_like(sheet, bool)
    for row in range(len(ROWS)):
        for column in range(8):
            digit(between, row, column)[:] = False
    np.testing.assert_array_equal(sheet == image_grid.BETWEEN, between)


def test_ticks_stand_in_the_middle_of_their_digits(result):
    layout = figures.gallery(result).layout
    np.testing.assert_array_equal(layout.xaxis.tickvals, 14 + 29 * np.arange(8))
    np.testing.assert_array_equal(layout.yaxis.tickvals, 14 + 29 * np.arange(len(ROWS)))
    assert layout.yaxis.autorange == "reversed"


def test_the_grey_scale_is_fixed_so_that_digits_compare(result):
    for shown in (result, waiting()):
        heat = figures.gallery(shown).data[0]
        assert (heat.zmin, heat.zmax) == (0, 255)
        assert heat.colorscale[2:] == ((1 / 255, "black"), (1, "white"))


def test_before_a_kernel_is_solved_its_row_is_black_and_named():
    figure = figures.gallery(waiting())
    sheet = np.asarray(figure.data[0].z)
    assert list(figure.layout.yaxis.ticktext) == ROWS
    assert digit(sheet, 2, 0).max() == digit(sheet, 3, 7).max() == 1
    assert digit(sheet, 0, 0).max() > 1
    one = figures.gallery(waiting(kernel="hk-released"))
    assert list(one.layout.yaxis.ticktext) == ["truth", "f sees", "HK as released", *BASELINES]


def test_a_gallery_of_seven_rows_travels_in_68_kilobytes(result):
    assert len(figures.gallery(result).to_json()) <= 68_000


def test_errors_stand_at_their_n_with_two_standard_errors(result):
    figure = figures.curve(result)
    for kernel, name in (("nngp", "NNGP"), ("hk", "HK")):
        (line,) = [t for t in figure.data if t.name == name]
        assert list(line.x) == [10, 50, 200]
        np.testing.assert_allclose(line.y, [result.errors[n, kernel].mse for n in line.x])
        np.testing.assert_allclose(line.error_y.array, [2 * result.errors[n, kernel].mse_stderr for n in line.x])
        assert line.line.color == getattr(style.LIGHT, kernel)
        assert line.marker.symbol == style.MARKERS[kernel]
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


@pytest.mark.parametrize("task", ["representation", "inpainting"])
def test_crosses_are_table_1(task):
    crosses = {t.name: t for t in figures.curve(waiting(task=task)).data}
    for kernel, name in (("nngp", "NNGP"), ("hk", "HK"), ("hn", "HN")):
        cross = crosses.pop(f"{name}, paper")
        assert tuple(cross.x) == IMAGES
        assert tuple(cross.y) == TABLE1[task, kernel]
        assert cross.marker.symbol == style.MARKERS["paper"]
    assert crosses == {}


def test_only_the_kernels_that_were_asked_for_are_shown():
    names = {t.name.split(",")[0] for t in figures.curve(waiting(kernel="nngp")).data}
    assert names == {"NNGP", "HN"}


@pytest.mark.parametrize("name", figures.CHARTS)
def test_axes_are_labelled_with_and_without_numbers(result, name):
    for shown in (waiting(), waiting(task="representation", kernel="hk-released"), result):
        layout = figures.CHARTS[name].draw(shown).layout
        titles = [note.text for note in layout.annotations]  # over each picture, where there are no axes
        assert layout.xaxis.title.text or titles or layout.xaxis.ticktext
        assert layout.yaxis.title.text or titles or layout.yaxis.ticktext
        assert layout.font.color == style.LIGHT.ink


def test_the_largest_n_lies_within_the_axis():
    for images in (10, 200, 4000):
        low, high = figures.curve(waiting(images=images)).layout.xaxis.range
        assert low < np.log10(10)
        assert np.log10(max(images, 500)) < high
