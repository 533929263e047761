"""The Taylor study: Theorem 1's slopes with their negative controls, Remark 1, and what the report makes of them."""

import dataclasses
import itertools
from functools import cache, lru_cache

import numpy as np
import pytest

from hyperviz.studies import stored_results
from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.power_laws import Slope
from hyperviz.studies.common.verdict import signed
from hyperviz.studies.taylor import gradient_step, report, study, tables
from hyperviz.studies.taylor.predictions import capped, fitted, map_widths, predicted, width_g, widths
from hyperviz.studies.taylor.settings import TaylorSettings
from hyperviz.studies.taylor.study import stream

SMALL = TaylorSettings(depth_f=2, width_f=64, width_g=4, draws=16, orders=3, seed=3)


@cache
def charted(settings):
    """The stored end state, or the result once its chart is complete, without the map: that takes longer.

    That a fresh run gives what is stored is for tests/studies/test_stored_results.py to say.
    """
    if found := stored_results.find("taylor", settings):
        return found.result
    result = next(stream(settings))
    for news in study._chart(settings):
        result = result._replace(**news)
    assert report.drawn(result) == settings.draws
    return result


@cache
def last(settings):
    if found := stored_results.find("taylor", settings):
        return found.result
    *_, result = stream(settings)
    return result


def with_slopes(result, slopes):
    made = {r: Slope(value, value - 0.1, value + 0.1) for r, value in slopes.items()}
    return result._replace(slopes=made)


@pytest.mark.parametrize(("L", "H"), [(4, 1), (4, 2), (3, 3)])
def test_the_slopes_are_those_of_theorem_1(L, H):
    result = charted(TaylorSettings(depth_f=L, depth_g=H))
    for r in range(1, min(5, L * H) + 1):
        assert result.slopes[r].value == pytest.approx(min(0, H - r), abs=0.25), r
    verdict = report.verdict(result)
    assert verdict.state == "holds", verdict.text
    assert verdict.chip == "Theorem 1 holds"
    assert len(verdict.here) <= 110


def test_wide_f_alone_does_not_linearise_where_g_is_deep():
    """Negative control: with H = 3 the second and third terms stay, with H = 1 the second falls."""
    deep, plain = charted(TaylorSettings(depth_f=3, depth_g=3)), charted(TaylorSettings(depth_g=1))
    for r in (2, 3):
        assert deep.slopes[r].excludes(-1)
        assert deep.slopes[r].value > -0.25
        assert plain.slopes[r].excludes(0)


def test_when_g_widens_too_every_higher_term_falls():
    result = charted(TaylorSettings(grow="both", width_f=2048, draws=80))
    assert abs(result.slopes[1].value) < 0.25
    for r in (2, 3):
        assert result.slopes[r].excludes(0)
        assert result.slopes[r].value == pytest.approx(1 - r, abs=0.35)


def test_a_complete_chart_never_shows_the_slopes_of_fewer_draws(monkeypatch):
    monkeypatch.setattr(streaming, "PICTURE", 0)
    results = stream(dataclasses.replace(SMALL, width_f=1024, draws=80))
    complete = [result for result in results if report.drawn(result) == 80]
    assert complete[-1].slopes
    assert {str(result.slopes) for result in complete} == {str(complete[-1].slopes)}


def test_predictions_are_theorem_1_and_say_what_is_identically_zero():
    assert [predicted(TaylorSettings(), r) for r in range(1, 9)] == [0, 0, -1, -2, -3, -4, -5, -6]
    assert [predicted(TaylorSettings(depth_g=1), r) for r in range(1, 7)] == [0, -1, -2, -3, None, None]
    assert [predicted(TaylorSettings(grow="both"), r) for r in range(1, 4)] == [0, -1, -2]
    assert [predicted(TaylorSettings(activation_g="tanh"), r) for r in (1, 5)] == [0, 0]
    assert [predicted(TaylorSettings(activation_g="tanh", depth_g=1), r) for r in (1, 2)] == [0, -1]


def test_remark_1_for_an_ordinary_network_turns_at_one_half():
    result = charted(TaylorSettings(depth_g=1))
    falls = "terms 2, 3, 4 should fall"
    for exponent, there in ((0.45, True), (0.55, False)):
        said = report.remark(result._replace(settings=TaylorSettings(depth_g=1, exponent=exponent)))
        assert (falls in said) == there
        assert f"r = 2: {signed(2 * exponent - 1)}, measured" in said


def test_remark_1_for_any_depth():
    """r > H falls when a < 1 - H/r; 1 <= r <= H never for a >= 0."""
    start = next(stream(SMALL))
    for H, exponent, falling in ((2, 0.3, "3, 4, 5"), (2, 0.4, "4, 5"), (2, 0.55, "5"), (3, 0.3, "5")):
        settings = TaylorSettings(depth_g=H, exponent=exponent)
        assert f"terms {falling} should fall" in report.remark(start._replace(settings=settings))
    settings = TaylorSettings(depth_g=5, exponent=0.0)
    assert "no term should fall" in report.remark(start._replace(settings=settings))


@pytest.mark.parametrize(
    ("slopes", "state"),
    [
        ({1: 0, 2: 0, 3: -1, 4: -2, 5: -3}, "holds"),
        ({1: 0, 2: -1, 3: -2, 4: -3, 5: -4}, "differs"),  # as if wide f alone were enough
        ({1: 0, 2: 0, 3: 0, 4: 0, 5: 0}, "differs"),  # as if nothing ever fell
        ({1: 0, 2: -0.45, 3: -1, 4: -2, 5: -3}, "differs"),
    ],
)
def test_the_verdict_follows_the_slopes(slopes, state):
    result = with_slopes(charted(TaylorSettings()), slopes)
    assert report.verdict(result).state == state


def test_an_interval_that_is_too_wide_to_tell_two_stairs_apart_decides_nothing():
    assert report.judge(Slope(0.0, -1.2, 1.2), 0) == "undecided"
    assert report.judge(Slope(0.0, -0.9, 0.9), 0) == "holds"
    assert report.judge(Slope(0.5, 0.2, 0.8), 0) == "differs"


def test_other_viewers_do_not_make_a_running_study_forget_its_draws():
    """More than 128 others ask for places of their own while it runs."""
    settings = dataclasses.replace(SMALL, seed=77)
    results = stream(settings)
    for i, result in enumerate(results):
        seen = result
        for other in range(130):
            random_networks.kept("another viewer", i, other)
    assert report.drawn(seen) == settings.draws
    assert {n: len(v) for n, v in seen.cells.items()} == {n: study.wanted(settings, n) for n in widths(settings)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 7))
def test_theorem_1_holds_for_other_seeds_too(seed):
    result = charted(TaylorSettings(seed=seed))
    assert report.verdict(result).state == "holds"
    assert all(abs(fit.value - claim) < 0.2 for fit, claim, _ in report.terms(result).values())


def test_an_unfinished_chart_has_no_verdict():
    start = next(stream(SMALL))
    assert report.verdict(start).state == "measuring"
    assert report.verdict(start._replace(finished=True)).state == "undecided"


def test_results_get_better_and_only_the_last_is_finished(monkeypatch):
    monkeypatch.setattr(random_networks, "kept", lru_cache(maxsize=128)(lambda *_: {}))
    results = list(stream(SMALL))
    for before, after in itertools.pairwise(results):
        assert all(len(after.cells[n]) >= len(values) for n, values in before.cells.items())
    assert [r.finished for r in results] == [False] * (len(results) - 1) + [True]
    assert {n: len(v) for n, v in results[-1].cells.items()} == {n: study.wanted(SMALL, n) for n in widths(SMALL)}
    again = last(SMALL)
    for n, values in again.cells.items():
        np.testing.assert_array_equal(values, results[-1].cells[n])
    other = charted(TaylorSettings(**{**vars(SMALL), "seed": 4}))
    assert (other.cells[64][:, 0] != again.cells[64][:, 0]).mean() > 0.5  # some networks are dead


def test_widths_double_up_to_the_largest_and_g_is_capped_at_ten_million_weights():
    assert widths(TaylorSettings()) == [2**k for k in range(5, 15)]
    assert widths(TaylorSettings(width_f=1)) == [1]
    assert fitted(TaylorSettings())[0] == 256
    both = TaylorSettings(grow="both", depth_g=3, width_f=1_048_576)
    assert capped(both)
    assert widths(both)[-1] == 2048
    assert "n_L = 4,200,448 weights (n_L ≤ 10,000,000)" in report.progress(next(stream(both)))
    smooth = TaylorSettings(grow="both", activation_g="tanh")
    assert widths(smooth)[-1] == 32
    assert width_g(both, 64) == 64
    assert not capped(TaylorSettings(grow="both", depth_g=1))
    assert map_widths(TaylorSettings(), 6) == [1024, 4096, 16384]


def test_the_map_has_every_depth_and_says_nothing_of_zero_terms():
    result = last(SMALL)
    assert {H for H, _ in result.map} == set(range(1, 7))
    assert result.map[1, 3] is None  # L * H = 2
    assert result.map[2, 1].low < result.map[2, 1].value < result.map[2, 1].high


def test_one_step_of_a_real_network_is_met_by_the_partial_sums():
    """Where the step is small; a higher order is nearer."""
    settings = TaylorSettings(depth_f=3, depth_g=3, width_f=64, exponent=-0.5, step="on", activation_g="gelu")
    found = gradient_step.step(settings)
    errors = np.abs(found.sums - found.after)[:, -1]
    assert errors[1] > 3 * errors[2] > 3 * errors[3]
    assert errors[0] == pytest.approx(abs(found.after[-1] - found.after[0]))
    np.testing.assert_allclose(found.sums[:, 0], found.after[0])


def test_the_table_is_tidy_and_holds_the_slopes_beside_theory():
    result = charted(TaylorSettings())
    found = report.table(result)
    assert {"order", "width_f", "width_g", "depth_f", "depth_g", "quantity", "value", "stderr", "theory"} <= set(found)
    slopes = found[found.quantity == "slope"].set_index("order")
    assert slopes.theory.loc[1:5].tolist() == [0, 0, -1, -2, -3]
    for r in range(1, 6):
        assert slopes.value[r] == result.slopes[r].value
    cell = found[(found.quantity == "median") & (found.width_f == 256) & (found.order == 3)].iloc[0]
    assert cell.value == pytest.approx(np.median(np.abs(result.cells[256][:, 3])))
    steps = found[found.quantity == "slope_step"].set_index("order")
    np.testing.assert_allclose(steps.value - slopes.value, 0.25 * slopes.index, atol=1e-12)


def test_the_median_s_error_is_that_of_normal_draws():
    """1.2533 sigma / sqrt(N)."""
    values = np.abs(50 + np.random.default_rng(0).standard_normal((100_000, 9)))
    rows = tables._cell(SMALL, 8, values)
    row = next(row for row in rows if row["quantity"] == "median")
    assert row["stderr"] == pytest.approx(1.2533 / np.sqrt(100_000), rel=0.02)


def test_the_library_s_lines_on_the_page_draw_terms_of_the_largest_width(capsys):
    names = {"TaylorSettings": TaylorSettings}
    exec(report.code(SMALL).split("# or the library itself")[1].split("\n", 1)[1], names)
    assert names["drawn"].shape == (40, 4)
    printed = np.array(capsys.readouterr().out.strip("[]\n").split(), float)
    np.testing.assert_allclose(printed, np.median(np.abs(names["drawn"]), axis=0), rtol=1e-6)


def test_dead_layers_have_no_slope_and_the_study_goes_on():
    result = charted(TaylorSettings(width_f=8, width_g=1, depth_f=8, depth_g=8, draws=16))
    assert set(result.slopes.values()) == {None}
    assert report.verdict(result).state in ("measured", "measuring")
    assert report.table(result).value.notna().all()
