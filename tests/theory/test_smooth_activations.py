"""Smooth activations of g: the definitions, the kept second moment, and their derivatives."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from hyperviz.errors import InvalidInput
from hyperviz.theory import network
from hyperviz.theory.smooth_activations import SMOOTH, Smooth, activation_g

pytestmark = pytest.mark.usefixtures("compiled_lightly")

PLAIN = {"tanh": math.tanh, "erf": math.erf, "gelu": lambda y: y * 0.5 * math.erfc(-y / math.sqrt(2)), "sin": math.sin}


@pytest.mark.parametrize("name", SMOOTH)
def test_the_second_moment_of_a_layer_is_kept(name):
    phi = activation_g(name)
    density = lambda y: math.exp(-y * y / 2) / math.sqrt(2 * math.pi)  # noqa: E731
    moment, _ = quad(lambda y: (phi.gain * PLAIN[name](y)) ** 2 * density(y), -12, 12)
    assert moment == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("name", SMOOTH)
def test_value_and_derivative_are_those_of_the_plain_function(name):
    phi, y = activation_g(name, gain=1.0), np.array([-9.0, -2.0, -0.3, 0.0, 0.3, 2.0, 9.0])
    want = [PLAIN[name](v) for v in y]
    slopes = [(PLAIN[name](v + 1e-6) - PLAIN[name](v - 1e-6)) / 2e-6 for v in y]
    np.testing.assert_allclose(phi.apply(jnp.asarray(y)), want, atol=1e-12)
    np.testing.assert_allclose(phi.derivative(jnp.asarray(y)), slopes, atol=1e-8)
    assert phi.apply(jnp.asarray(y, jnp.float32)).dtype == jnp.float32


def test_the_kind_may_be_traced():
    y = jnp.linspace(-2, 2, 5)
    traced = jax.jit(lambda kind, gain: Smooth(kind, gain).apply(y))
    for name in SMOOTH:
        np.testing.assert_allclose(traced(*activation_g(name)), activation_g(name).apply(y), rtol=1e-12)


def test_a_network_takes_a_smooth_g_and_refuses_an_unknown_one():
    params = network.init(jax.random.key(0), input_f=2, input_g=2, depth_f=2, depth_g=2, width_f=3, width_g=4)
    x, z = np.array([[1.0, -1.0]]), np.array([[0.5, 2.0]])
    q = np.sqrt(2) * np.maximum(np.asarray(params.hidden[0]) @ x[0] / np.sqrt(2), 0)
    V = [np.asarray(W) @ q / np.sqrt(3) for W in params.generator]
    a = activation_g("tanh").gain * np.tanh(V[0] @ z[0] / np.sqrt(2))
    np.testing.assert_allclose(network.apply(params, x, z, activation_g="tanh"), V[1] @ a / 2, rtol=1e-5)
    with pytest.raises(InvalidInput, match=r"one of relu, leaky_relu, tanh, erf, gelu, sin; got 'cos'"):
        network.apply(params, x, z, activation_g="cos")
