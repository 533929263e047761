"""The pictures of training hold the result's numbers, also before there are any."""

import numpy as np
import pytest

from hyperviz.figures import dynamics as figures
from hyperviz.figures import style
from hyperviz.studies import dynamics_kernel as kernels
from hyperviz.studies import dynamics_views as views
from hyperviz.studies.dynamics import DEPTHS, WIDTHS, Band, Cell, DynamicsResult, DynamicsSettings
from hyperviz.studies.flows import Path

RNG = np.random.default_rng(0)
TIMES = np.geomspace(0.01, 8, 9)
BAND = Band(TIMES, *np.sort(RNG.random((3, 9)), axis=0))


def path(starts):
    losses = np.sort(10 * RNG.random((9, starts)), axis=0)[::-1]
    return Path(np.tile(TIMES[:, None], starts), losses, np.ones(starts, bool), losses[-2])


CELLS = {(H, m): Cell(int(RNG.integers(0, 20)), 10, 32) for H in DEPTHS for m in WIDTHS}
EMPTY = DynamicsResult(DynamicsSettings(), BAND, (), (), None, {}, None, frozenset(), False)
FULL = EMPTY._replace(paths=(path(30),), twins=(path(1), path(1)), limits=path(2), cells=CELLS)
CHANGE = {(name, w): RNG.random(16) for name, (widths, *_) in kernels.FAMILIES.items() for w in widths}
VIEWS = {
    "fit": views.Fit(RNG.random((2, 8)), TIMES, RNG.random((9, 2, 65)), RNG.random((2, 65))),
    "kernel": kernels.Kernel(CHANGE, CHANGE, 0.5, {}),
    "surface": views.Surface({2: 1 + RNG.random((31, 31)), 64: 1 + RNG.random((31, 31))}),
}


@pytest.mark.parametrize("name", figures.FIGURES)
@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_has_labelled_axes_with_and_without_numbers(name, dark):
    for shown in (EMPTY, FULL, FULL._replace(view=VIEWS.get(name))):
        figure = figures.FIGURES[name](shown, dark)
        assert figure.layout.xaxis.title.text
        assert figure.layout.yaxis.title.text
        assert figure.to_json()


def test_the_closed_form_is_dashed_in_ink_and_its_band_says_what_it_is():
    found = next(t for t in figures.curves(EMPTY).data if t.name.startswith("n = m = ∞"))
    np.testing.assert_allclose(found.y, BAND.median, rtol=1e-6)
    assert (found.line.dash, found.line.color) == ("dash", style.LIGHT.ink)
    assert "middle 80 % of draws" in found.name


def test_thin_lines_are_the_starts_and_a_finite_network_has_its_limit_dashed_beside_it():
    data = figures.curves(FULL).data
    thin = next(t for t in data if t.name.startswith("n = ∞, m = 4: 30 starts"))
    np.testing.assert_allclose(np.asarray(thin.y).reshape(30, 10)[:, :9], FULL.paths[0].losses.T, rtol=1e-6)
    solid = [t for t in data if t.name == "finite f, n = 256"]
    dashed = [t for t in data if t.name == "n = ∞, same starts"]
    for i, (one, other) in enumerate(zip(solid, dashed, strict=True)):
        np.testing.assert_allclose(one.y, FULL.twins[i].losses[:, 0], rtol=1e-6)
        np.testing.assert_allclose(other.y, FULL.limits.losses[:, i], rtol=1e-6)
        assert one.line.color == other.line.color
        assert other.line.dash == "dash"


def test_the_heat_map_holds_the_fractions_m_to_the_right_and_H_up():
    heat = figures.heatmap(FULL).data[0]
    for i, H in enumerate(DEPTHS):
        for j, m in enumerate(WIDTHS):
            assert heat.z[i, j] == pytest.approx(CELLS[H, m].reached / 32)
            p = (CELLS[H, m].reached + 2) / 36  # Agresti and Coull
            assert heat.text[i][j] == f"{CELLS[H, m].reached}/32<br>±{(p * (1 - p) / 36) ** 0.5:.0%}"
    assert np.isnan(figures.heatmap(EMPTY).data[0].z).all()


def test_a_chart_that_is_not_computed_says_so():
    (said,) = figures.kernel(FULL).layout.annotations
    assert "not computed" in said.text


def test_the_kernel_chart_holds_medians_and_the_surface_chart_its_share():
    lines = figures.kernel(FULL._replace(view=VIEWS["kernel"])).data
    for line, (name, (widths, *_)) in zip(lines, kernels.FAMILIES.items(), strict=False):
        np.testing.assert_allclose(line.y, [np.median(CHANGE[name, w]) for w in widths], rtol=1e-6)
    titles = [a.text for a in figures.surface(FULL._replace(view=VIEWS["surface"])).layout.annotations]
    assert titles == [f"m = {m}:<br>{VIEWS['surface'].convex[m]:.0%} convex" for m in (2, 64)]
