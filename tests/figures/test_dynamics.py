"""The pictures of training hold the result's numbers, also before there are any."""

import numpy as np
import pytest

from hyperviz.figures import dynamics as figures
from hyperviz.figures import style
from hyperviz.studies.dynamics import kernel_drift as kernels
from hyperviz.studies.dynamics import views
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.studies.dynamics.study import Band, Cell, DynamicsResult, compared
from hyperviz.studies.dynamics.trajectories import TARGET, Path
from hyperviz.studies.dynamics.ways import DEPTHS, WIDTHS
from tests.figures.numbers import drawn

RNG = np.random.default_rng(0)
TIMES = np.geomspace(0.01, 8, 9)
BAND = Band(TIMES, *np.sort(RNG.random((3, 9)), axis=0))


def path(starts):
    losses = np.sort(10 * RNG.random((9, starts)), axis=0)[::-1]
    return Path(np.tile(TIMES[:, None], starts), losses, np.ones(starts, bool), losses[-2])


CELLS = {(H, m): Cell(int(RNG.integers(0, 20)), 10, 32) for H in DEPTHS for m in WIDTHS}
EMPTY = DynamicsResult(DynamicsSettings(), BAND, (), (), None, None, {}, None, False)
FULL = EMPTY._replace(paths=(path(30),), twins=(path(1), path(1)), limits=path(2), beside=path(32), cells=CELLS)
CHANGE = {(name, w): RNG.random(16) for name, (widths, *_) in kernels.FAMILIES.items() for w in widths}
VIEWS = {
    "fit": views.LearntCurves(RNG.random((2, 8)), TIMES, RNG.random((9, 2, 65)), RNG.random((2, 65))),
    "kernel": kernels.Kernel(CHANGE, CHANGE, 0.5, {}),
    "surface": views.LossSurface({2: 1 + RNG.random((31, 31)), 64: 1 + RNG.random((31, 31))}),
}


@pytest.mark.parametrize("name", figures.CHARTS)
def test_every_figure_has_labelled_axes_with_and_without_numbers(name):
    for shown in (EMPTY, FULL, FULL._replace(view=VIEWS.get(name))):
        figure = figures.CHARTS[name].draw(shown)
        assert figure.layout.xaxis.title.text
        assert figure.layout.yaxis.title.text
    assert drawn(figure).size


def of(figure, name):
    return [t for t in figure.data if t.name == name]


def test_the_closed_form_is_dashed_in_ink_on_both_sides():
    found = of(figures.curves(EMPTY), "f, g infinitely wide")
    assert [t.xaxis for t in found] == ["x", "x2"]
    for line in found:
        np.testing.assert_allclose(line.y, BAND.median, rtol=1e-6)
        assert (line.line.dash, line.line.color) == ("dash", style.LIGHT.ink)


def test_narrow_and_wide_g_stand_side_by_side_on_one_axis():
    figure = figures.curves(FULL)
    for line, starts in zip(of(figure, "n = ∞, random starts"), (FULL.paths[0], FULL.beside), strict=True):
        lines = np.asarray(line.y).reshape(-1, 10)[:, :9]
        np.testing.assert_allclose(lines, starts.losses.T, rtol=1e-6)
    assert {t.yaxis for t in figure.data} <= {None, "y"}
    titles = [a.text for a in figure.layout.annotations if a.text.startswith("<b>m = ")]
    arrived = [int((p.losses[-1] < TARGET).sum()) for p in (FULL.paths[0], FULL.beside)]
    assert titles == [f"<b>m = 4</b>: {arrived[0]} of 30 learn", f"<b>m = 16</b>: {arrived[1]} of 32 learn"]


def test_beside_a_wide_g_stands_a_narrow_one():
    assert compared(DynamicsSettings(width_g=15)) == 16
    assert compared(DynamicsSettings(width_g=16)) == compared(DynamicsSettings(width_g=64)) == 2


def test_a_finite_network_has_its_limit_dashed_beside_it():
    figure = figures.curves(FULL)
    solid, dashed = of(figure, "finite f, n = 256"), of(figure, "n = ∞, same start")
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
            assert heat.text[i][j] == f"{CELLS[H, m].reached}/32"
            assert f"± {(p * (1 - p) / 36) ** 0.5:.0%}" in heat.customdata[i][j]
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
