"""Activations and their duals: the closed forms against integration, with no digit lost near c = 1 and c = -1."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory.activations import Correlation, activation, duals, product
from tests.oracles import quadrature
from tests.tolerances import KERNEL

pytestmark = pytest.mark.usefixtures("compiled_lightly")

ALPHAS = [0.0, 0.01, 0.3, 1.0, -0.4, -1.0]
COSINES = np.concatenate([np.linspace(-1, 1, 21), [1 - 1e-9, 1 - 1e-6, 1 - 1e-3, 1e-9, -1e-3, 1e-9 - 1, 1e-4 - 1]])
DTYPES = [np.dtype("float32"), np.dtype("float64")]


def correlations(cosine, dtype=jnp.float64):
    return Correlation(jnp.asarray(cosine, dtype), jnp.asarray(1 - np.abs(cosine), dtype))


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_duals_are_the_gaussian_expectations(alpha, dtype):
    kappa1, kappa0 = duals(correlations(COSINES, dtype), alpha)
    expected = np.array([quadrature.duals(c, alpha) for c in COSINES]) * 2 / (1 + alpha**2)
    assert kappa1.cosine.dtype == kappa0.dtype == dtype
    assert kappa1.cosine == pytest.approx(expected[:, 0], abs=KERNEL[dtype])
    assert kappa0 == pytest.approx(expected[:, 1], abs=KERNEL[dtype])
    assert kappa1.gap == pytest.approx(1 - np.abs(expected[:, 0]), abs=KERNEL[dtype])


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_gap_of_nearly_equal_inputs_keeps_its_digits_where_the_cosine_has_none(dtype):
    gap = np.logspace(-12, -1, 40)
    t = 2 * np.arcsin(np.sqrt(gap.astype(np.longdouble) / 2))
    expected = (2 * np.pi * np.sin(t / 2) ** 2 - (np.sin(t) - t * np.cos(t))) / np.pi
    after, _ = duals(Correlation(jnp.asarray(1 - gap, dtype), jnp.asarray(gap, dtype)), 0.0)
    assert np.asarray(after.gap, float) == pytest.approx(expected.astype(float), rel=KERNEL[dtype])
    assert (np.float32(1) - np.float32(1 - gap) == 0).any()  # what a cosine alone would have left


def test_the_gap_of_a_product_keeps_its_digits():
    a, b = np.array([1e-9, 1e-4, 0.5, 0.0]), np.array([3e-9, 0.2, 0.5, 1e-7])
    both = product(Correlation(jnp.asarray(1 - a), jnp.asarray(a)), Correlation(jnp.asarray(b - 1), jnp.asarray(b)))
    assert both.gap == pytest.approx(a + b - a * b, rel=1e-12)
    assert both.cosine == pytest.approx(-(1 - a) * (1 - b), rel=1e-12)


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
@pytest.mark.parametrize("alpha", [0.0, 0.2, -1.0])
def test_a_layer_keeps_the_second_moment(name, alpha):
    phi = activation(name, alpha)
    g, weight = np.polynomial.hermite_e.hermegauss(60)
    slope = alpha if name == "leaky_relu" else 0
    plain = 2 / (1 + slope**2) * np.where(g > 0, g, slope * g) ** 2
    assert phi.apply(jnp.asarray(g)) ** 2 == pytest.approx(plain, rel=1e-12)
    assert (weight * plain).sum() / weight.sum() == pytest.approx(1, abs=1e-12)


def test_relu_has_the_constant_of_the_paper_and_a_leaky_relu_on_request():
    assert activation("relu").gain == 2**0.5
    assert activation("leaky_relu", 0.5, gain=2**0.5).gain == 2**0.5


@pytest.mark.parametrize("alpha", [0.0, 0.2, -0.4])
def test_the_derivative_is_that_of_the_activation_and_a_unit_at_0_is_dead(alpha):
    phi, y = activation("leaky_relu", alpha), jnp.asarray([-2.0, -1e-3, 1e-3, 3.0])
    assert phi.derivative(y) == pytest.approx(np.asarray(jax.vmap(jax.grad(phi.apply))(y)), rel=1e-12)
    assert phi.derivative(jnp.zeros(1))[0] == pytest.approx(phi.gain * alpha)
    assert phi.apply(jnp.zeros(1, jnp.float32)).dtype == jnp.float32


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_slopes_of_the_duals_are_finite_even_at_equal_and_opposite_inputs(dtype):
    at = correlations(np.array([1.0, -1.0, 0.0, 0.5]), dtype)
    total = jax.grad(lambda c: sum(jnp.sum(v) for v in jax.tree.leaves(duals(c, 0.1))))(at)
    assert all(np.isfinite(v).all() for v in total)
