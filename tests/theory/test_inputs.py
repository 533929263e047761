"""Directions, norms and the covariance of inputs."""

import jax
import jax.numpy as jnp
import numpy as np

from hyperviz.theory.inputs import covariance, unit_rows


def test_rows_have_norm_1_but_for_zeros_and_their_mean_squares_are_the_diagonal_of_the_covariance():
    rows, squares = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0], [-2.0, 0.0]]))
    assert isinstance(rows, np.ndarray)
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, 0], [-1, 0]])
    np.testing.assert_allclose(squares, [12.5, 0, 2])
    np.testing.assert_allclose(np.diagonal(covariance(np.array([[3.0, 4.0], [-2.0, 0.0]]))), [12.5, 2])


def test_gradients_through_the_rows_are_finite_at_a_row_of_zeros():
    def loss(v):
        rows, squares = unit_rows(v)
        return jnp.sum(rows) + jnp.sum(squares)

    assert np.isfinite(jax.grad(loss)(jnp.asarray([[3.0, 4.0], [0.0, 0.0]]))).all()
