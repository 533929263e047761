"""The variance of Theta_f at finite width: summed by hand, by the sampler, and by networks that exist."""

import math

import jax
import numpy as np
import pytest

from hyperviz.theory import network, sampling
from hyperviz.theory.activations import activation
from hyperviz.theory.finite_width import first_correction, relative_variance

pytestmark = pytest.mark.usefixtures("compiled_lightly")
RELU = activation("relu")


@pytest.mark.parametrize("depth", range(1, 7))
def test_with_one_neuron_a_layer_it_is_the_sum_over_the_one_case_in_which_all_are_positive(depth):
    """Theta = 2^(L-1) sum_l prod_(k != l) w_k^2 with probability 2^(1-L), else 0; E[w^4] = 3."""
    square = 2 ** (depth - 1) * (
        depth * 3 ** (depth - 1) + (depth * (depth - 1) * 3 ** (depth - 2) if depth > 1 else 0)
    )
    assert relative_variance(RELU, depth, 1) == pytest.approx(square / depth**2 - 1, rel=1e-12)


@pytest.mark.parametrize(("name", "alpha"), [("relu", 0.01), ("leaky_relu", 0.01), ("leaky_relu", 0.5)])
def test_with_one_hidden_layer_it_is_a_sum_over_neurons_that_are_alike(name, alpha):
    """Theta / x^2 = sum over neurons of gain^2 D^2 (g^2 + w^2) / n: E of its square for one neuron, by hand."""
    sigma = activation(name, alpha)
    d2, d4 = (1 + sigma.alpha**2) / 2, (1 + sigma.alpha**4) / 2
    for width in (1, 5, 1000):
        wanted = (8 * d4 / (2 * d2) ** 2 - 1) / width  # E[(g^2 + w^2)^2] = 3 + 3 + 2
        assert relative_variance(sigma, 2, width) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_the_first_correction_is_its_limit_and_the_polynomial_of_the_docstring(name):
    sigma = activation(name, 0.3)
    for L in range(1, 9):
        assert first_correction(sigma, L) == pytest.approx(1e8 * relative_variance(sigma, L, 10**8), rel=1e-5, abs=1e-6)
        assert first_correction(RELU, L) == pytest.approx((L - 1) * (11 * L - 4) / (3 * L))


def tangent_kernels(depth, width, count):
    """Theta_f(x, x) of networks written out, by reverse differentiation: H = 1 with one coordinate of z is f itself."""
    sizes = {"input_f": 2, "input_g": 1, "depth_f": depth, "depth_g": 1, "width_f": width, "width_g": 1}
    x, z = np.array([[0.6, -1.1]]), np.ones((1, 1))

    @jax.jit
    @jax.vmap
    def kernel(key):
        params = network.init(key, **sizes)
        gradient = jax.grad(lambda p: network.apply(p, x, z).sum())(params)
        return sum((leaf.astype(float) ** 2).sum() for leaf in jax.tree.leaves(gradient))

    return np.asarray(kernel(jax.random.split(jax.random.key(7), count)))


def agrees(values, depth, width):
    """The mean has no correction, and the variance is the formula's, both within five standard errors."""
    ratio = values / values.mean()
    error = np.sqrt(np.mean((ratio - 1) ** 4) / len(ratio))
    return abs(np.var(ratio) - relative_variance(RELU, depth, width)) < 5 * error


@pytest.mark.parametrize(("depth", "width"), [(3, 12), pytest.param(4, 16, marks=pytest.mark.slow)])
def test_networks_that_exist_have_this_variance_and_not_that_of_other_sizes(depth, width):
    values = tangent_kernels(depth, width, 40_000)
    limit = depth * (0.6**2 + 1.1**2) / 2
    assert abs(values.mean() - limit) < 5 * values.std() / math.sqrt(len(values))
    assert agrees(values, depth, width)
    assert not agrees(values, depth, 2 * width)
    assert not agrees(values, depth - 1, width)


def test_the_sampler_s_hyperkernel_of_a_g_without_hidden_layers_has_it_too():
    keys = jax.random.split(jax.random.key(3), 4096)
    x, z = np.array([[1.0, -1.0]]), np.array([[1.0, 0.0]])
    drawn = jax.vmap(lambda key: sampling.hyperkernel(key, x, z, depth_f=4, depth_g=1, width_f=64, width_g=1))(keys)
    assert agrees(np.asarray(drawn)[:, 0, 0], 4, 64)
