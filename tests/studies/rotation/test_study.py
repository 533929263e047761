"""The rotation study: a curve a configuration, a killed run that goes on, verdicts that can say no, the stored run."""

import dataclasses
import itertools
import subprocess
import sys

import numpy as np
import pytest

from hyperviz.data import stored as stored_tables
from hyperviz.figures.rotation import CHARTS
from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import here
from hyperviz.studies.common.contract import changed
from hyperviz.studies.rotation import report, scheduling, sgd, stored_run, study
from hyperviz.studies.rotation.comparisons import FALLS, RISES, answers
from hyperviz.studies.rotation.settings import Configuration, RotationSettings
from hyperviz.studies.rotation.study import RotationResult
from hyperviz.studies.rotation.training_loop import Curve

SMALL = {"images": 200, "epochs": 3, "runs": 2, "size": 7, "width_f": 10, "width_g": 5, "depth_f": 2, "depth_g": 2}
SETTINGS = RotationSettings(compare="one", **SMALL)
CONFIG = Configuration(2, 5, 10.0)


def last(settings, *store) -> RotationResult:
    *_, result = study.stream(settings, *store)
    return result


@pytest.fixture(scope="module")
def results():
    return list(study.stream(SETTINGS))


@pytest.fixture(scope="module")
def result(results):
    return results[-1]


def test_every_run_is_tested_before_training_and_after_every_epoch(result):
    curve = result.curves[CONFIG]
    assert curve.accuracy.shape == (2, 4)
    assert curve.loss.shape == (2, 6)
    assert np.isfinite(curve.accuracy).all()
    assert np.isfinite(curve.loss).all()
    assert ((curve.accuracy >= 0) & (curve.accuracy <= 1)).all()
    assert not np.array_equal(curve.loss[0], curve.loss[1])  # other weights, other order
    assert result.finished


def test_the_chart_of_accuracies_is_drawn_again_after_a_test_and_the_loss_after_every_step(results):
    drawn = {
        name: [now for before, now in itertools.pairwise(results) if changed(now, before, CHARTS[name].parts)]
        for name in ("accuracy", "loss")
    }
    tested = [np.isfinite(result.curves[CONFIG].accuracy[0]).sum() for result in drawn["accuracy"]]
    assert tested == [1, 2, 3, 4, 4]  # the last: the run has ended
    assert len(drawn["loss"]) > len(drawn["accuracy"])


def test_no_run_of_the_default_view_is_trained_twice_to_fill_a_program():
    jobs = [job for jobs in scheduling.rounds(RotationSettings()) for job in jobs]
    assert sorted((job.config.width_g, run) for job in jobs for run in job.runs) == [
        (m, run) for m in (10, 50, 100) for run in range(3)
    ]
    assert all(len(job.runs) == sgd.lanes(job.shape) for job in jobs)


def test_the_same_settings_give_the_same_curves_and_another_seed_others(result):
    again, other = last(SETTINGS), last(dataclasses.replace(SETTINGS, seed=1))
    np.testing.assert_array_equal(again.curves[CONFIG].loss, result.curves[CONFIG].loss)
    assert not np.array_equal(other.curves[CONFIG].loss, result.curves[CONFIG].loss)


def test_training_lowers_the_loss_and_a_tiny_learning_rate_does_not(result):
    def fall(rate):
        settings = dataclasses.replace(SETTINGS, epochs=60, learning_rate=rate)
        (curve,) = last(settings).curves.values()
        return (curve.loss[:, :4].mean() - curve.loss[:, -4:].mean()) / curve.loss[:, :4].mean()

    assert fall(3.0) > 0.05
    assert abs(fall(0.001)) < 0.05


def test_a_run_killed_at_any_moment_goes_on_to_the_same_numbers(result, tmp_path):
    code = f"""
import pathlib
from hyperviz.runtime.checkpoint import Store
from hyperviz.studies.rotation import study, training_loop
from hyperviz.studies.rotation.settings import RotationSettings
training_loop.SAVE = 0.0
settings = RotationSettings(compare="one", **{SMALL!r})
for result in study.stream(settings, Store(pathlib.Path({str(tmp_path)!r}))):
    print(result.progress, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        while float(process.stdout.readline()) < 0.4:
            pass
        process.kill()
    assert list(tmp_path.glob("*.npz"))
    begun = [
        r.progress for r in study.stream(SETTINGS, Store(tmp_path)) if np.isfinite(r.curves[CONFIG].accuracy).any()
    ]
    assert begun[0] > 0.3  # it did not start over
    np.testing.assert_array_equal(last(SETTINGS, Store(tmp_path)).curves[CONFIG].loss, result.curves[CONFIG].loss)


def test_units_leave_in_the_store_what_the_stream_computes_its_pictures_too_and_nothing_is_compiled_again(
    result, tmp_path, monkeypatch
):
    store = Store(tmp_path)
    todo = study.units(SETTINGS, store)
    assert [unit.arguments[1].runs for unit in todo] == [(0, 1)]
    for _ in here(todo, store):
        pass
    assert study.units(SETTINGS, store) == []
    monkeypatch.setattr(sgd, "programs", None)
    found = last(SETTINGS, store)
    np.testing.assert_array_equal(found.curves[CONFIG].loss, result.curves[CONFIG].loss)
    np.testing.assert_array_equal(found.curves[CONFIG].accuracy, result.curves[CONFIG].accuracy)
    np.testing.assert_array_equal(found.examples.guesses[CONFIG], result.examples.guesses[CONFIG])
    assert len(study.units(dataclasses.replace(SETTINGS, epochs=4), store)) == 1  # more epochs go on from there


def test_a_checkpoint_whose_weights_are_in_another_order_is_begun_anew(tmp_path):
    settings = dataclasses.replace(SETTINGS, epochs=1, parameterisation="released")
    (first,) = last(settings, Store(tmp_path)).curves.values()
    (path,) = tmp_path.glob("*.npz")
    kept = Store(tmp_path).load(path.stem)
    assert kept is not None
    kept["weights_0"], kept["weights_1"] = kept["weights_1"], kept["weights_0"]
    Store(tmp_path).save(path.stem, **kept)
    (again,) = last(dataclasses.replace(settings, epochs=2), Store(tmp_path)).curves.values()
    np.testing.assert_array_equal(again.loss[:, : settings.steps], first.loss)
    assert np.isfinite(again.loss).all()


def test_the_table_has_one_accuracy_an_epoch_with_its_error(result):
    found = report.table(result)
    rows = found[found.quantity == "accuracy"]
    assert rows.epoch.tolist() == [0, 1, 2, 3]
    assert set(rows.width_g) == {5}
    assert set(rows.depth_g) == {2}
    np.testing.assert_allclose(rows.value, result.curves[CONFIG].accuracy.mean(0))
    np.testing.assert_allclose(rows.stderr, result.curves[CONFIG].accuracy.std(0, ddof=1) / np.sqrt(2))
    assert found.columns.tolist()[-8:] == ["seed", "version", "verdict", "quantity", "value", "stderr", "low", "high"]


def made_up(level) -> RotationResult:
    """A finished run of the nine configurations whose accuracy is level(H, m)."""
    settings = RotationSettings(compare="all", epochs=2, runs=3, images=1000)
    noise = np.random.default_rng(0).normal(0, 0.005, (3, 3))
    curves = {
        config: Curve(level(config.depth_g, config.width_g) + noise, np.zeros((3, 2 * settings.steps)))
        for config in settings.configurations
    }
    return RotationResult(settings, curves, None, "", 1.0, 0.0, True)


@pytest.mark.parametrize(
    ("level", "state"),
    [
        (lambda H, m: 0.5 + m / 500 - H / 40, "holds"),
        (lambda H, m: 0.5 - m / 500 + H / 40, "differs"),
        (lambda H, m: 0.5, "undecided"),
    ],
)
def test_the_verdict_follows_the_curves_whichever_way_they_go(level, state):
    assert report.verdict(made_up(level)).state == state


def test_both_questions_are_answered_at_the_start_and_at_the_end():
    found = answers(made_up(lambda H, m: 0.5 + m / 500 - H / 40))
    assert {(a.question, a.when) for a in found} == {(q, w) for q in (RISES, FALLS) for w in ("start", "end")}
    rise = next(a for a in found if a.question == RISES and a.when == "end")
    assert rise.difference == pytest.approx(90 / 500, abs=0.02)
    assert rise.error > 0


def test_the_stored_run_is_what_its_settings_say():
    stored, about = stored_run.stored(), stored_tables.about("rotation")
    settings = stored.settings
    assert dataclasses.asdict(settings) == about["settings"]
    assert set(stored.curves) == set(settings.configurations)
    assert len(stored.curves) == 9
    for curve in stored.curves.values():
        assert curve.accuracy.shape == (settings.runs, settings.epochs + 1)
        assert np.isfinite(curve.accuracy).all()
    frame = stored_tables.table("rotation")
    assert frame.groupby(["depth_g", "width_g"]).size().eq(settings.runs * (settings.epochs + 1)).all()
    assert about["command"].startswith("python -m hyperviz run rotation")
    assert f"--epochs {settings.epochs}" in about["command"]


def test_a_page_does_not_begin_what_takes_hours():
    assert study.too_large(RotationSettings()) == ""
    assert "run it from the command line" in study.too_large(RotationSettings(compare="all", epochs=100, runs=10))


def test_the_stored_run_names_the_networks_that_have_not_begun_to_learn():
    said = report.stored_words(made_up(lambda H, m: 0.08 if (H, m) == (8, 10) else 0.5))
    assert said.endswith("no better than guessing at the end, unlike the paper's after 100 epochs: H = 8, m = 10.")
    assert "no better than guessing" not in report.stored_words(made_up(lambda H, m: 0.5))


def test_no_stored_run_is_called_diverged_though_its_losses_are_not_kept():
    assert "diverged" not in report.stored_words(stored_run.stored())
    assert "loss" not in set(report.table(stored_run.stored()).quantity)


def test_a_diverged_run_is_named_and_counts_as_wrong():
    """At a rate far too large the loss stops being a number: no NaN reaches the table, and the page says so."""
    found = last(dataclasses.replace(SETTINGS, learning_rate=100.0, epochs=6, depth_g=6))
    (curve,) = found.curves.values()
    assert np.isnan(curve.loss).any()
    assert np.isfinite(curve.accuracy).all()
    assert (curve.accuracy[:, -1] == 0).all()
    assert f"{len(curve.loss)} runs diverged" in report.progress(found)
    assert report.table(found).value.notna().all()
