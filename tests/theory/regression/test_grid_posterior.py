"""A new image given its own observed pixels: mean, deviation and samples against one dense system."""

import numpy as np
import pytest

from hyperviz.theory.regression import grid_factors, grid_posterior
from tests.oracles import torus
from tests.theory.regression.test_grid_factors import RIDGE, dense, flat, images, solved
from tests.tolerances import STANDARD_ERRORS

G = 6
MASKS = {
    "half": np.arange(G)[:, None] < G // 2 + np.zeros((1, G), int),
    "rows": np.arange(G)[:, None] % 2 < 1 + np.zeros((1, G), int) * 1,
    "some": np.random.default_rng(3).random((G, G)) < 0.3,
    "one": np.eye(1, G * G, 9, dtype=bool).reshape(G, G),
    "nothing": np.zeros((G, G), bool),
    "everything": np.ones((G, G), bool),
}


def white(draws=0, seed=0):
    return np.random.default_rng(seed).standard_normal((draws, 2, G * G))


def conditioned(x, y, x_new, own, observed, noise=None, ridge=RIDGE, **settings):
    found = solved(x, y, **settings)
    *_, c = grid_factors.covariance(found, flat(x_new))
    mean = grid_factors.posterior_mean(found, flat(x_new))[0]
    noise = white() if noise is None else noise
    return grid_posterior.condition(mean, c[0], own, observed, noise, ridge=ridge)


@pytest.mark.parametrize("mask", MASKS)
def test_mean_and_deviation_are_those_of_one_dense_system_of_training_and_own_pixels(mask):
    x, y, x_new, own = images(G, 4), images(G, 4, 1), images(G, 1, 2), images(G, 1, 3)[0]
    mean, C = torus.posterior(x, y, x_new, own, MASKS[mask], ridge=RIDGE, **dense())
    found = conditioned(x, y, x_new, own, MASKS[mask])
    assert found.mean == pytest.approx(mean, abs=1e-6)
    assert found.deviation.ravel() == pytest.approx(np.sqrt(C.diagonal()), abs=1e-5)
    assert found.jitter == 0


@pytest.mark.parametrize("mask", ["half", "one", "nothing", "everything"])
def test_samples_have_the_posteriors_moments(mask):
    x, y, x_new, own = images(G, 4), images(G, 4, 1), images(G, 1, 2), images(G, 1, 3)[0]
    mean, C = torus.posterior(x, y, x_new, own, MASKS[mask], ridge=RIDGE, **dense())
    draws = 20_000
    off = conditioned(x, y, x_new, own, MASKS[mask], white(draws, 5)).samples.reshape(draws, -1) - mean.ravel()
    d = C.diagonal()
    assert (np.abs(off.mean(axis=0)) < STANDARD_ERRORS * np.sqrt(d / draws) + 1e-6).all()
    error = np.sqrt((np.outer(d, d) + C**2) / draws)  # of a covariance of Gaussians
    assert (np.abs(off.T @ off / draws - C) < STANDARD_ERRORS * error + 1e-6).all()


def test_without_the_own_pixels_the_deviation_is_the_same_everywhere_and_with_them_it_is_not():
    """Negative control: were the own pixels never read, the band would stay stationary."""
    x, y, x_new, own = images(G, 4), images(G, 4, 1), images(G, 1, 2), images(G, 1, 3)[0]
    plain, half = (conditioned(x, y, x_new, own, MASKS[mask]).deviation for mask in ("nothing", "half"))
    assert np.ptp(plain) < 1e-12
    assert half[:3].max() < 0.1 * plain[0, 0] < half[4].min()
    assert (half <= plain + 1e-12).all()


def test_only_observed_pixels_are_read():
    x, y, x_new, own = images(G, 4), images(G, 4, 1), images(G, 1, 2), images(G, 1, 3)[0]
    other = np.where(MASKS["some"], own, 77.0)
    one, two = (conditioned(x, y, x_new, picture, MASKS["some"], white(2)) for picture in (own, other))
    for a, b in zip(one, two, strict=True):
        assert a == pytest.approx(b, abs=0)


def test_the_amplitude_scales_the_deviation_and_the_spread_of_the_samples_but_not_the_mean():
    x, y, x_new, own = images(G, 4), images(G, 4, 1), images(G, 1, 2), images(G, 1, 3)[0]
    found = solved(x, y)
    *_, c = grid_factors.covariance(found, flat(x_new))
    mean = grid_factors.posterior_mean(found, flat(x_new))[0]
    one, three = (
        grid_posterior.condition(mean, c[0], own, MASKS["half"], white(2), ridge=RIDGE, amplitude=s) for s in (1.0, 3.0)
    )
    assert three.mean == pytest.approx(one.mean)
    assert three.deviation == pytest.approx(3 * one.deviation)
    assert three.samples - three.mean == pytest.approx(3 * (one.samples - one.mean))


@pytest.mark.parametrize("ridge", [0.0, RIDGE])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("drawing", ["blank", "full", "constant", "a training image"])
def test_degenerate_drawings_give_finite_pictures(drawing, mask, ridge):
    x, y = images(G, 1), images(G, 1)
    own = {"blank": 0 * x, "full": 0 * x + 1, "constant": 0 * x + 0.3, "a training image": x}[drawing]
    found = conditioned(x, y, own, own[0], MASKS[mask], white(2), ridge=ridge)
    assert all(np.isfinite(part).all() for part in found)
    if drawing == "blank":
        assert (found.mean == 0).all()
        assert (found.deviation == 0).all()
        assert (found.samples == 0).all()
