"""The dynamics study: its stream, its outcomes, its verdict with negative controls, its table."""

import dataclasses
import itertools

import numpy as np
import pytest

from hyperviz.runtime.generators import returned
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.dynamics import kernel_drift, report, study, trajectories, views, ways
from hyperviz.studies.dynamics import settings as settings_module
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.studies.dynamics.study import Cell, DynamicsResult, stream
from hyperviz.studies.dynamics.ways import DEPTHS, WIDTHS
from hyperviz.theory import analytic
from tests.compilations import counted

pytestmark = pytest.mark.usefixtures("compiled_lightly")

SMALL = DynamicsSettings(depth_f=2, width_f=16, depth_g=2, width_g=2, points=3, starts=16, time=0.5, step=0.01)


@pytest.fixture(scope="module")
def results():
    random_networks.kept.cache_clear()
    return list(stream(SMALL))


def with_cells(shares):
    """A finished result whose cells hold these fractions of arrived starts; shares: of (H, m)."""
    cells = {(H, m): Cell(round(32 * shares(H, m)), 0, 32) for H, m in itertools.product(DEPTHS, WIDTHS)}
    band = study.Band(*np.ones((4, 3)))
    return DynamicsResult(DynamicsSettings(), band, (), (), None, None, cells, None, True)


def test_results_get_better_and_only_the_last_is_finished(results):
    for before, after in itertools.pairwise(results):
        assert len(after.cells) >= len(before.cells)
        assert len(after.twins) >= len(before.twins)
    assert [r.finished for r in results] == [False] * (len(results) - 1) + [True]
    assert len(results[-1].cells) == 25
    assert results[-1].paths[0].losses.shape[1] == 16
    assert results[-1].limits.losses.shape[1] == len(results[-1].twins) == ways.FINITE_NETWORKS
    assert isinstance(results[-1].view, views.LearntCurves)
    assert results[-1].beside.losses.shape[1] == ways.CELL_STARTS


def test_losses_never_rise_and_every_start_has_ended(results):
    for path in (*results[-1].paths, *results[-1].twins, results[-1].limits):
        assert path.ended.all()
        assert (np.diff(path.losses, axis=0) <= 1e-4 * path.losses[:1]).all()
        assert not (path.reached & path.stuck).any()


def test_a_finite_network_and_its_limit_begin_at_the_same_loss():
    """Seen after the shortest steps: so narrow an f soon goes a way of its own."""
    last = next(
        r for r in stream(DynamicsSettings(**{**vars(SMALL), "step": 0.001})) if len(r.twins) == ways.FINITE_NETWORKS
    )
    for i, network in enumerate(last.twins):
        early = np.interp(network.times[0, 0], last.limits.times[:, i], last.limits.losses[:, i])
        assert network.losses[0, 0] == pytest.approx(early, rel=0.05)
        others = [p.losses[0, 0] for k, p in enumerate(last.twins) if k != i]
        assert not np.isclose(others, early, rtol=1e-3).any()


def test_the_closed_form_s_median_is_that_of_independent_draws(results):
    x, z, y = (v[: SMALL.points] for v in trajectories.points(SMALL))
    limit = analytic.kernels(x, z, depth_f=2, depth_g=2)
    h0 = np.random.default_rng(9).multivariate_normal(np.zeros(3), np.asarray(limit.nngp), 4000)
    t, (values, vectors) = results[-1].band.times[-1], np.linalg.eigh(np.asarray(limit.hyperkernel))
    h = y + (h0 - y) @ vectors * np.exp(-2 * values * t) @ vectors.T
    assert results[-1].band.median[-1] == pytest.approx(np.median(((h - y) ** 2).sum(1)), rel=0.25)


def test_the_same_settings_give_the_same_numbers_and_another_seed_others(results):
    again = next(r for r in stream(SMALL) if r.paths)
    np.testing.assert_array_equal(again.paths[0].losses[0], results[-1].paths[0].losses[0])
    other = next(r for r in stream(DynamicsSettings(**{**vars(SMALL), "seed": 1})) if r.paths)
    assert (other.paths[0].losses[0] != again.paths[0].losses[0]).all()


@pytest.mark.slow  # compiles all that the views need
@pytest.mark.parametrize("view", views.VIEWS)
def test_a_second_chart_compiles_nothing_once_its_padded_width_is_warm(view):
    warmed = dataclasses.replace(SMALL, width_g=kernel_drift.NARROW)
    views.warm(warmed)
    chosen = dataclasses.replace(SMALL, view=view, width_g=3, depth_f=3, depth_g=3, seed=5, points=4)
    with counted() as seen:
        for _ in itertools.islice(views.VIEWS[view](chosen), 6):
            pass
    assert not seen


@pytest.mark.parametrize("way", [ways._start_way, ways._network_way])
def test_a_way_is_the_same_however_many_steps_the_machine_makes_at_once(monkeypatch, way):
    settings, found = dataclasses.replace(SMALL, time=2.0), []
    for seconds in (1e-9, 1e9):
        monkeypatch.setattr(trajectories, "STEP", seconds)
        found.append(returned(way(settings, 0)))
    for slow, fast in zip(*found, strict=True):
        np.testing.assert_array_equal(slow, fast)


def test_a_wide_g_s_starts_are_drawn_in_short_steps_and_each_is_what_it_is_alone():
    """All of a group at once took 0.2 s, for which a moved slider waited; start 7 is the same wherever it is drawn."""
    model, width = trajectories.model(SMALL), max(trajectories.LANES)
    steps, began = 0, trajectories.begin(SMALL, model, trajectories.primary_of(SMALL, [64] * 33), width, 5, 0)
    while True:
        try:
            next(began)
        except StopIteration as end:
            group = end.value
            break
        steps += 1
    assert steps == 3
    alone = returned(trajectories.begin(SMALL, model, trajectories.primary_of(SMALL, [64] * 11), width, 5, 22))
    for all_, own in zip(group.V, alone.V, strict=True):
        np.testing.assert_array_equal(np.asarray(all_)[22:], np.asarray(own))


@pytest.mark.parametrize(
    ("late", "last", "ended", "outcome"),
    [(2, 5e-4, True, "reached"), (2, 2, True, "stuck"), (2, 1.9, True, "late"), (2, 2, False, "late")],
)
def test_a_start_is_stuck_only_where_its_loss_has_stopped_falling(late, last, ended, outcome):
    path = trajectories.Path(np.ones((1, 1)), np.full((1, 1), last), np.array([ended]), np.array([late]))
    assert (bool(path.reached[0]), bool(path.stuck[0])) == (outcome == "reached", outcome == "stuck")


def test_narrow_stuck_and_wide_not_holds():
    made = with_cells(lambda H, m: 0 if m < 4 else 1 - 0.1 * (H - 2) if m == 16 else 0.3 - 0.05 * (H - 2))
    assert report.verdict(made).state == "holds"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 6, 17, 29])  # where a wide g is slow too, and a deep one is faster
def test_contribution_1_holds_for_other_data_too(seed):
    settings = DynamicsSettings(seed=seed)
    *_, cells = (parts["cells"] for parts in study._grid(settings) if "cells" in parts)
    made = with_cells(lambda H, m: 0)._replace(settings=settings, cells=cells)
    assert report.verdict(made).chip == "Contribution 1 holds"


@pytest.mark.parametrize(
    ("shares", "state"),
    [
        (lambda H, m: 1, "undecided"),
        (lambda H, m: m < 4, "differs"),  # narrow g arrives and wide g does not
        (lambda H, m: 0.5, "undecided"),
    ],
)
def test_negative_control_other_outcomes_do_not_hold(shares, state):
    assert report.verdict(with_cells(shares)).state == state


def test_what_a_layer_of_g_costs_is_the_slope_that_was_put_in():
    fall, low, high = report.deepening(with_cells(lambda H, m: 0.9 - 0.125 * (H - 2)).cells)
    assert fall == pytest.approx(0.125, abs=0.01)
    assert low < 0.125 < high


def test_nothing_is_in_training_once_the_run_is_finished(results):
    """Steps that a start's kernel shortens may end before the time does: it is then still falling."""
    last = results[-1]
    path = last.paths[0]._replace(ended=np.zeros(16, bool), losses=np.full_like(last.paths[0].losses, 1.0))
    assert "16 in training" in report.verdict(last._replace(paths=(path,), finished=False)).here
    assert "16 still falling at the end" in report.verdict(last._replace(paths=(path,))).here


def test_before_every_cell_is_there_the_verdict_is_open(results):
    assert report.verdict(results[0]).state == "measuring"
    assert "0 of 25" in report.verdict(results[0]).text


def test_the_table_holds_the_fractions_with_their_error(results):
    found = report.table(results[-1])
    reached = found[(found.quantity == "reached") & found.depth_g.eq(3)].set_index("width_g")
    for m in WIDTHS:
        assert reached.value[m] == results[-1].cells[3, m].reached / 32
        assert reached.stderr[m] > 0
    assert {"loss", "stuck", "fit", "loss_median"} <= set(found.quantity)
    assert {"width_f", "points", "depth_f", "activation_g", "theory"} <= set(found.columns)


def test_the_library_s_lines_on_the_page_train_one_start(capsys):
    names = {"DynamicsSettings": DynamicsSettings}
    exec(report.code(SMALL).split("# or the library itself")[1].split("\n", 1)[1], names)
    printed = np.array(capsys.readouterr().out.strip("[]\n").split(), float)
    np.testing.assert_allclose(printed, names["start"].loss[::100], rtol=1e-6)
    assert (np.diff(printed) <= 0).all()
    assert printed[-1] < printed[0]


def test_a_bowl_is_convex_and_a_saddle_is_not():
    a, b = np.meshgrid(views.SIDE, views.SIDE)
    found = views.LossSurface({1: a**2 + 3 * b**2 + a * b, 2: a**2 - b**2})
    assert found.convex == {1: 1.0, 2: 0.0}


def test_slopes_of_equation_16_are_those_that_were_put_in():
    noise = np.exp(0.1 * np.random.default_rng(0).standard_normal(16))
    change = {(name, w): noise * w**claim for name, (widths, _, claim) in kernel_drift.FAMILIES.items() for w in widths}
    made = kernel_drift.Kernel(change, change, 0.5, {})
    for name, (_, _, claim) in kernel_drift.FAMILIES.items():
        assert kernel_drift._slopes(made, name)[0].value == pytest.approx(claim, abs=1e-6)


def test_the_views_that_can_be_chosen_are_those_that_can_be_computed():
    assert tuple(views.VIEWS) == settings_module.VIEWS
