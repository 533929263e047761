"""Conjugate gradients on a kernel system in float32 give what the factorisation gives, or say that they do not."""

import numpy as np
import pytest

from hyperviz.theory.regression import conjugate_gradient, random_pixels


def system(points=700, width=0.15):
    rng = np.random.default_rng(0)
    x, y = rng.random((points, 2)), rng.normal(size=points)
    distance = ((x[:, None] - x) ** 2).sum(axis=2)
    return 0.5 * np.exp(-distance / (2 * width**2)) + 0.5 * np.eye(points), y


def test_the_solution_is_the_direct_one_and_only_the_lower_triangle_is_read():
    K, y = system()
    found = conjugate_gradient.solve(np.tril(K).astype(np.float32), y, 1e-3, 1.0)
    assert found is not None
    wanted = np.linalg.solve(K + 1e-3 * np.eye(len(K)), y)
    assert found == pytest.approx(wanted, abs=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize("landmarks", [1, 50, 700, 5000])
def test_the_landmarks_decide_the_speed_not_the_answer(monkeypatch, landmarks):
    monkeypatch.setattr(conjugate_gradient, "LANDMARKS", landmarks)
    K, y = system()
    found = conjugate_gradient.solve(K.astype(np.float32), y, 1e-3, 1.0)
    assert found == pytest.approx(np.linalg.solve(K + 1e-3 * np.eye(len(K)), y), abs=1e-4)


def test_a_system_that_does_not_converge_is_refused_not_answered(monkeypatch):
    """Negative control."""
    monkeypatch.setattr(conjugate_gradient, "MOST", 2)
    K, y = system()
    assert conjugate_gradient.solve(K.astype(np.float32), y, 1e-3, 1.0) is None


@pytest.mark.parametrize("most", [400, 1])
def test_large_systems_predict_as_small_ones_do_whichever_way_they_are_solved(monkeypatch, most):
    """most = 1: the iteration does not converge, and the factorisation takes over."""
    rng = np.random.default_rng(1)
    x, x_new = rng.random((40, 12, 12)), rng.random((3, 12, 12))
    pixels = rng.permuted(np.tile(np.arange(144), (40, 1)), axis=1)[:, :10]
    settings = {"depth_f": 3, "depth_g": 3, "bandwidth": 2.0, "ridge": 1e-3}
    *_, direct = random_pixels.steps(x, x, pixels, x_new, **settings)
    monkeypatch.setattr(random_pixels, "DIRECT", 0)
    monkeypatch.setattr(conjugate_gradient, "MOST", most)
    *_, iterated = random_pixels.steps(x, x, pixels, x_new, **settings)
    assert iterated.prediction == pytest.approx(direct.prediction, abs=1e-4 if most > 1 else 1e-12)
