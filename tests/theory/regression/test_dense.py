"""Kernel regression: equation 18 against a plain solve, the jitter ladder, and what is refused."""

import re

import numpy as np
import pytest

from hyperviz.errors import InvalidInput, NotPositiveDefinite
from hyperviz.theory import regression


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(12, 3)), rng.normal(size=(7, 3))

    def k(a, b):
        return np.exp(-((a[:, None] - b) ** 2).sum(-1) / 2)

    return k(u, u), k(v, u), rng.normal(size=(12, 2))


def test_the_mean_is_equation_18(problem):
    K, cross, y = problem
    plain = cross @ np.linalg.inv(K + 0.1 * np.eye(12)) @ y
    assert regression.predict(regression.fit(K, y, 0.1), cross)[0] == pytest.approx(plain, abs=1e-12)
    assert regression.predict(regression.fit(K, y[:, 0], 0.1), cross)[0] == pytest.approx(plain[:, 0], abs=1e-12)


def test_the_variance_is_the_prior_minus_what_the_points_tell(problem):
    K, cross, y = problem
    plain = 1 - np.diag(cross @ np.linalg.inv(K + 0.1 * np.eye(12)) @ cross.T)
    _, variance = regression.predict(regression.fit(K, y, 0.1), cross, prior=np.ones(7))
    assert variance == pytest.approx(plain, abs=1e-12)
    assert regression.predict(regression.fit(K, y, 0.1), cross)[1] is None


def test_without_a_ridge_the_training_points_are_met_and_certain(problem):
    K, _, y = problem
    fit = regression.fit(K, y, 0)
    mean, variance = regression.predict(fit, K, prior=np.ones(12))
    assert fit.jitter == 0
    assert mean == pytest.approx(y, abs=1e-8)
    assert variance.min() >= 0
    assert variance.max() < 1e-8


def test_a_point_given_twice_needs_jitter_without_a_ridge_and_says_so():
    K = np.ones((4, 4))
    fit = regression.fit(K, np.ones(4), 0)
    assert fit.jitter > 0
    assert regression.predict(fit, np.ones((1, 4)))[0] == pytest.approx([1], abs=1e-3)
    assert regression.fit(K, np.ones(4), 1e-3).jitter == 0


def test_an_indefinite_kernel_names_a_ridge_and_that_ridge_works():
    K = np.array([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(NotPositiveDefinite) as caught:
        regression.fit(K, np.ones(2), 0.25)
    assert "\n" not in str(caught.value)
    ridge = float(re.search(r"ridge of at least (\S+)\.$", str(caught.value))[1])
    assert 1 < ridge < 1.2
    assert regression.fit(K, np.ones(2), ridge).jitter == 0


def test_one_point_and_a_kernel_of_zeros_are_fine():
    assert regression.predict(regression.fit([[2.0]], [3.0], 0), [[2.0]])[0] == pytest.approx([3.0])
    assert regression.predict(regression.fit(np.zeros((2, 2)), [1.0, 2.0], 0.1), [[0.0, 0.0]])[0] == [0.0]


def test_the_condition_number_is_that_of_the_system():
    K = np.diag([1.0, 1e-2, 1e-4])
    assert regression.fit(K, np.ones(3), 0).condition == pytest.approx(1e4)


def test_the_kernel_is_left_as_it_was(problem):
    K, _, y = problem
    before = K.copy()
    regression.fit(K, y, 0.1)
    assert (before == K).all()


@pytest.mark.parametrize(
    ("kernel", "y", "ridge", "message"),
    [
        (np.eye(2), np.ones(2), -1, "ridge must be a finite number of at least 0; got -1"),
        (np.eye(2), np.ones(2), np.nan, "ridge must be a finite number"),
        (np.eye(2), np.ones(2), "big", "ridge must be a number"),
        (np.full((2, 2), np.nan), np.ones(2), 0, "kernel must be finite; got 4 values"),
        (np.eye(2), [1, np.inf], 0, "y must be finite"),
        (np.ones(2), np.ones(2), 0, r"kernel must be a non-empty \(N, N\) array"),
        (np.ones((2, 3)), np.ones(2), 0, "kernel must be square"),
        (np.array([[1, 0], [0.5, 1]]), np.ones(2), 0, "kernel must be symmetric"),
        (np.eye(2), np.ones(3), 0, "y must have one row for each of the kernel's 2 points; got 3"),
        (np.eye(2), np.ones((2, 1, 1)), 0, "y must be a non-empty"),
        (np.ones((0, 0)), np.ones(0), 0, "kernel must be a non-empty"),
        ([["a"]], [1.0], 0, "kernel must be an array of real numbers"),
    ],
)
def test_bad_input_is_one_sentence(kernel, y, ridge, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        regression.fit(kernel, y, ridge)
    assert "\n" not in str(caught.value)


def test_predict_refuses_what_does_not_fit(problem):
    K, cross, y = problem
    fit = regression.fit(K, y, 0.1)
    with pytest.raises(InvalidInput, match="one column for each of the 12 points; got 11"):
        regression.predict(fit, cross[:, :-1])
    with pytest.raises(InvalidInput, match="one variance for each of cross's 7 rows; got 3"):
        regression.predict(fit, cross, prior=np.ones(3))
