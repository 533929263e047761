"""HN: its predictions and its first step of Adam against loops written out, and what decides when it stops."""

import itertools

import numpy as np
import pytest

from hyperviz.studies.inpainting import adam

TINY = adam.Plan(steps=1, depth_f=2, width_f=4, depth_g=2, width_g=3, features=2, scale=0.5, learning_rate=1e-3)


def plain(weights, x, features, scale):
    """h(x, z) of depths 2 and 2 with the sums written out, float64."""
    W, V1, V2 = weights
    n0, n, k, m = W.shape[1], W.shape[0], V1.shape[1], V1.shape[0]
    x = x * (n0**0.5 / np.linalg.norm(x))
    q = [2**0.5 * max(0.0, sum(W[i, j] * x[j] for j in range(n0)) / n0**0.5) for i in range(n)]
    a = []
    for i in range(m):
        row = [sum(V1[i, j, c] * q[c] for c in range(n)) / n**0.5 for j in range(k)]
        a.append(2**0.5 * max(0.0, sum(row[j] * features[j] for j in range(k)) / k**0.5))
    last = [sum(V2[0, i, c] * q[c] for c in range(n)) / n**0.5 for i in range(m)]
    return scale * sum(last[i] * a[i] for i in range(m)) / m**0.5


def problem():
    rng = np.random.default_rng(0)
    return rng.random((1, 784)), rng.random((1, 784)), rng.choice(784, (1, 3), replace=False)


def numbers(parameters):
    return [np.asarray(w, np.float64) for w in (*parameters.hidden, *parameters.generator)]


def test_it_predicts_what_the_loops_do():
    x, _, _ = problem()
    state, table = adam._start(TINY, 3)
    found = adam.predict(adam.TrainedModel(state.parameters, table, TINY.scale), x)[0]
    for pixel in (0, 391, 783):
        wanted = plain(numbers(state.parameters), x[0], np.asarray(table, np.float64)[pixel], TINY.scale)
        assert found[pixel] == pytest.approx(np.clip(wanted, 0, 1), abs=1e-5)


def test_its_first_step_is_adams_along_the_gradient_of_the_loops_loss(monkeypatch):
    """Adam's first step has the length of the learning rate in every weight, against the gradient's sign."""
    monkeypatch.setattr(adam, "CHUNK", 1)
    x, y, pixels = problem()
    state, table = adam._start(TINY, 3)
    before, features = numbers(state.parameters), np.asarray(table, np.float64)
    after = numbers(list(adam.train(x, y, pixels, x, y, TINY, 3, [0, 1]))[-1].now.parameters)

    def loss(weights):
        return np.mean([(plain(weights, x[0], features[p], TINY.scale) - y[0, p]) ** 2 for p in pixels[0]])

    for layer in (1, 2):
        for at in itertools.islice(np.ndindex(before[layer].shape), 8):
            moved = [w.copy() for w in before]
            moved[layer][at] += 1e-5
            slope = (loss(moved) - loss(before)) / 1e-5
            step = after[layer][at] - before[layer][at]
            assert step == pytest.approx(-TINY.learning_rate * np.sign(slope) * (abs(slope) > 1e-9), abs=1e-5)


def test_the_features_products_tend_to_the_coordinate_kernel():
    _, table = adam._start(adam.Plan(features=5000, width_f=1, width_g=1, bandwidth=2.5), 0)
    p = np.asarray(table, np.float64)
    for pixel, square in ((1, 1), (28, 1), (29, 2), (3, 9)):
        assert p[0] @ p[pixel] / p.shape[1] == pytest.approx(np.exp(-square / (2 * 2.5**2)), abs=0.08)


def test_the_parameters_that_count_are_those_of_the_best_look(monkeypatch):
    monkeypatch.setattr(adam, "PATIENCE", 60)
    rng = np.random.default_rng(1)
    x, y = rng.random((20, 784)), np.full((20, 784), 0.7)
    pixels = rng.permuted(np.tile(np.arange(784), (20, 1)), axis=1)[:, :20]
    plan = adam.Plan(0.03, 100, width_f=16, width_g=8, features=8)
    looks = list(adam.train(x, y, pixels, x[:5], y[:5], plan, 0, range(0, 101, 20)))
    best = min(looks, key=lambda look: look.validation)
    assert looks[-1].best == (best.step, pytest.approx(best.validation))
    assert best.validation < looks[0].validation
    error = np.mean((adam.predict(looks[-1].model, x[:5]) - 0.7) ** 2)
    assert error == pytest.approx(best.validation, rel=1e-5)
    assert looks[-1].step == 100 or looks[-1].step - best.step >= adam.PATIENCE


def test_an_image_of_zeros_gives_zeros_and_padding_is_never_drawn():
    state, table = adam._start(TINY, 3)
    assert (adam.predict(adam.TrainedModel(state.parameters, table, 1.0), np.zeros((1, 784))) == 0).all()
    x, targets, pixels, count = adam._padded(*problem())
    assert len(x) == len(targets) == len(pixels) == adam.PADDED
    assert count == 1
