"""Gaussian vectors of a group of neurons in a few coordinates: as long as in all of them."""

import jax
import numpy as np
import pytest

from hyperviz.theory.taylor import bartlett
from tests.tolerances import STANDARD_ERRORS

pytestmark = pytest.mark.usefixtures("compiled_lightly")


def test_the_square_of_a_gaussian_vector_is_on_average_the_number_of_neurons_of_its_group():
    count, draws = np.array([0.0, 1.0, 3.0, 50.0]), 400
    normals = np.random.default_rng(0).normal(size=(draws, 4, bartlett.DIMENSIONS, bartlett.ORDERS + 1))
    draw = jax.jit(jax.vmap(bartlett._bartlett, in_axes=(0, 0, None)))
    squares = (np.asarray(draw(jax.random.split(jax.random.key(0), draws), normals, count)) ** 2).sum(2)
    error = STANDARD_ERRORS * np.sqrt(2 * count / draws)  # of the mean of chi^2
    assert (np.abs(squares.mean(0) - count[:, None]) <= error[:, None]).all()
