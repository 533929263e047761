"""The pictures of the prior study hold the result's numbers, also before there are any."""

import numpy as np
import pytest

from hyperviz.figures import style
from hyperviz.figures.prior import charts as figures
from hyperviz.studies.common.power_laws import Slope
from hyperviz.studies.prior import empirical_kernels, study
from hyperviz.studies.prior.normality import normality
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.prior.views import depth_scaling, initialisation, input_scale, kernel_structure, own_points
from hyperviz.studies.prior.views.generator import study as generator
from hyperviz.studies.prior.views.sample_functions import COLUMNS, LINE, ROWS, TURNS, Family, Functions
from hyperviz.studies.prior.width_scaling import CELLS, LINES, WIDTHS, DistanceFit, Lines
from hyperviz.theory.sampling.forward_pass import Outputs
from tests.figures.numbers import drawn

RNG = np.random.default_rng(0)
SETTINGS = PriorSettings(depth_f=2, depth_g=2)


@pytest.fixture(scope="module")
def empty():
    return study._start(SETTINGS)


@pytest.fixture(scope="module")
def result(empty):
    """Numbers made by hand: no network needs to be drawn for a picture."""
    variances = RNG.chisquare(10, 600) / 10
    covariance = variances[:, None, None] * empty.limit
    values = np.sqrt(variances)[:, None] * RNG.multivariate_normal(np.zeros(2), empty.limit, 600)
    cells = {at: normality(RNG.chisquare(min(at), 200) / min(at), 1.0) for at in CELLS}
    fits = {
        name: DistanceFit(Slope(-0.5, -0.6, -0.4), claim, -1.0) for name, claim in zip(LINES, (0, 0, -1), strict=True)
    }
    functions = [Functions(RNG.normal(size=(2, k)), RNG.normal(size=(3, k)), np.ones(k)) for k in (33, ROWS * COLUMNS)]
    four = np.linspace(1, 0.3, len(TURNS))
    scattered = empirical_kernels.Scattered(*RNG.uniform(0, 1, (5, 45)), 256, 32)
    parts = {
        "lines": Lines(cells, dict.fromkeys(CELLS, 200), fits),
        "line": functions[0],
        "patch": functions[1],
        "family": Family(3, RNG.normal(size=(len(TURNS), len(LINE))), four, four, four, four),
        "surface": kernel_structure.surface(SETTINGS),
        "collapse": kernel_structure.collapse(SETTINGS),
        "rate": kernel_structure.rate(SETTINGS),
        "measured": scattered,
        "tangents": scattered,
    }
    deepened = depth_scaling._limits(SETTINGS, "depth_f")._replace(measured={1: (0.5, 0.1), 2: (0.6, 0.1)})
    parts |= {"depth_f": deepened, "depth_g": deepened}
    *_, initialised = initialisation.stream(SETTINGS)
    *_, owned = own_points.stream(SETTINGS)
    parts |= initialised | owned | next(input_scale.stream(SETTINGS)) | next(generator.stream(SETTINGS))
    parts["alike"] = dict.fromkeys(parts["head"], generator.Alike(np.ones(9), np.ones(4), np.ones(4), 256))
    measured = {"normality": normality(variances, 1.0), "ks_of_draws": (0.05, 0.055)}
    return empty._replace(outputs=Outputs(values, covariance), parts=parts, **measured)


def named(figure, name):
    (found,) = [t for t in figure.data if t.name and t.name.startswith(name)]
    return found


@pytest.mark.parametrize("name", figures.CHARTS)
def test_every_figure_has_labelled_axes_with_and_without_numbers(empty, result, name):
    dead = result._replace(outputs=Outputs(np.zeros((300, 2)), np.zeros((300, 2, 2))))
    for shown in (empty, result, dead):
        figure = figures.CHARTS[name].draw(shown)
        assert figure.layout.xaxis.title.text or name == "heat_maps"  # four of them: their captions say what they are
        assert figure.layout.yaxis.title.text or name in ("patch", "heat_maps")
    assert drawn(figures.CHARTS[name].draw(result)).size


def test_every_view_shows_the_histogram_and_its_own_figures(result):
    assert figures.SECTIONS.keys() == study.VIEWS.keys()
    for view, section in figures.SECTIONS.items():
        shown = figures.charts(PriorSettings(view=view))
        assert shown.keys() == {"histogram", *section}


def test_the_histogram_holds_the_draws_and_the_gaussian_of_the_limit(result):
    figure = figures.histogram(result)
    sigma = result.limit[0, 0] ** 0.5
    bars, limit = named(figure, "600 random networks"), named(figure, "limit")
    assert np.sum(bars.y) * bars.width == pytest.approx(np.mean(np.abs(result.outputs.value[:, 0]) < 4.5 * sigma))
    np.testing.assert_allclose(limit.y, np.exp(-((limit.x / sigma) ** 2) / 2) / (2 * np.pi) ** 0.5 / sigma, rtol=1e-4)
    assert (limit.line.dash, limit.line.color) == ("dash", style.LIGHT.ink)


def test_the_density_at_these_widths_is_the_mixture_of_gaussians(result):
    density = named(figures.histogram(result), "density")
    at, variance = density.x[70], result.outputs.covariance[:, 0, 0]
    wanted = np.mean(np.exp(-(at**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance))
    assert density.y[70] == pytest.approx(wanted, rel=1e-4)


def test_draws_beyond_the_axis_and_dead_ones_are_said(result):
    values = np.array(result.outputs.value)
    values[:60, 0], values[60:90, 0] = 1e6, 0
    (said,) = figures.histogram(result._replace(outputs=result.outputs._replace(value=values))).layout.annotations
    assert "10.0% of the outputs lie beyond this axis" in said.text
    assert "5.0% are exactly 0" in said.text


def test_the_ellipses_are_those_of_the_limit_and_say_what_they_hold(result):
    figure = figures.joint(result)
    for share in (0.5, 0.95):
        line = named(figure, f"{share:.0%} ellipse")
        points = np.stack([line.x, line.y]).astype(float)
        distance = np.einsum("ip,ij,jp->p", points, np.linalg.inv(result.limit), points)
        np.testing.assert_allclose(distance, -2 * np.log(1 - share), rtol=1e-3)
        inside = np.einsum("ri,ij,rj->r", result.outputs.value, np.linalg.inv(result.limit), result.outputs.value)
        assert line.name.endswith(f"holds {np.mean(inside < -2 * np.log(1 - share)):.0%}")


def test_the_lines_hold_the_distances_with_two_standard_errors(result):
    figure = figures.lines(result)
    for name, cell in LINES.items():
        line = named(figure, name)
        found = [result.parts["lines"].cells[cell(w)].distance for w in WIDTHS]
        assert list(line.x) == WIDTHS
        np.testing.assert_allclose(line.y, [m.value for m in found])
        np.testing.assert_allclose(line.error_y.array, [2 * m.stderr for m in found])
        assert line.name.endswith(": slope −0.50")


def test_dots_on_the_surface_share_its_colours(result):
    for name, part in (("nngp", "measured"), ("hyperkernel", "tangents")):
        ground, dots = figures.CHARTS[name].draw(result).data
        assert (ground.zmin, ground.zmax, ground.colorscale) == (
            dots.marker.cmin,
            dots.marker.cmax,
            dots.marker.colorscale,
        )
        np.testing.assert_array_equal(dots.marker.color, result.parts[part].mean)


def test_the_patch_shows_networks_above_the_limit(result):
    sheet = figures.CHARTS["patch"].draw(result).data[0].z
    part = result.parts["patch"]
    np.testing.assert_allclose(sheet[:ROWS, :COLUMNS].ravel(), part.process[0], rtol=1e-5)
    np.testing.assert_allclose(sheet[ROWS + 1 :, :COLUMNS].ravel(), part.networks[0], rtol=1e-5)
    assert np.isnan(sheet[ROWS]).all()


def test_the_flat_lines_of_remark_3_are_theta_f(result):
    figure, part = figures.CHARTS["remark3"].draw(result), result.parts["collapse"]
    levels = [t.y[0] for t in figure.data if t.name == "Θ<sub>f</sub>(x, x′)"]
    np.testing.assert_allclose(levels, part.theta_f)


def test_a_singular_matrix_has_no_condition_number_on_the_chart(result):
    part = result.parts["depth_f"]
    condition = part.condition.copy()
    condition[0] = np.inf
    broken = result._replace(parts=result.parts | {"depth_f": part._replace(condition=condition)})
    line = named(figures.CHARTS["condition"].draw(broken), "Λᴴ as f deepens")
    assert np.isnan(line.y[0])
    assert np.isfinite(line.y[1:]).all()


def test_each_initialisation_has_its_draws_on_its_prediction_and_the_axis_holds_both(result):
    figure, part = figures.CHARTS["variance_g"].draw(result), result.parts["initialisation"]
    low, high = figure.layout.yaxis.range
    assert low <= 0 <= high  # 1 is on the axis
    for scheme, name in (("he", "He"), ("hyperfan-in", "hyperfan-in")):
        dots, line = (next(t for t in figure.data if t.name == name + end) for end in ("", ", predicted"))
        np.testing.assert_allclose(dots.y, part[scheme].layers)
        np.testing.assert_allclose(line.y, part[scheme].layers_predicted)
        np.testing.assert_allclose(dots.error_y.array, 2 * part[scheme].layers_error)
        assert line.line.dash == "dash"
        assert ((np.log10(line.y) > low) & (np.log10(line.y) < high)).all()
