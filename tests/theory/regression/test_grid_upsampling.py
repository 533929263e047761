"""Between the pixels: the regression at fractional coordinates against a dense solve."""

import math

import numpy as np
import pytest

from hyperviz.errors import InvalidInput
from hyperviz.theory.regression import grid_factors, grid_upsampling
from tests.oracles import torus
from tests.theory.regression.test_grid_factors import RIDGE, SETTINGS, dense, flat, images, solved


def fine_to_pixels(g, q, bandwidth):
    """Sigma^0 between the points of the finer grid and the pixels."""
    axis = [sum(math.exp(-((d / q + g * k) ** 2) / (2 * bandwidth**2)) for k in range(-30, 31)) for d in range(g * q)]
    one = np.array([[axis[(i - q * j) % (g * q)] for j in range(g)] for i in range(g * q)]) / axis[0]
    return np.kron(one, one)


@pytest.mark.parametrize("kernel", ["nngp", "hk"])
@pytest.mark.parametrize(("g", "q"), [(6, 4), (5, 3), (6, 1)])
def test_between_the_pixels_the_regression_is_the_dense_one(g, q, kernel):
    x, y, x_new = images(g, 3), images(g, 3, 1), images(g, 2, 2)
    found = grid_upsampling.upsample(solved(x, y, kernel=kernel), flat(x_new), factor=q, kernel=kernel, **SETTINGS)
    K = torus.between(x, x, g, **dense(kernel))
    cross = torus.between(x_new, x, g, Sigma0=fine_to_pixels(g, q, SETTINGS["bandwidth"]), **dense(kernel))
    wanted = cross @ np.linalg.solve(K + RIDGE * np.eye(len(K)), y.ravel())
    assert found == pytest.approx(wanted.reshape(2, g * q, g * q), abs=1e-6)


def test_on_the_pixels_it_is_the_plain_prediction_and_a_blank_image_stays_0():
    x, x_new = images(28, 20), np.concatenate([images(28, 1, 2), np.zeros((1, 28, 28))])
    found = solved(x, x)
    large = grid_upsampling.upsample(found, flat(x_new), factor=4, kernel="nngp", **SETTINGS)
    assert large.shape == (2, 112, 112)
    assert large[:, ::4, ::4] == pytest.approx(grid_factors.posterior_mean(found, flat(x_new)), abs=1e-6)
    assert (large[1] == 0).all()


@pytest.mark.parametrize("times", [0, 9, 1.5])
def test_only_a_whole_number_of_new_pixels_fits(times):
    x = images(6, 2)
    with pytest.raises(InvalidInput, match="factor must be an integer of at least 1 and at most 8"):
        grid_upsampling.upsample(solved(x, x), flat(x), factor=times, kernel="nngp", **SETTINGS)
