"""The kernels of many pairs, tile by tile: against extended precision and against `analytic`."""

import numpy as np
import pytest

from hyperviz.errors import InvalidInput, OutOfRange
from hyperviz.theory import analytic
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import FourierFeatures
from hyperviz.theory.gram import pair_kernels
from tests import compilations
from tests.oracles import kernels

pytestmark = pytest.mark.usefixtures("compiled_lightly")
RELU = Architecture(depth_f=3, depth_g=3)


def pairs(count, n0=4, m0=3, seed=0):
    """Random pairs; the first two x are at a right angle, the third is zero."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(count, n0)), rng.normal(size=(count, m0))
    x[0], x[1], x[2] = np.eye(n0)[0], np.eye(n0)[1], 0
    return x, z


@pytest.mark.parametrize("bandwidth", [None, 0.7])
@pytest.mark.parametrize(("depth_f", "depth_g"), [(1, 1), (1, 3), (3, 2)])
def test_the_five_kernels_are_those_of_the_recursions_in_extended_precision(depth_f, depth_g, bandwidth):
    x, z = pairs(5)
    features = None if bandwidth is None else FourierFeatures(bandwidth)
    found = pair_kernels.of_pairs(Architecture(depth_f=depth_f, depth_g=depth_g, coordinates=features), x, z)
    depths = {"depth_f": depth_f, "depth_g": depth_g, "bandwidth": bandwidth}
    for got, wanted in zip(found, kernels.recursions(x, z, x, z, **depths), strict=False):
        np.testing.assert_allclose(got, wanted.astype(float), rtol=1e-11, atol=1e-13)
    product = found.ntk_f * found.ntk_g
    np.testing.assert_allclose(product, found.hyperkernel, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("activation_g", ["relu", "tanh", pytest.param("sin", marks=pytest.mark.slow)])
def test_they_are_those_of_analytic_at_any_number_of_points(activation_g):
    x, z = pairs(pair_kernels.TILE + 3)
    chosen = Architecture(depth_f=2, depth_g=3, activation_g=activation_g)
    found, wanted = pair_kernels.of_pairs(chosen, x, z), analytic.limit(chosen, x, z)
    for name in wanted._fields:
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(found.hyperkernel, found.ntk_f * found.ntk_g, rtol=1e-12, atol=1e-15)


def test_the_ntk_of_g_stays_where_that_of_f_is_zero():
    """At right angles an f without hidden layers has Theta_f = 0: Theta_g cannot be had by dividing."""
    x, z = np.eye(2), np.array([[1.0, 0.5], [0.2, 1.0]])
    found = pair_kernels.of_pairs(Architecture(depth_f=1, depth_g=2), x, z)
    assert found.ntk_f[0, 1] == 0
    norms = np.linalg.norm(z, axis=1)
    np.testing.assert_allclose(found.ntk_g[0, 1], norms.prod() / (2 * 2 * np.pi))  # Sigma^1 at S = 0: kappa_1(0) = 1/pi


def test_another_number_of_points_or_dimensions_compiles_nothing():
    pair_kernels.warm(RELU)
    with compilations.programs() as seen:
        for count, n0, m0 in ((2, 1, 5), (7, 784, 2), (pair_kernels.TILE + 1, 3, 3)):
            rng = np.random.default_rng(0)
            pair_kernels.of_pairs(RELU, rng.normal(size=(count, n0)), rng.normal(size=(count, m0)))
    assert seen == []


def test_what_cannot_be_is_refused():
    with pytest.raises(InvalidInput, match="as many points each"):
        next(pair_kernels.steps(RELU, np.ones((2, 2)), np.ones((3, 2))))
    with pytest.raises(OutOfRange, match="scale x"):
        pair_kernels.of_pairs(RELU, np.full((2, 2), 1e60), np.ones((2, 2)))
