"""Gradient flow of the infinitely wide hypernetwork at every time, and the evidence, from the systems' eigenvalues."""

import numpy as np
import pytest

from hyperviz.errors import InvalidInput
from hyperviz.theory.regression import grid, grid_factors, grid_flow, grid_geometry
from tests.oracles import torus
from tests.theory.regression.test_grid_factors import RIDGE, SETTINGS, dense, images, solved


def flows(x, y, x_new, times, kernel="hk"):
    *_, last = grid_flow.steps(x, y, x_new, times, kernel=kernel, **SETTINGS)
    return last


@pytest.mark.parametrize("kernel", ["nngp", "hk"])
def test_predictions_at_time_t_are_those_of_many_small_steps_of_gradient_descent(kernel):
    x, y, x_new = images(6, 4), images(6, 4, 1), images(6, 2, 2)
    step, counts = 2e-5, (10, 100, 1000)
    found = flows(x, y, x_new, [step * n for n in counts], kernel).frames
    for frame, n in zip(found, counts, strict=True):
        wanted = torus.trained(x, y, x_new, step=step, steps=n, **dense(kernel))
        assert frame == pytest.approx(wanted, abs=5e-3)
    assert np.abs(found[2] - found[0]).max() > 0.1


def test_at_time_0_nothing_is_predicted_and_at_infinity_the_regression_without_a_ridge():
    x, y, x_new = images(6, 5), images(6, 5, 1), np.concatenate([images(6, 2, 2), images(6, 1)])
    start, end = flows(x, y, x_new, [0, np.inf]).frames
    assert (start == 0).all()
    assert end == pytest.approx(grid.complete(x, y, x_new, ridge=1e-10, kernel="hk", **SETTINGS).prediction, abs=1e-5)
    assert end[2] == pytest.approx(y[0], abs=1e-5)
    late = flows(x, y, x_new, [1e9]).frames[0]
    assert late == pytest.approx(end, abs=1e-5)


def test_training_images_given_twice_or_of_zeros_end_where_they_should():
    x, y, x_new = images(6, 3), images(6, 3, 1), images(6, 2, 2)
    twice = flows(np.concatenate([x, x, 0 * x]), np.concatenate([y, y, y]), x_new, [1e-3, np.inf])
    assert twice.frames[1] == pytest.approx(flows(x, y, x_new, [np.inf]).frames[0], abs=1e-4)
    assert np.isfinite(twice.frames).all()
    assert (flows(0 * x, y, x_new, [0.1, np.inf]).frames == 0).all()
    assert (flows(x, y, 0 * x_new, [0.1, np.inf]).frames == 0).all()


def test_what_is_learnt_late_is_told():
    x, y = images(6, 4), images(6, 4, 1)
    smallest = np.linalg.eigvalsh(torus.between(x, x, 6, **dense("hk")))[0]
    assert flows(x, y, x, [1.0]).slowest == pytest.approx(1 / (2 * smallest), rel=1e-6)


@pytest.mark.parametrize("kernel", ["nngp", "hk"])
def test_the_eigenvalues_give_the_evidence_of_the_factors_at_every_ridge(kernel):
    x, y = images(7, 5), images(7, 5, 1)
    found = grid_flow.all_modes(grid.split(x, y, kernel=kernel, **SETTINGS))
    assert found.values.shape == (len(grid_geometry.classes(7)), 5)
    assert found.shared.sum() == 49
    for ridge in (1e-4, RIDGE, 0.5):
        assert grid_flow.evidence(found, ridge) == pytest.approx(
            grid_factors.evidence(solved(x, y, ridge=ridge, kernel=kernel)), rel=1e-7
        )


def test_pictures_come_before_the_last_system_is_solved():
    x = images(28, 120)
    seen = list(grid_flow.steps(x, x, x[:2], [1e-4, np.inf], **SETTINGS))
    assert len(seen) > 1
    assert seen[-1].solved == seen[-1].total == 120
    assert seen[-1].frames.shape == (2, 2, 28, 28)


@pytest.mark.parametrize("times", [[], [-1.0], [[1.0]], [np.nan]])
def test_bad_times_are_one_sentence(times):
    with pytest.raises(InvalidInput, match="times must hold numbers of at least 0"):
        grid_flow.steps(images(6, 2), images(6, 2), images(6, 2), times, **SETTINGS)
