"""The figures of the rotation study: the numbers they show, before, during and after a run."""

import numpy as np
import pytest

from hyperviz.figures import rotation as figures
from hyperviz.studies.rotation import stored_run
from hyperviz.studies.rotation.comparisons import CHANCE
from hyperviz.studies.rotation.settings import RotationSettings
from hyperviz.studies.rotation.study import Examples, RotationResult
from hyperviz.studies.rotation.training_loop import Curve

SETTINGS = RotationSettings(epochs=4, images=500)
RNG = np.random.default_rng(0)


def result(settings=SETTINGS, done=2, examples=None) -> RotationResult:
    """Every configuration tested `done` epochs far."""
    curves = {}
    for config in settings.configurations:
        accuracy = np.full((settings.runs, settings.epochs + 1), np.nan)
        accuracy[:, : done + 1] = RNG.uniform(0.1, 0.9, (settings.runs, done + 1))
        done = max(done, 0)
        loss = np.full((settings.runs, settings.epochs * settings.steps), np.nan)
        loss[:, : done * settings.steps] = RNG.uniform(1, 2.5, (settings.runs, done * settings.steps))
        curves[config] = Curve(accuracy, loss)
    return RotationResult(settings, curves, examples, "", done / settings.epochs, 0.0, False)


def trace(figure, name):
    return next(t for t in figure.data if t.name == name)


def test_accuracy_shows_the_mean_over_runs_against_steps_with_two_standard_errors():
    some = result()
    figure = figures.accuracy(some)
    for config, curve in some.curves.items():
        line = trace(figure, f"m = {config.width_g}")
        seen = curve.accuracy[:, :3]
        np.testing.assert_array_equal(line.x, [0, 5, 10])
        np.testing.assert_allclose(line.y, seen.mean(0), rtol=1e-6)
        upper = figure.data[figure.data.index(line) - 1]
        np.testing.assert_allclose(upper.y, seen.mean(0) + 2 * seen.std(0, ddof=1) / np.sqrt(3), rtol=1e-6)
    assert set(trace(figure, "guessing, 1/12").y) == {CHANCE}


def test_the_stored_run_stands_beside_the_same_networks_only():
    def beside(settings):
        return [t for t in figures.accuracy(result(settings)).data if (t.name or "").startswith("stored run")]

    stored = stored_run.stored()
    assert len(beside(SETTINGS)) == 3
    config = SETTINGS.configurations[0]
    np.testing.assert_allclose(beside(SETTINGS)[0].y, stored.curves[config].accuracy.mean(0), rtol=1e-6)
    np.testing.assert_array_equal(beside(SETTINGS)[0].x, np.arange(stored.settings.epochs + 1) * stored.settings.steps)
    assert beside(RotationSettings(parameterisation="released", epochs=4, images=500)) == []
    assert beside(RotationSettings(learning_rate=1.0, epochs=4, images=500)) == []


def test_figure_2_shows_the_stored_accuracies_three_depths_side_by_side_on_one_axis():
    figure, stored = figures.reference(), stored_run.stored()
    for axis, depth in zip(("x", "x2", "x3"), (3, 6, 8), strict=True):
        for config in (a for a in stored.curves if a.depth_g == depth):
            (line,) = [t for t in figure.data if t.name == f"m = {config.width_g}" and t.xaxis == axis]
            np.testing.assert_allclose(line.y, stored.curves[config].accuracy.mean(0), rtol=1e-6)
    assert {t.yaxis for t in figure.data} <= {None, "y"}
    assert [a.text for a in figure.layout.annotations] == ["<b>H = 3</b>", "<b>H = 6</b>", "<b>H = 8</b>"]


def test_one_run_has_no_band_and_a_result_without_a_test_still_has_labelled_axes():
    alone = figures.accuracy(result(RotationSettings(epochs=4, images=500, runs=1)))
    assert not any(t.fill for t in alone.data)
    for draw, *_ in figures.CHARTS.values():
        figure = draw(result(done=-1))
        assert figure.layout.xaxis.title.text is not None
        assert all(t.y is None or np.isfinite(np.asarray(t.y)).all() for t in figure.data)


def test_learning_rates_are_a_heat_map_with_the_last_accuracy_in_each_cell():
    some = result(RotationSettings(compare="rates", epochs=4, images=500, runs=1))
    figure = figures.accuracy(some)
    heat = figure.data[0]
    assert heat.type == "heatmap"
    for config, curve in some.curves.items():
        cell = heat.z[list(heat.y).index(str(config.width_g)), list(heat.x).index(f"{config.rate:g}")]
        assert cell == pytest.approx(curve.accuracy[0, 2], rel=1e-6)


def test_the_loss_is_smoothed_over_ten_steps():
    some = result(done=4)
    figure = figures.loss(some)
    for line, curve in zip(figure.data, some.curves.values(), strict=True):
        mean = curve.loss.mean(0)
        np.testing.assert_allclose(line.y, [mean[i : i + 10].mean() for i in range(11)], rtol=1e-5)
        np.testing.assert_array_equal(line.x, np.arange(10, 21))


def test_pairs_say_the_true_angle_and_what_the_chosen_network_takes_it_for():
    x, z = RNG.uniform(size=(2, 8, 49))
    config = SETTINGS.configurations[-1]
    shown = Examples(x, z, np.arange(8), {config: np.full(8, 3)})
    figure = figures.examples(result(examples=shown))
    assert figure.layout.xaxis.ticktext[:2] == ("0°<br>90°", "30°<br>90°")
    sheet = figure.data[0].z
    assert sheet.shape == (15, 63)
    low, high = x.min(), x.max()
    np.testing.assert_allclose(sheet[:7, :7], ((x[0] - low) / (high - low)).reshape(7, 7), rtol=1e-5)
    waiting = figures.examples(result(examples=shown._replace(guesses={})))
    assert waiting.layout.xaxis.ticktext[0] == "0°<br>–"
