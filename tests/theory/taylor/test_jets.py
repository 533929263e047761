"""Power series through an activation: against nested derivatives along a curve."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory import smooth_activations
from hyperviz.theory.activations import activation
from hyperviz.theory.taylor import jets

pytestmark = pytest.mark.usefixtures("compiled_lightly")

COEFFICIENTS = np.random.default_rng(0).normal(size=(7, 5))


def nested(function, coefficients):
    """The Taylor coefficients of function(sum_r c_r e^r) at e = 0."""

    def along(e):
        return function(sum(c * e**r for r, c in enumerate(coefficients)))

    found = []
    for r in range(len(coefficients)):
        found.append(along(0.0) / math.factorial(r))
        along = (lambda inner: lambda e: jax.jvp(inner, (e,), (1.0,))[1])(along)
    return jnp.stack(found)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow) if name == "gelu" else name for name in smooth_activations.SMOOTH],
)
def test_a_series_through_a_smooth_function_is_the_taylor_series(name):
    phi = smooth_activations.activation_g(name)
    ours = jets.through(phi, jnp.asarray(COEFFICIENTS))
    np.testing.assert_allclose(ours, nested(phi.apply, jnp.asarray(COEFFICIENTS)), rtol=1e-9, atol=1e-11)


def test_a_piecewise_linear_function_keeps_its_slope():
    phi = activation("leaky_relu", 0.3)
    ours = jets.through(phi, jnp.asarray(COEFFICIENTS))
    np.testing.assert_allclose(ours, np.where(COEFFICIENTS[0] > 0, 1, 0.3) * phi.gain * COEFFICIENTS)


def test_the_product_of_two_series_is_that_of_the_polynomials():
    a, b = COEFFICIENTS[:, 0], COEFFICIENTS[:, 1]
    np.testing.assert_allclose(jets.product(jnp.asarray(a), jnp.asarray(b)), np.convolve(a, b)[:7])
