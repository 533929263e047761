"""The pictures of Figure 1 hold the result's numbers, also before there are any."""

import numpy as np
import pytest

from hyperviz.figures import convergence as figures
from hyperviz.figures import style
from hyperviz.studies import convergence
from hyperviz.studies.convergence import CELLS, FITTED, LINES, WIDTHS, ConvergenceSettings
from hyperviz.studies.slopes import squared_spread, variance

RNG = np.random.default_rng(0)
CELL_VALUES = {at: 3 + RNG.standard_normal(32) * sum(at) ** -0.5 for at in CELLS}


@pytest.fixture(scope="module")
def empty():
    return convergence._start(ConvergenceSettings(depth_f=2, depth_g=2))


@pytest.fixture(scope="module")
def result(empty):
    """Twenty curves made by hand, and all cells: no network needs to be drawn for a picture."""
    curves = empty.theory + RNG.standard_normal((20, 33))
    return empty._replace(curves=curves, cells=CELL_VALUES, slopes=convergence._slopes(CELL_VALUES, empty.settings))


def trace(figure, name):
    (found,) = [t for t in figure.data if t.name and t.name.startswith(name) and t.line.width != 0]
    return found


@pytest.mark.parametrize("name", figures.FIGURES)
@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_has_labelled_axes_with_and_without_numbers(empty, result, name, dark):
    few = [empty._replace(curves=result.curves[:n]) for n in (1, 2)]
    some = empty._replace(cells={at: CELL_VALUES[at] for at in CELLS[:7]})
    dead = result._replace(cells={at: np.zeros(16) for at in CELLS}, curves=np.zeros((16, 33)), slopes={})
    for shown in (empty, *few, some, result, dead):
        figure = figures.FIGURES[name](shown, dark)
        assert figure.layout.xaxis.title.text
        assert figure.layout.yaxis.title.text
        assert figure.to_json()


def test_the_limit_is_dashed_in_ink_and_holds_the_theory(empty, result):
    for shown in (empty, result):
        limit = trace(figures.curve(shown), "limit")
        np.testing.assert_allclose(limit.y, shown.theory, rtol=1e-6)
        np.testing.assert_array_equal(limit.x, shown.angles)
        assert (limit.line.dash, limit.line.color) == ("dash", style.LIGHT.ink)


def test_the_thick_line_is_the_mean_and_says_its_draws(result):
    mean = trace(figures.curve(result), "empirical mean")
    assert mean.name == "empirical mean, 20 draws"
    np.testing.assert_allclose(mean.y, result.curves.mean(0), rtol=1e-5)


def test_the_band_is_two_standard_errors_either_side(result):
    low, high = (t for t in figures.curve(result).data if t.line.width == 0)
    mean, error = result.curves.mean(0), result.curves.std(0, ddof=1) / np.sqrt(20)
    np.testing.assert_allclose(low.y, mean - 2 * error, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(high.y, mean + 2 * error, rtol=1e-4, atol=1e-5)
    assert high.fill == "tonexty"
    assert high.name == "mean ± 2 standard errors"


def test_five_single_draws_are_shown_and_named_once(empty, result):
    singles = [t for t in figures.curve(result).data if t.name == "single draws"]
    assert len(singles) == 5
    for line, row in zip(singles, result.curves, strict=False):
        np.testing.assert_allclose(line.y, row, rtol=1e-6)
    assert [t.showlegend for t in singles] == [True, False, False, False, False]
    one = figures.curve(empty._replace(curves=result.curves[:1]))
    assert [t.name for t in one.data] == ["single draws", "limit Θ_h, n = m = ∞"]


def test_the_limit_stays_in_sight_when_a_draw_runs_off_any_scale(result):
    wild = result._replace(curves=np.vstack([result.curves, 1e9 * np.ones(33)]))
    low, high = figures.curve(wild).layout.yaxis.range
    assert low < result.theory.min() < result.theory.max() < high < 1e3


def test_the_dotted_line_marks_the_watched_angle(result):
    (mark,) = figures.curve(result).layout.shapes
    assert mark.x0 == mark.x1 == result.settings.theta


def test_the_heatmap_holds_log10_variances_n_to_the_right_and_m_up(result):
    heat = figures.heatmap(result).data[0]
    assert heat.z.shape == (len(WIDTHS), len(WIDTHS))
    for i, m in enumerate(WIDTHS):
        for j, n in enumerate(WIDTHS):
            assert heat.z[i, j] == pytest.approx(np.log10(np.var(CELL_VALUES[n, m], ddof=1)), rel=1e-5)
    assert list(heat.x) == list(heat.y) == [f"{w:,}" for w in WIDTHS]
    assert figures.heatmap(result).layout.xaxis.title.text.startswith("n")


def test_cells_that_are_not_there_or_do_not_vary_are_blank(empty):
    assert np.isnan(figures.heatmap(empty).data[0].z).all()
    one = empty._replace(cells={CELLS[0]: np.arange(4.0), CELLS[1]: np.ones(4)})
    assert np.isfinite(figures.heatmap(one).data[0].z).sum() == 1


def test_the_lines_hold_the_spreads_along_the_grid_and_their_slopes(result):
    figure = figures.lines(result)
    solid = [t for t in figure.data if t.mode == "lines+markers"]
    dotted = [t for t in figure.data if t.line.dash == "dot"]
    for name, plain, robust in zip(LINES, solid, dotted, strict=True):
        samples = [CELL_VALUES[LINES[name][0](w)] for w in WIDTHS]
        assert list(plain.x) == list(robust.x) == WIDTHS
        np.testing.assert_allclose(plain.y, [variance(s) for s in samples])
        np.testing.assert_allclose(robust.y, [squared_spread(s) for s in samples])
        fitted = result.slopes[name]
        assert plain.name.startswith(f"{name}, slope {fitted.variance.value:+.2f} [{fitted.variance.low:+.2f}")
        assert robust.name.startswith(f"IQR², slope {fitted.robust.value:+.2f}")
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_the_predicted_lines_have_the_slopes_of_theorem_3(result):
    predicted = [t for t in figures.lines(result).data if t.name == "slopes of Theorem 3"]
    for (_, claim, _), line in zip(LINES.values(), predicted, strict=True):
        assert list(line.x) == WIDTHS[FITTED:]
        assert np.diff(np.log(line.y)) / np.diff(np.log(line.x)) == pytest.approx(claim)
        assert (line.line.dash, line.line.color) == ("dash", style.LIGHT.ink)
    assert sum(t.showlegend for t in predicted) == 1


def test_the_three_lines_have_the_hues_of_f_g_and_both(result):
    for dark, colours in ((False, style.LIGHT), (True, style.DARK)):
        solid = [t for t in figures.lines(result, dark).data if t.mode == "lines+markers"]
        assert [t.line.color for t in solid] == [colours.f, colours.g, colours.both]


def test_the_product_of_the_factors_shown_is_the_limit_shown(result):
    f, g, h = (np.asarray(t.y) for t in figures.factors(result).data)
    np.testing.assert_allclose(f * g, h, rtol=1e-5)
    assert len(np.unique(f)) == 1


@pytest.mark.parametrize("name", figures.FIGURES)
def test_dark_and_light_differ_in_colours_and_in_nothing_else(result, name):
    light, dark = (figures.FIGURES[name](result, dark) for dark in (False, True))
    assert light.layout.font.color == style.LIGHT.ink != dark.layout.font.color == style.DARK.ink
    for one, other in zip(light.data, dark.data, strict=True):
        assert one.name == other.name
        np.testing.assert_array_equal(one.y, other.y)
