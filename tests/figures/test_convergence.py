"""The pictures of Figure 1 hold the result's numbers, also before there are any."""

import numpy as np
import pytest

from hyperviz.figures import convergence as figures
from hyperviz.figures import style
from hyperviz.studies.common.power_laws import Coefficient, relative_spread
from hyperviz.studies.convergence import study
from hyperviz.studies.convergence.corrections import Alone
from hyperviz.studies.convergence.report import factor
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.convergence.study import CELLS, FITTED, LINES, WIDTHS
from tests.figures.numbers import drawn

RNG = np.random.default_rng(0)
CELL_VALUES = {at: 3 + RNG.standard_normal(32) * sum(at) ** -0.5 for at in CELLS}


@pytest.fixture(scope="module")
def empty():
    return study._start(ConvergenceSettings(depth_f=2, depth_g=2))


@pytest.fixture(scope="module")
def result(empty):
    """Twenty curves made by hand, and all cells: no network needs to be drawn for a picture."""
    curves = empty.theory + RNG.standard_normal((20, 33))
    wide = {n: 1 + RNG.standard_normal(256).astype(np.float32) * (3 / n) ** 0.5 for n in WIDTHS[FITTED:]}
    alone = Alone(wide, None, Coefficient(3.1, 0.2), Coefficient(-0.3, 0.5))
    slopes = study._slopes(CELL_VALUES, empty.watched, empty.settings)
    return empty._replace(curves=curves, cells=CELL_VALUES, slopes=slopes, alone=alone)


def trace(figure, name):
    (found,) = [t for t in figure.data if t.name and t.name.startswith(name) and t.line.width != 0]
    return found


@pytest.mark.parametrize("name", figures.CHARTS)
def test_every_figure_has_labelled_axes_with_and_without_numbers(empty, result, name):
    few = [empty._replace(curves=result.curves[:n]) for n in (1, 2)]
    some = empty._replace(cells={at: CELL_VALUES[at] for at in CELLS[:7]})
    dead = result._replace(cells={at: np.zeros(16) for at in CELLS}, curves=np.zeros((16, 33)), slopes={})
    for shown in (empty, *few, some, result, dead):
        figure = figures.CHARTS[name].draw(shown)
        assert figure.layout.xaxis.title.text
        assert figure.layout.yaxis.title.text
    assert drawn(figures.CHARTS[name].draw(result)).size


def test_the_limit_is_dashed_in_ink_at_1(empty, result):
    for shown in (empty, result):
        limit = trace(figures.curve(shown), "the limit")
        np.testing.assert_array_equal(limit.y, np.ones(33))
        np.testing.assert_allclose(limit.customdata, shown.theory, rtol=1e-6)
        assert (limit.line.dash, limit.line.color) == ("dash", style.LIGHT.ink)


@pytest.mark.parametrize(("name", "ends"), [("8 of 10 networks", (0.1, 0.9)), ("half of them", (0.25, 0.75))])
def test_the_bands_hold_the_networks_that_they_name(result, name, ends):
    low, high = (t for t in figures.curve(result).data if t.name.startswith(name))
    wanted = np.quantile(np.clip(result.curves / result.theory, 1 / 30, None), ends, axis=0)
    np.testing.assert_allclose([low.y, high.y], wanted, rtol=1e-4)
    assert high.fill == "tonexty"


def test_twenty_single_networks_are_one_curve_with_gaps(empty, result):
    (singles,) = [t for t in figures.curve(result).data if t.name == "single networks"]
    x, y = (np.reshape(values, (20, -1)) for values in (singles.x, singles.y))
    assert np.isnan(x[:, -1]).all()
    assert np.isnan(y[:, -1]).all()
    np.testing.assert_allclose(x[:, :-1], np.tile(result.angles, (20, 1)), rtol=1e-6)
    np.testing.assert_allclose(y[:, :-1], np.clip(result.curves[:20] / result.theory, 1 / 30, 40), rtol=1e-5)
    one = figures.curve(empty._replace(curves=result.curves[:1]))
    assert [t.name for t in one.data] == ["single networks", "the limit, n = m = ∞"]


@pytest.mark.parametrize("name", ["curve", "variance", "lines"])
def test_no_axis_moves_with_the_numbers(empty, result, name):
    """So that two settings can be compared by eye."""
    wild = result._replace(curves=1e9 * result.curves, cells={at: 1e3 * v for at, v in CELL_VALUES.items()})
    first, *others = (figures.CHARTS[name].draw(shown).layout for shown in (result, empty, wild))
    for layout in others:
        assert (layout.xaxis.range, layout.yaxis.range) == (first.xaxis.range, first.yaxis.range)
        assert layout.margin == first.margin


def test_the_dotted_line_marks_the_watched_angle(result):
    (mark,) = figures.curve(result).layout.shapes
    assert mark.x0 == mark.x1 == result.settings.theta


def test_the_heatmap_holds_by_which_factor_networks_disagree_n_to_the_right_and_m_up(result):
    heat = figures.heatmap(result).data[0]
    assert heat.z.shape == (len(WIDTHS), len(WIDTHS))
    for i, m in enumerate(WIDTHS):
        for j, n in enumerate(WIDTHS):
            found = factor(CELL_VALUES[n, m] / result.watched)
            assert heat.customdata[i, j] == pytest.approx(found, rel=1e-5)
            assert heat.z[i, j] == pytest.approx(np.log10(found), rel=1e-4, abs=1e-5)
    assert list(heat.x) == list(heat.y) == [f"{w:,}" for w in WIDTHS]
    assert figures.heatmap(result).layout.xaxis.title.text.startswith("n")


def test_pairs_of_widths_that_are_not_there_are_blank(empty):
    assert np.isnan(figures.heatmap(empty).data[0].z).all()
    one = empty._replace(cells={CELLS[0]: np.arange(4.0), CELLS[1]: np.ones(4)})
    assert np.isfinite(figures.heatmap(one).data[0].z).sum() == 2


def test_the_lines_hold_the_spreads_along_the_grid_and_their_slopes(result):
    figure = figures.lines(result)
    solid = [t for t in figure.data if t.mode == "lines+markers"]
    for name, line in zip(LINES, solid, strict=True):
        samples = [CELL_VALUES[LINES[name][0](w)] for w in WIDTHS]
        assert list(line.x) == WIDTHS
        np.testing.assert_allclose(line.y, [relative_spread(s, result.watched) for s in samples])
        assert line.name == f"{name}: slope {result.slopes[name].relative.value:+.2f}".replace("-", "−")
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_the_predicted_lines_have_the_slopes_of_theorem_3(result):
    predicted = [t for t in figures.lines(result).data if t.name == "slopes of Theorem 3"]
    for (_, claim, _), line in zip(LINES.values(), predicted, strict=True):
        assert list(line.x) == WIDTHS[FITTED:]
        assert np.diff(np.log(line.y)) / np.diff(np.log(line.x)) == pytest.approx(claim)
        assert (line.line.dash, line.line.color) == ("dash", style.LIGHT.ink)
    assert sum(t.showlegend for t in predicted) == 1


def test_the_three_lines_have_the_hues_and_the_markers_of_f_g_and_both(result):
    solid = [t for t in figures.lines(result).data if t.mode == "lines+markers"]
    assert [t.line.color for t in solid] == [style.LIGHT.f, style.LIGHT.g, style.LIGHT.both]
    assert [t.marker.symbol for t in solid] == ["triangle-up", "square", "circle"]


def test_the_product_of_the_factors_shown_is_the_limit_shown(result):
    f, g, h = (np.asarray(t.y) for t in figures.factors(result).data)
    np.testing.assert_allclose(f * g, h, rtol=1e-5)
    assert len(np.unique(f)) == 1


def test_the_first_correction_is_n_times_the_variance_beside_the_closed_form_with_both_coefficients(result):
    figure = figures.correction(result)
    f, limit = trace(figure, "Θ<sub>f</sub>, f alone"), trace(figure, "Θ<sub>f</sub> exact")
    np.testing.assert_allclose(f.y, [n * np.var(v, ddof=1) for n, v in result.alone.ratios.items()], rtol=1e-4)
    np.testing.assert_allclose(limit.y, 3, rtol=1e-6)  # L = 2: 3 / n at every n
    assert (f.name, limit.name) == ("Θ<sub>f</sub>, f alone: 3.10 ± 0.20 over n", "Θ<sub>f</sub> exact; limit 3")
    assert trace(figure, "K<sub>h</sub>").name.endswith(" over n")
    assert "off by −0.30 ± 0.50 over n, known: 0" in figure.layout.annotations[0].text
