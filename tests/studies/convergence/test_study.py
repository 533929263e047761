"""The convergence study: its stream, and its numbers whoever asked for what before."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import pytest

from hyperviz.figures import convergence as figures
from hyperviz.studies.common import streaming
from hyperviz.studies.common.contract import changed
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.convergence import report, study
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.convergence.study import CELLS, ON_LINES, ORIGIN, WIDTHS, stream
from hyperviz.theory import analytic, sampling
from hyperviz.theory.architecture import Architecture

SMALL = ConvergenceSettings(depth_f=2, depth_g=2, width_f=16, width_g=8, draws=16, seed=3)
OTHER = ConvergenceSettings(**{**vars(SMALL), "seed": 8, "width_f": 12})


def last(settings):
    *_, result = stream(settings)
    return result


@pytest.fixture
def nothing_drawn(monkeypatch):
    """As in a new process: no draw is kept yet. Call it to forget again."""

    def forget():
        monkeypatch.setattr(random_networks, "kept", lru_cache(maxsize=128)(lambda *_: {}))

    forget()
    return forget


@pytest.fixture(scope="module")
def results():
    """All results of a small run of which nothing is kept before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(random_networks, "kept", lru_cache(maxsize=128)(lambda *_: {}))
        return list(stream(SMALL))


@pytest.fixture(scope="module")
def small(results):
    return results[-1]


def same(one, other):
    np.testing.assert_array_equal(one.curves, other.curves)
    assert one.cells.keys() == other.cells.keys()
    for at in one.cells:
        np.testing.assert_array_equal(one.cells[at], other.cells[at])


def test_results_get_better_and_only_the_last_is_finished(results):
    assert (results[0].theory > 0).all()
    for before, after in itertools.pairwise(results):
        assert len(before.curves) <= len(after.curves)
        assert all(len(after.cells[at]) >= len(values) for at, values in before.cells.items())
        np.testing.assert_array_equal(after.curves[: len(before.curves)], before.curves)
    assert [r.finished for r in results] == [False] * (len(results) - 1) + [True]
    assert results[-1].curves.shape == (16, 33)
    assert {at: len(values) for at, values in results[-1].cells.items()} == {
        at: 64 if at in ON_LINES else 16 for at in CELLS
    }
    assert results[-1].progress == 1


def test_a_chart_whose_parts_are_the_same_objects_shows_the_same_picture(results):
    seen = set()
    for i, (before, after) in enumerate(itertools.pairwise(results)):
        for name, chart in figures.CHARTS.items():
            if changed(after, before, chart.parts):
                seen.add(name)
            elif i % 20 == 0:
                assert chart.draw(after) == chart.draw(before)
    assert seen == {"curve", "variance", "lines", "correction", "factors"}  # the last at the end, with all others
    assert not changed(results[-1]._replace(finished=False), results[-2], ("curves", "cells", "slopes"))


@pytest.fixture(scope="module")
def other():
    """A small run of another seed and width."""
    return last(OTHER)


def test_another_seed_gives_other_numbers(small, other):
    assert (other.curves[:, ORIGIN] != small.curves[:, ORIGIN]).all()
    assert all((other.cells[at] != small.cells[at]).mean() > 0.4 for at in CELLS)  # 4 neurons may all be off


def test_the_numbers_do_not_depend_on_what_was_drawn_before(nothing_drawn, small):
    nothing_drawn()
    more = last(ConvergenceSettings(**{**vars(SMALL), "draws": 33}))
    same(last(SMALL), small)
    np.testing.assert_array_equal(more.curves[:16], small.curves)
    assert {len(more.cells[at]) for at in ON_LINES} == {132}
    assert all((more.cells[at][: len(small.cells[at])] == small.cells[at]).all() for at in CELLS)


def test_draws_that_are_kept_are_not_drawn_again(nothing_drawn, monkeypatch):
    first = last(SMALL)

    def never(*_):
        raise AssertionError("drawn again")

    monkeypatch.setattr(random_networks, "draw", never)
    same(last(SMALL), first)


def test_no_two_draws_share_their_random_numbers(small):
    assert len(np.unique(small.curves[:, ORIGIN])) == 16
    alive = np.concatenate([values[values != 0] for values in small.cells.values()])  # 4 neurons may all be off
    assert len(alive) > 0.8 * sum(map(len, small.cells.values()))
    assert len(np.unique(alive)) >= len(alive) - 3  # of 1,500 numbers of 24 bits a pair may be equal by chance


def test_a_curve_is_the_library_s_hyperkernel_with_the_same_key(small):
    x, z = study.points(SMALL, small.angles)
    for i in (0, 11):
        key = random_networks.keys(SMALL.seed, 0, i, 1)[0]
        kernel = sampling.hyperkernel(key, x, z, depth_f=2, depth_g=2, width_f=16, width_g=8)
        np.testing.assert_allclose(small.curves[i], kernel[ORIGIN], rtol=2e-3, atol=2e-3 * np.abs(kernel).max())


def test_the_limit_is_the_analytic_hyperkernel_and_the_product_of_its_factors(small):
    x, z = study.points(SMALL, small.angles)
    limit = analytic.kernels(x, z, depth_f=2, depth_g=2)
    np.testing.assert_allclose(small.theory, limit.hyperkernel[ORIGIN], rtol=1e-6)
    np.testing.assert_allclose(small.theta_f * small.theta_g, small.theory, rtol=1e-12)
    np.testing.assert_allclose(small.theta_f, limit.ntk_f[ORIGIN, ORIGIN], rtol=1e-6)


def test_the_mean_of_wide_draws_meets_the_limit_and_of_another_depth_does_not():
    settings = ConvergenceSettings(depth_f=2, depth_g=2, width_f=512, width_g=512, draws=16)
    result, other = last(settings), study._start(ConvergenceSettings(depth_f=2, depth_g=3))
    error = result.curves[:, ORIGIN].std(ddof=1) / 4
    assert abs(result.curves[:, ORIGIN].mean() - result.theory[ORIGIN]) < 5 * error
    assert abs(result.curves[:, ORIGIN].mean() - other.theory[ORIGIN]) > 5 * error


def test_the_cells_hold_the_entry_between_angle_0_and_theta():
    """At theta = 0 the entry is a squared gradient norm; its limit is the curve's at the origin."""
    result = last(ConvergenceSettings(**{**vars(SMALL), "theta": 0.0}))
    assert all((values >= 0).all() for values in result.cells.values())
    wide = result.cells[WIDTHS[-1], WIDTHS[-1]]
    assert wide.mean() == pytest.approx(result.theory[ORIGIN], abs=6 * wide.std(ddof=1) / 4)


def test_a_draw_at_a_large_width_is_cut_into_short_steps(nothing_drawn):
    settings = ConvergenceSettings(depth_f=2, depth_g=2, width_f=200_000, width_g=200_000, draws=16)
    steps, before = study._curve(settings), []
    for parts in steps:
        if "curves" in parts:
            break
        before.append(parts["progress"])
    assert len(before) >= 3
    assert before == sorted(set(before))
    assert 0 < before[0] < before[-1] < 1
    assert study._start(settings).seconds > streaming.STEP


def test_a_draw_cut_into_steps_is_the_draw_made_at_once():
    x, z = study.points(SMALL, study.ANGLES)
    key, sizes = random_networks.keys(9, 0, 0, 1), {"depth_f": 2, "depth_g": 2, "width_f": 40_000, "width_g": 40_000}
    architecture = Architecture(**sizes)
    assert random_networks.seconds(len(x), architecture) > streaming.STEP
    work, steps = random_networks.draw(key, (x, z), architecture), 0
    while True:
        try:
            next(work)
            steps += 1
        except StopIteration as end:
            cut = end.value.kernel[0]
            break
    assert steps >= 3
    whole = sampling.hyperkernel(key[0], x, z, **sizes)
    np.testing.assert_allclose(cut, whole, rtol=0, atol=2e-3 * np.abs(whole).max())


def test_a_stream_that_was_left_starts_again_and_ends_the_same(nothing_drawn, small):
    for pictures in (1, 3):
        left = stream(SMALL)
        list(itertools.islice(left, pictures))
        left.close()
        assert next(left, None) is None
    same(last(SMALL), small)


@pytest.mark.slow
def test_two_viewers_of_the_same_link_see_the_same_numbers(nothing_drawn, small):
    """Both streams fill the same store at once."""
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(last, [SMALL, ConvergenceSettings(**vars(SMALL))])
    same(one, small)
    same(other, small)


def test_two_viewers_of_different_links_do_not_disturb_each_other(nothing_drawn, small, other):
    with ThreadPoolExecutor(2) as pool:
        mine, theirs = pool.map(last, [SMALL, OTHER])
    same(mine, small)
    same(theirs, other)


def test_the_code_s_draw_and_limit_are_the_chart_s(small, capsys):
    exec(
        report.code(SMALL).split("# or the library itself")[1].split("\n", 1)[1],
        {"ConvergenceSettings": ConvergenceSettings},
    )
    first, limit = (np.array(part.split("]")[0].split(), float) for part in capsys.readouterr().out.split("[")[1:])
    np.testing.assert_allclose(first, small.curves[0], rtol=5e-3)  # one lane or several: float32 sums differ
    np.testing.assert_allclose(limit, small.theory, rtol=1e-5)
