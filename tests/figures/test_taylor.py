"""The Taylor figures: what they draw, also with nothing to draw."""

import numpy as np
import pytest

from hyperviz.figures import taylor as figures
from hyperviz.studies.common.power_laws import Slope
from hyperviz.studies.taylor.predictions import widths
from hyperviz.studies.taylor.settings import TaylorSettings
from hyperviz.studies.taylor.study import stream


def close(slope):
    return Slope(slope, slope - 0.1, slope + 0.1)


def made(**settings):
    """Draws that follow Theorem 1 exactly."""
    start = next(stream(TaylorSettings(**settings)))
    H, noise = start.settings.depth_g, np.exp(np.random.default_rng(0).normal(size=(50, 9)))
    falls = np.minimum(0, H - np.arange(9))
    cells = {n: noise * float(n) ** falls for n in widths(start.settings)}
    slopes = {r: close(falls[r]) for r in range(9)}
    slopes = {r: fit for r, fit in slopes.items() if r <= start.settings.depth_f * H}
    return start._replace(
        cells=cells, slopes=slopes, map={(h, r): close(min(0, h - r)) for h in range(1, 7) for r in range(1, 9)}
    )


def named(figure, beginning):
    return [trace for trace in figure.data if (trace.name or "").startswith(beginning)]


@pytest.mark.parametrize("draw", [chart.draw for chart in figures.CHARTS.values()], ids=figures.CHARTS)
def test_an_empty_result_still_has_labelled_axes(draw):
    figure = draw(next(stream(TaylorSettings())))
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text


def test_each_term_has_its_median_its_band_and_its_predicted_slope():
    result = made()
    figure = figures.terms(result)
    for r in range(1, 6):
        (line,) = list(named(figure, f"r = {r}:"))
        np.testing.assert_allclose(line.y, [np.median(v[:, r]) for _, v in sorted(result.cells.items())])
        assert f"theory {min(0, 2 - r):+d}".replace("+0", "0").replace("-", "−") in line.name
    predicted = named(figure, "predicted slope")
    assert len(predicted) == 5
    np.testing.assert_allclose(np.diff(np.log(predicted[3].y)) / np.diff(np.log(predicted[3].x)), -2)
    assert sum(trace.fill == "tonexty" for trace in figure.data) == 5
    assert named(figure, "earlier conjecture") == []


def test_an_ordinary_network_has_the_earlier_conjecture_beside_it_and_no_zero_terms():
    figure = figures.terms(made(depth_g=1))
    conjecture = named(figure, "earlier conjecture")
    assert len(conjecture) == 2  # r = 3, 4
    np.testing.assert_allclose(np.diff(np.log(conjecture[0].y)) / np.diff(np.log(conjecture[0].x)), -1)
    assert named(figure, "r = 5") == []


def test_the_mean_has_its_standard_error_for_a_band():
    result = made(average="mean")
    (line,) = named(figures.terms(result), "r = 3")
    np.testing.assert_allclose(line.y, [v[:, 3].mean() for _, v in sorted(result.cells.items())])


def test_remark_1_multiplies_by_the_step_size():
    result = made(exponent=0.5)
    (line,) = named(figures.one_step(result), "r = 2")
    n = np.array(sorted(result.cells))
    np.testing.assert_allclose(line.y, [np.median(result.cells[w][:, 2]) * w / 2 for w in n])
    assert "+1.00, theory +1" in line.name


def test_the_map_shows_each_slope_and_the_line_between_the_regimes():
    figure = figures.heatmap(made())
    heat, border = figure.data
    assert heat.z[2][4] == -2  # H = 3, r = 5
    assert heat.customdata[2][4] == -2
    assert heat.text[0][1] == "−1.0"
    assert (border.x[0], border.y[0]) == (1.5, 0.5)


def test_a_cell_whose_interval_excludes_the_prediction_is_marked():
    result = made()
    far = result._replace(map=result.map | {(5, 5): close(-0.6), (5, 4): Slope(-0.6, -1.3, 0.1)})
    text = figures.heatmap(far).data[0].text
    assert (text[4][4], text[4][3]) == ("−0.6 ×", "−0.6")


@pytest.mark.parametrize(
    ("settings", "name"),
    [({}, "r = H"), ({"activation_g": "tanh"}, None), ({"grow": "both"}, "only r = 1")],
)
def test_the_line_between_the_regimes_is_that_of_the_theory_at_these_settings(settings, name):
    names = [trace.name for trace in figures.heatmap(made(**settings)).data[1:]]
    assert [n[: len(name)] for n in names] == [name] if name else names == []


@pytest.mark.parametrize("name", ["map", "terms", "remark"])
def test_no_axis_moves_with_depth_step_or_numbers(name):
    one, other = (figures.CHARTS[name].draw(made(**s)).layout for s in ({}, {"depth_g": 1, "exponent": 0.6}))
    assert (one.xaxis.range, one.yaxis.range, one.margin) == (other.xaxis.range, other.yaxis.range, other.margin)
