"""What the page shows beside the one digit: each view's numbers, what is said of them, and their table."""

import numpy as np
import pandas as pd
import pytest

from hyperviz.figures.inpainting import charts as figures
from hyperviz.studies.inpainting import adam, image_set
from hyperviz.studies.inpainting import study as inpainting
from hyperviz.studies.inpainting.report import alt, best, progress, table, verdict
from hyperviz.studies.inpainting.settings import VIEWS, InpaintingSettings
from hyperviz.studies.inpainting.views import (
    calibration,
    finite_network,
    gradient_flow,
    grid_effects,
    marginal_likelihood,
)
from hyperviz.studies.inpainting.views.calibration import Calibration
from hyperviz.studies.inpainting.views.registry import OTHERS

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module", autouse=True)
def brief():
    """HN at few steps: what it learns is judged in test_learning."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finite_network, "EVAL_STEPS", (0, 5, 20))
        patch.setattr(finite_network, "plan", lambda settings: adam.Plan(width_f=64, width_g=16, features=32))
        yield


@pytest.fixture(scope="module", params=OTHERS)
def result(request):
    *_, last = inpainting.stream(InpaintingSettings(images=20, view=request.param))
    return last


def test_every_view_ends_with_a_verdict_a_table_without_gaps_and_its_figures(result):
    assert result.finished
    said = verdict(result)
    assert said.state in ("holds", "differs", "measured")
    assert said.text.endswith(".")
    assert alt(result) == said.text
    assert progress(result) == "Done."
    found = table(result)
    if result.settings.view != "finer":  # pictures alone
        assert len(found)
        assert np.isfinite(found["value"].astype(float)).all()
        assert {"quantity", "kernel", "bandwidth", "depth_f", "images"} <= set(found.columns)
    shown = figures.charts(result.settings)
    assert list(shown) == ["own", *figures.VIEWS[result.settings.view]]
    for draw, *_ in shown.values():
        assert any(len(np.ravel(t.z if t.type == "heatmap" else t.y)) for t in draw(result).data)


@pytest.mark.parametrize("hidden", ["everything", pytest.param("nothing", marks=pytest.mark.slow)])
@pytest.mark.parametrize("view", OTHERS)
def test_every_view_lives_where_f_sees_nothing_and_where_nothing_is_hidden(view, hidden):
    *_, last = inpainting.stream(InpaintingSettings(images=20, view=view, hidden=hidden))
    said = verdict(last)
    assert last.finished
    assert said.state in ("holds", "differs", "undecided", "measured")
    assert ("f sees nothing" in said.text) == (hidden == "everything")
    found = table(last)
    assert np.isfinite(found.get("value", pd.Series(dtype=float)).astype(float)).all()
    for draw, *_ in figures.charts(last.settings).values():
        assert draw(last).to_json()
    assert best(last) == {} or (view, hidden) == ("likelihood", "nothing")


def test_what_is_not_chosen_is_not_computed(monkeypatch):
    def never(settings):
        raise AssertionError

    for name in OTHERS:
        monkeypatch.setitem(OTHERS, name, never)
    *_, last = inpainting.stream(InpaintingSettings(images=10))
    assert last.errors
    assert last.view is None
    assert list(VIEWS) == ["gallery", *OTHERS]


def judged(width, digits=40, pixels=100):
    """Gaussian errors of deviation `width` times what is predicted."""
    predicted = RNG.uniform(0.05, 0.3, (digits, pixels))
    wrong = width * predicted * RNG.standard_normal(predicted.shape)
    return Calibration(predicted, wrong, 2 * wrong, True)


@pytest.mark.parametrize(("width", "word"), [(1, "right"), (2, "over-"), (0.5, "under-")])
def test_a_band_is_called_what_it_is_and_no_claim_of_the_paper_is_judged_by_it(width, word):
    found = judged(width)
    settings = InpaintingSettings(view="uncertainty")
    said = verdict(inpainting.InpaintingResult(settings, None, {}, None, (), 1.0, True, None, found))
    assert (said.state, said.claim) == ("measured", "")
    assert word in said.text
    ratio, error = calibration.inflation(found)
    assert ratio == pytest.approx(width, abs=4 * error)
    if width == 1:
        share, stderr = calibration.coverage(found)
        assert share == pytest.approx(calibration.NORMAL, abs=4 * stderr)
    for b in calibration.bins(found):
        assert b.low < b.actual < b.high
        assert b.actual == pytest.approx(width * b.predicted, rel=0.25)


def test_the_own_pixels_make_predictions_of_hidden_ones_better():
    *_, found = calibration.steps(InpaintingSettings(images=100))
    gain = (found.plain**2).mean(axis=1) - (found.wrong**2).mean(axis=1)
    assert gain.mean() > 2 * gain.std(ddof=1) / len(gain) ** 0.5


def test_time_runs_from_nothing_learnt_to_the_regression_unless_one_moment_is_chosen():
    seen = list(gradient_flow.steps(InpaintingSettings(images=20)))
    played = [s.now for s in seen if s.progress == 1][1:]
    assert played == list(range(len(gradient_flow.TIMES)))
    assert (seen[-1].frames[0] == 0).all()
    mean = seen[-1].squares.mean(axis=1)
    assert mean[-1] < 0.7 * mean[0]
    *_, one = gradient_flow.steps(InpaintingSettings(images=20, time=0.01))
    assert gradient_flow.TIMES[one.now] == pytest.approx(0.01)
    assert one.finished
    *_, end = gradient_flow.steps(InpaintingSettings(images=20, time="infinity"))
    assert np.isinf(gradient_flow.TIMES[end.now])


def test_the_best_of_the_surface_is_better_than_the_settings_and_taking_it_leads_there():
    settings = InpaintingSettings(images=20, bandwidth=0.4, view="likelihood")
    *_, last = inpainting.stream(settings)
    choice = best(last)
    assert set(choice) in ({"bandwidth", "ridge"}, {"depth_f", "depth_g", "ridge"})
    taken = InpaintingSettings(**{"images": 20, "bandwidth": 0.4} | choice)
    top = max(np.nanmax(last.view.surface), np.nanmax(last.view.depths))
    assert next(marginal_likelihood.steps(taken)).here == pytest.approx(top, abs=1e-9)
    assert top > last.view.here
    assert best(last._replace(view=None)) == {}


def test_the_middle_pixel_is_like_itself_and_less_like_others_the_smaller_the_bandwidth():
    narrow, wide = (marginal_likelihood.coordinate_kernel(width) for width in (0.5, 5.0))
    assert narrow[14, 14] == wide[14, 14] == pytest.approx(1)
    assert narrow[14, 16] < 1e-3 < 0.9 < wide[14, 16]


def test_black_borders_hide_the_torus_and_bright_ones_do_not(monkeypatch):
    *_, digit = grid_effects.boundary_steps(InpaintingSettings(task="representation"))
    assert np.abs(digit.torus - digit.open).max() < 0.1
    original = grid_effects.train_test_split.sample

    def bright(*arguments):
        drawn = original(*arguments)
        return drawn._replace(y=drawn.y + np.linspace(0, 1, 28))

    monkeypatch.setattr(grid_effects.train_test_split, "sample", bright)
    *_, slanted = grid_effects.boundary_steps(InpaintingSettings(task="representation"))
    at_the_border = [np.abs(found.torus - found.open)[..., [0, -1]].mean() for found in (digit, slanted)]
    assert at_the_border[1] > 3 * at_the_border[0]


def test_the_torus_and_the_open_grid_are_judged_against_the_truth():
    settings = InpaintingSettings(task="representation")
    first, *_, last = grid_effects.boundary_steps(settings)
    assert list(first.errors()) == ["torus"]  # the open grid is not there yet
    truth = image_set.pictures(settings) / 255.0
    for name, predicted in (("torus", last.torus), ("open grid", last.open)):
        by_hand = [np.square(np.clip(p, 0, 1) - t).mean() for p, t in zip(predicted, truth, strict=True)]
        np.testing.assert_allclose(last.errors()[name], by_hand)
    assert last._replace(torus=last.truth).errors()["torus"].max() == 0
