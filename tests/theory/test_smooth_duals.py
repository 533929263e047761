"""Duals of smooth activations against quadrature, Monte Carlo and known values; kernels of a g that uses one."""

from decimal import Decimal

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.errors import OutOfRange
from hyperviz.theory import analytic, network, smooth_duals
from hyperviz.theory.activations import Correlation
from hyperviz.theory.analytic import FourierFeatures
from hyperviz.theory.smooth_activations import SMOOTH, activation_g
from tests import compilations
from tests.oracles import gauss_hermite
from tests.tolerances import KERNEL, STANDARD_ERRORS, agree

pytestmark = pytest.mark.usefixtures("compiled_lightly")

VARIANCES = [(1, 1), (2, 0.5), (2, 2), (0.01, 1.5)]  # where the quadrature itself is exact to 1e-7
CORRELATIONS = [-1.0, -0.999, -0.6, 0.0, 0.3, 0.999, 1.0]
CLOSED = 1e-6  # what quadrature and closed forms must agree to


def pair_of(name, a, b, c):
    """E[phi phi'] and E[phi_dot phi_dot'] of the package, gain 1."""
    numbers = (jnp.float64(v) for v in (c, 1 - abs(c), a, b))
    cosine, gap, a, b = numbers
    return [float(v) for v in smooth_duals.smooth_duals(activation_g(name, gain=1.0), Correlation(cosine, gap), a, b)]


@pytest.mark.parametrize("name", SMOOTH)
def test_duals_agree_with_gauss_hermite_quadrature_at_equal_opposite_and_other_inputs(name):
    for a, b in VARIANCES:
        for c in CORRELATIONS:
            wanted = [gauss_hermite.expectation(f, a, b, c) for f in gauss_hermite.FUNCTIONS[name]]
            np.testing.assert_allclose(pair_of(name, a, b, c), wanted, rtol=0, atol=CLOSED)


def test_the_quadrature_tells_activations_apart():
    tanh, erf = (gauss_hermite.expectation(gauss_hermite.FUNCTIONS[name][0], 1, 1, 0.3) for name in ("tanh", "erf"))
    assert abs(pair_of("tanh", 1, 1, 0.3)[0] - erf) > 1000 * CLOSED
    assert abs(pair_of("erf", 1, 1, 0.3)[0] - tanh) > 1000 * CLOSED


def test_the_quadrature_integrates_what_is_known_in_closed_form():
    """E[u v], E[u^2 v^2] and ReLU on a diagonal; what bends off the diagonal is out of its reach."""
    assert gauss_hermite.expectation(lambda y: y, 2, 3, 0.4) == pytest.approx(0.4 * 6**0.5, abs=1e-12)
    assert gauss_hermite.expectation(np.square, 2, 3, 0.4) == pytest.approx(6 * (1 + 2 * 0.16), abs=1e-11)
    assert gauss_hermite.expectation(lambda y: np.maximum(y, 0), 2, 2, 1.0) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("name", SMOOTH)
def test_duals_agree_with_monte_carlo(name):
    rng, count, (a, b, c) = np.random.default_rng(0), 400_000, (1.5, 0.7, -0.4)
    u, w = rng.standard_normal((2, count))
    u, v = a**0.5 * u, b**0.5 * (c * u + (1 - c**2) ** 0.5 * w)
    for function, found in zip(gauss_hermite.FUNCTIONS[name], pair_of(name, a, b, c), strict=True):
        products = function(u) * function(v)
        assert abs(products.mean() - found) < STANDARD_ERRORS * products.std() / count**0.5


@pytest.mark.parametrize("a", [1e2, 1e4, 1e8])
def test_at_large_variances_tanh_and_erf_are_signs_and_gelu_is_relu(a):
    c = 0.3
    of_signs, of_relu = 2 / np.pi * np.arcsin(c), a * (np.sqrt(1 - c**2) + c * (np.pi - np.arccos(c))) / (2 * np.pi)
    assert pair_of("tanh", a, a, c)[0] == pytest.approx(of_signs, abs=2 / a**0.5)
    assert pair_of("erf", a, a, c)[0] == pytest.approx(of_signs, abs=2 / a**0.5)
    assert pair_of("gelu", a, a, c)[0] == pytest.approx(of_relu, rel=4 / a**0.5)


def test_the_sine_keeps_its_digits_between_near_and_far_points_of_any_variance():
    """E[sin u sin v] = exp(-(a + b)/2) sinh(c sqrt(a b)), in exact arithmetic; the quadrature cannot follow there."""
    for a, b, c in ((1e-20, 1e-20, 0.5), (900.0, 900.0, 1 - 1e-9), (900.0, 900.0, -1 + 1e-9), (50.0, 2.0, 0.3)):
        p, k = Decimal(-(a + b) / 2).exp(), Decimal(c) * Decimal(a * b).sqrt()
        sinh, cosh = ((k.exp() - (-k).exp()) / 2, (k.exp() + (-k).exp()) / 2)
        assert pair_of("sin", a, b, c) == pytest.approx([float(p * sinh), float(p * cosh)], rel=1e-6, abs=0)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_zero_vector_has_kernel_zero_and_nothing_is_nan(name):
    for a, b in ((0, 0), (0, 2), (1e-30, 1), (1e30, 1e30)):
        for c in (-1.0, 0.0, 1.0):
            value, slope = pair_of(name, a, b, c)
            assert np.isfinite([value, slope]).all()
            assert value == 0 or min(a, b) > 0


def points(dtype=np.float64):
    """Random points, and their like: equal, opposite, scaled, zero."""
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(3, 3)), rng.normal(size=(3, 2))
    x, z = (v * np.sqrt(v.shape[1]) / np.linalg.norm(v, axis=1)[:, None] for v in (x, z))
    x = np.array([x[0], x[1], x[0], -x[0], 1.2 * x[2], 0 * x[0]])
    z = np.array([z[0], z[1], z[0], -z[0], 0.7 * z[2], z[1]])
    return x.astype(dtype), z.astype(dtype)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_kernels_of_h_agree_with_the_recursion_written_out_pair_by_pair(name):
    single, double = points(np.float32), points(np.float64)
    nngp, hyper = gauss_hermite.recursion(*double, name, depth_f=2, depth_g=3)
    for x, z in (single, double):
        found = analytic.kernels(x, z, depth_f=2, depth_g=3, activation_g=name)
        assert found.nngp.dtype == x.dtype
        tolerance = max(KERNEL[x.dtype], 1e-6)
        agree(found.nngp, nngp, tolerance)
        agree(found.hyperkernel, hyper, tolerance)
    relu = analytic.kernels(*double, depth_f=2, depth_g=3)
    assert np.abs(np.asarray(relu.nngp) - nngp).max() > 0.05 * nngp.max()


@pytest.mark.parametrize(
    "name", [name if name == "gelu" else pytest.param(name, marks=pytest.mark.slow) for name in SMOOTH]
)
def test_finite_wide_networks_have_that_covariance(name):
    x, z = points(np.float32)
    x, z, draws = x[:4], z[:4], 1000
    sizes = {"input_f": 3, "input_g": 2, "depth_f": 2, "depth_g": 2, "width_f": 64, "width_g": 60}
    one = jax.jit(lambda key: network.apply(network.init(key, **sizes), x, z, activation_g=name))
    h = np.asarray(jax.lax.map(one, jax.random.split(jax.random.key(1), draws)), float)
    products = h[:, :, None] * h[:, None]
    limit = analytic.kernels(x, z, depth_f=2, depth_g=2, activation_g=name).nngp
    error = products.std(0) / draws**0.5
    assert (np.abs(products.mean(0) - limit) < STANDARD_ERRORS * error + 0.02 * np.asarray(limit).max()).all()


def test_depth_kind_and_bandwidth_compile_nothing_after_the_first_call():
    x, z = points()

    def call(name, L, H, bandwidth):
        analytic.kernels(x, z, depth_f=L, depth_g=H, activation_g=name)
        analytic.kernels(x, z, depth_f=L, depth_g=H, activation_g=name, coordinates=FourierFeatures(bandwidth))

    for name in SMOOTH:
        call(name, 2, 2, 1.0)
    with compilations.programs() as compiled:
        for depth, name in enumerate(SMOOTH, start=1):
            call(name, depth, 9 - depth, 0.3 * depth)
    assert len(compiled) == 0


def test_slopes_are_finite_at_equal_opposite_and_zero_points():
    x, z = (jnp.asarray(v) for v in points())

    def total(x, z):
        return sum(jnp.sum(v) for v in analytic.kernels(x, z, depth_f=2, depth_g=2, activation_g="gelu"))

    assert all(np.isfinite(v).all() for v in jax.jit(jax.grad(total, (0, 1)))(x, z))


def test_what_float32_cannot_hold_is_said():
    x, z = np.full((1, 1), 1e12, np.float32), np.ones((1, 1), np.float32)
    with pytest.raises(OutOfRange, match="the kernel of h would reach"):
        analytic.kernels(x, z, depth_f=1, depth_g=6, activation_g="gelu")
    x, z = np.full((1, 1), 3e15, np.float32), np.full((1, 1), 1e3, np.float32)  # Lambda^H = 9e36 fits, 64 times it not
    with pytest.raises(OutOfRange, match="the kernel of h would reach"):
        analytic.kernels(x, z, depth_f=64, depth_g=1, activation_g="erf")
