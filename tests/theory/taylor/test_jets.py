"""Power series through an activation: against its values at complex arguments."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory import smooth_activations
from hyperviz.theory.activations import activation
from hyperviz.theory.taylor import jets

pytestmark = pytest.mark.usefixtures("compiled_lightly")

COEFFICIENTS = np.random.default_rng(0).normal(size=(7, 5))


CIRCLE = 0.25 * np.exp(2j * np.pi * np.arange(64) / 64)  # of e: no pole of tanh is inside


@pytest.mark.parametrize("name", smooth_activations.SMOOTH)
def test_a_series_through_a_smooth_function_is_the_taylor_series(name):
    """Cauchy's formula: its coefficients are the Fourier coefficients of its values on a circle."""
    phi = smooth_activations.activation_g(name)
    curve = np.polynomial.polynomial.polyval(CIRCLE, COEFFICIENTS)
    values = phi.gain * smooth_activations.REFERENCE[phi.kind](curve)
    wanted = np.fft.fft(values)[:, :7].real.T / len(CIRCLE) / 0.25 ** np.arange(7)[:, None]
    np.testing.assert_allclose(jax.jit(jets.through)(phi, COEFFICIENTS), wanted, rtol=1e-9, atol=1e-11)


def test_a_piecewise_linear_function_keeps_its_slope():
    phi = activation("leaky_relu", 0.3)
    ours = jets.through(phi, jnp.asarray(COEFFICIENTS))
    np.testing.assert_allclose(ours, np.where(COEFFICIENTS[0] > 0, 1, 0.3) * phi.gain * COEFFICIENTS)


def test_the_product_of_two_series_is_that_of_the_polynomials():
    a, b = COEFFICIENTS[:, 0], COEFFICIENTS[:, 1]
    np.testing.assert_allclose(jets.product(jnp.asarray(a), jnp.asarray(b)), np.convolve(a, b)[:7])
