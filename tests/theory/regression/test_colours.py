"""Colours are outputs that share one kernel: every solver gives what three grey ones give, and one dense system."""

import numpy as np
import pytest

from hyperviz.theory.regression import (
    conjugate_gradient,
    grid,
    grid_factors,
    grid_flow,
    grid_geometry,
    grid_posterior,
    grid_upsampling,
    random_pixels,
)
from tests.oracles import torus
from tests.theory.regression.test_grid_factors import RIDGE, SETTINGS, dense, flat, images, solved

G, N = 6, 4


def colours(count, seed=0):
    """(count, G, G, 3)"""
    return np.random.default_rng(seed).random((count, G, G, 3)) ** 3


X, Y, X_NEW = colours(N), colours(N, 1), colours(2, 2)


def channels(solve):
    """What three grey solves give, channel after channel, each with all colours of x."""
    return np.stack([solve(Y[..., c]) for c in range(3)], axis=-1)


@pytest.mark.parametrize("kernel", ["nngp", "hk"])
def test_one_colour_solve_is_three_grey_ones_and_the_dense_one(kernel):
    options = SETTINGS | {"ridge": RIDGE, "kernel": kernel}
    found = grid.complete(X, Y, X_NEW, **options).prediction
    assert found.shape == (2, G, G, 3)
    assert found == pytest.approx(channels(lambda y: grid.complete(X, y, X_NEW, **options).prediction), abs=1e-10)
    wanted = channels(lambda y: torus.regression(X, y, X_NEW, ridge=RIDGE, **dense(kernel)))
    assert found == pytest.approx(wanted, abs=1e-8)


def test_f_sees_every_channel():
    """Negative control: a kernel of the first channel alone would not notice the third."""
    other = X_NEW.copy()
    other[..., 2] = other[::-1, ..., 2]
    one, two = (grid.complete(X, Y, x, ridge=RIDGE, **SETTINGS).prediction for x in (X_NEW, other))
    assert np.abs(one - two)[..., 0].max() > 1e-3


def test_a_colour_system_is_factored_once(monkeypatch):
    count, factorise = [], grid.factorise
    monkeypatch.setattr(grid, "factorise", lambda *arguments: count.append(1) or factorise(*arguments))
    grid.complete(X, Y, X_NEW, ridge=RIDGE, **SETTINGS)
    assert len(count) == len(grid_geometry.classes(G))


def test_what_a_pass_leaves_predicts_the_same_and_its_evidence_counts_every_channel():
    found = solved(X, Y)
    grey = [solved(X, Y[..., c]) for c in range(3)]
    wanted = np.stack([grid_factors.posterior_mean(one, flat(X_NEW)) for one in grey], axis=-1)
    assert grid_factors.posterior_mean(found, flat(X_NEW)) == pytest.approx(wanted, abs=1e-10)
    assert found.log_determinant == pytest.approx(sum(one.log_determinant for one in grey))
    assert found.quadratic == pytest.approx(sum(one.quadratic for one in grey))
    evidence = grid_factors.evidence(found)
    each = [torus.log_evidence(X, Y[..., c], evidence.amplitude, ridge=RIDGE, **dense()) for c in range(3)]
    assert evidence.value == pytest.approx(sum(each) / Y.size, abs=1e-8)
    modes = grid_flow.all_modes(grid.split(X, Y, kernel="nngp", **SETTINGS))
    assert grid_flow.evidence(modes, RIDGE) == pytest.approx(evidence, abs=1e-8)


def test_between_the_pixels_each_channel_is_its_own():
    options = SETTINGS | {"kernel": "nngp", "factor": 3}
    found = grid_upsampling.upsample(solved(X, Y), flat(X_NEW), **options)
    wanted = channels(lambda y: grid_upsampling.upsample(solved(X, y), flat(X_NEW), **options))
    assert found == pytest.approx(wanted, abs=1e-10)


def test_gradient_flow_of_a_colour_is_that_of_its_channel():
    def frames(y):
        *_, last = grid_flow.steps(X, y, X_NEW, [0.01, np.inf], kernel="hk", **SETTINGS)
        return last.frames

    assert frames(Y) == pytest.approx(channels(frames), abs=1e-10)


def test_given_its_own_pixels_every_channel_has_its_mean_and_samples_and_all_share_the_band():
    found, own = solved(X, Y), colours(1, 3)[0]
    *_, c = grid_factors.covariance(found, flat(X_NEW[:1]))
    mean, observed = grid_factors.posterior_mean(found, flat(X_NEW[:1]))[0], np.indices((G, G))[0] < 3
    noise = np.random.default_rng(5).standard_normal((2, 2, G * G, 3))
    done = grid_posterior.condition(mean, c[0], own, observed, noise, ridge=RIDGE, amplitude=2.0)
    for i in range(3):
        part = mean[..., i], c[0], own[..., i], observed, noise[..., i]
        grey = grid_posterior.condition(*part, ridge=RIDGE, amplitude=2.0)
        assert done.mean[..., i] == pytest.approx(grey.mean, abs=1e-10)
        assert done.samples[..., i] == pytest.approx(grey.samples, abs=1e-10)
        assert done.deviation == pytest.approx(grey.deviation, abs=1e-10)


@pytest.mark.parametrize("way", ["factored", "iterated"])
def test_seen_at_random_pixels_colours_share_the_system_too(way, monkeypatch):
    if way == "iterated":
        monkeypatch.setattr(random_pixels, "DIRECT", 1)
        monkeypatch.setattr(conjugate_gradient, "LANDMARKS", 8)
    pixels = np.random.default_rng(7).permuted(np.tile(np.arange(G * G), (N, 1)), axis=1)[:, :9]
    options = SETTINGS | {"ridge": RIDGE, "kernel": "hk"}

    def prediction(y):
        *_, last = random_pixels.steps(X, y, pixels, X_NEW, **options)
        return last.prediction

    assert prediction(Y) == pytest.approx(channels(prediction), abs=1e-6)
    blank = random_pixels.steps(0 * X, Y, pixels, X_NEW, **options)
    assert (list(blank)[-1].prediction == 0).all()


def test_a_blank_colour_image_predicts_0_and_one_channel_is_an_image_of_one_channel():
    one = grid.complete(X, Y[..., :1], np.concatenate([X_NEW, 0 * X_NEW]), ridge=RIDGE, **SETTINGS).prediction
    assert one.shape == (4, G, G, 1)
    assert (one[2:] == 0).all()
    assert one[:2, ..., 0] == pytest.approx(grid.complete(X, Y[..., 0], X_NEW, ridge=RIDGE, **SETTINGS).prediction)
    assert (grid_factors.posterior_mean(solved(0 * X, Y), flat(X)) == 0).all()
    assert (grid_upsampling.upsample(solved(0 * X, Y), flat(X), factor=2, kernel="nngp", **SETTINGS) == 0).all()


def test_a_grey_image_stays_without_channels():
    x = images(G, N)
    assert grid.complete(x, x, x, ridge=RIDGE, **SETTINGS).prediction.shape == (N, G, G)
