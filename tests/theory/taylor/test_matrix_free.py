"""One layer's three products with a matrix that nobody writes out: they are of one matrix, exactly, in every draw."""

import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory.taylor import matrix_free
from hyperviz.theory.taylor.bartlett import ORDERS, K, Layer
from tests.theory.taylor.test_sampler import drawn

pytestmark = pytest.mark.usefixtures("compiled_lightly")

RNG = np.random.default_rng(0)
BASIS = np.linalg.qr(RNG.normal(size=(K, 2)))[0]
SERIES = RNG.normal(size=(K, ORDERS + 1))
Q_J = BASIS @ RNG.normal(size=2)
FRESH = np.linalg.qr(RNG.normal(size=(K, ORDERS)))[0]


def products(images, d):
    """W^T d, and W q_r and what the gradient step adds to it, for a random series q."""
    noise = jnp.asarray(RNG.normal(size=(K, ORDERS + 1)))
    none = jnp.zeros(K)
    below = Layer(jnp.asarray(images), noise, none, none, none, none, jnp.asarray(BASIS))
    c = matrix_free.back(below, jnp.asarray(images), jnp.asarray(d))
    q = jnp.asarray(SERIES)
    y = matrix_free.pass_on(jnp.asarray(images), jnp.asarray(FRESH), jnp.asarray(d), c, below.basis, q, Q_J)
    return np.asarray(c), np.asarray(y)


def test_forwards_and_backwards_it_is_one_matrix():
    """d . y_r = (W^T d) . q_r + |d|^2 q_j . q_(r-1): the direction d q_j^T is added from the first power on."""
    images, d = RNG.normal(size=(K, 2)), RNG.normal(size=K)
    c, y = products(images, d)
    step = d @ d * np.concatenate([[0], Q_J @ SERIES[:, :-1]])
    np.testing.assert_allclose(d @ y, c @ SERIES + step, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(BASIS.T @ c, images.T @ d, rtol=1e-10)


def test_what_is_new_in_the_series_has_the_inner_products_of_what_left_the_span():
    """Off d, with images that are 0, W q_r is G_r alone, and orthonormal normals give P q_r . P q_s themselves."""
    d = RNG.normal(size=K)
    d -= FRESH @ (FRESH.T @ d)
    _, y = products(np.zeros((K, 2)), d)
    new = y - np.outer(d, d @ y) / (d @ d)
    rest = SERIES - BASIS @ (BASIS.T @ SERIES)
    np.testing.assert_allclose((new.T @ new)[1:, 1:], (rest.T @ rest)[1:, 1:], rtol=1e-10, atol=1e-10)


def test_a_dead_layer_passes_nothing_back_and_is_no_nan():
    c, y = products(RNG.normal(size=(K, 2)), np.zeros(K))
    assert (c == 0).all()
    assert np.isfinite(y).all()
    assert matrix_free._over(3.0, 0.0) == 0


def test_a_key_draws_what_it_drew_in_november_2026():
    """A seed in a link still shows the same, and a checkpoint of then is carried on."""
    want = [-2.969046e-2, 3.153137e-3, -2.072784e-4, 6.371880e-6]
    np.testing.assert_allclose(drawn((3, 2, 5, 4), draws=3)[1], want, rtol=1e-4)
