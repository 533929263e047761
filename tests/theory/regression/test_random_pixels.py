"""Regression on a few pixels of each image: the expansion's shortcuts equal the dense system written out."""

import numpy as np
import pytest

from hyperviz.errors import InvalidInput
from hyperviz.theory.regression import random_pixels
from tests.oracles import torus

SETTINGS = {"depth_f": 3, "depth_g": 2, "bandwidth": 2**0.5, "ridge": 1e-3}


def problem(images=5, count=4, g=6):
    rng = np.random.default_rng(0)
    x, y, x_new = rng.random((images, g, g)), rng.random((images, g, g)), rng.random((3, g, g))
    return x, y, rng.permuted(np.tile(np.arange(g * g), (images, 1)), axis=1)[:, :count], x_new


def plain(x, y, pixels, x_new, kernel, depth_f, depth_g, bandwidth, ridge):
    """The (N P) x (N P) system, entry by entry."""
    g = y.shape[1]
    points = [(i, p) for i, row in enumerate(pixels) for p in row]

    def k(xs, pairs):
        S = torus.cosines(xs.reshape(len(xs), -1), x.reshape(len(x), -1))
        S0 = np.array([[S[i, j] for j, _ in points] for i, _ in pairs])
        squares = [[(p // g - q // g) ** 2 + (p % g - q % g) ** 2 for _, q in points] for _, p in pairs]
        return torus.kernel(S0, np.exp(-np.array(squares) / (2 * bandwidth**2)), kernel, depth_f, depth_g)

    targets = np.array([y[i].flat[p] for i, p in points])
    weights = np.linalg.solve(k(x, points) + ridge * np.eye(len(points)), targets)
    everywhere = [(i, p) for i in range(len(x_new)) for p in range(g * g)]
    return (k(x_new, everywhere) @ weights).reshape(len(x_new), g, g)


@pytest.mark.parametrize("kernel", ["nngp", "hk", "hk-released"])
def test_it_equals_the_dense_system_written_out(kernel):
    inputs = problem()
    *_, last = random_pixels.steps(*inputs, kernel=kernel, **SETTINGS)
    assert last.prediction == pytest.approx(plain(*inputs, kernel, **SETTINGS), abs=1e-8)
    assert last.expansion_error <= 1e-8
    assert last.built == 1


def test_the_blocks_in_which_it_is_built_do_not_matter(monkeypatch):
    inputs = problem()
    *_, whole = random_pixels.steps(*inputs, **SETTINGS)
    monkeypatch.setattr(random_pixels, "BLOCK", 1)
    *parts, last = random_pixels.steps(*inputs, **SETTINGS)
    assert [p.prediction for p in parts] == [None] * 5
    assert last.prediction == pytest.approx(whole.prediction, abs=1e-12)


def test_an_image_of_zeros_predicts_exactly_0():
    x, y, pixels, x_new = problem()
    *_, last = random_pixels.steps(x, y, pixels, 0 * x_new, **SETTINGS)
    assert (last.prediction == 0).all()
    *_, last = random_pixels.steps(0 * x, y, pixels, x_new, **SETTINGS)
    assert (last.prediction == 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pixels": np.zeros((4, 2), int)}, "one row for each of 5 images; got shape"),
        ({"pixels": np.full((5, 2), 36)}, "pixels must lie between 0 and 35; got 36 to 36"),
        ({"pixels": np.full((5, 2), 0.5)}, "pixels must hold indices"),
        ({"kernel": "rbf"}, "kernel must be one of"),
        ({"ridge": -1}, "ridge must be"),
        ({"depth_f": 0}, "depth_f must be"),
    ],
)
def test_bad_input_is_one_sentence(change, message):
    arguments = dict(zip(("x", "y", "pixels", "x_new"), problem(), strict=True)) | SETTINGS | change
    with pytest.raises(InvalidInput, match=message):
        random_pixels.steps(**arguments)
