"""The materialised network: what `apply` computes, and that its average is what Theorems 2 and 3 say."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory import analytic, network
from tests.oracles import hypernetwork, kernels
from tests.tolerances import STANDARD_ERRORS

pytestmark = pytest.mark.usefixtures("compiled_lightly")

RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 2))
X[1] = X[0]
ARCHITECTURES = [(1, 1, 3, 3), (3, 1, 4, 2), (1, 3, 4, 2), (3, 3, 5, 4), (2, 4, 1, 1)]


def built(L, H, n, m, outputs=1, seed=0):
    sizes = {"input_f": 4, "input_g": 2, "depth_f": L, "depth_g": H, "width_f": n, "width_g": m}
    return network.init(jax.random.key(seed), **sizes, outputs=outputs)


@pytest.mark.parametrize(("L", "H", "n", "m"), ARCHITECTURES)
@pytest.mark.parametrize("outputs", [1, 3])
def test_apply_is_the_network_neuron_by_neuron(L, H, n, m, outputs):
    params = built(L, H, n, m, outputs)
    h = network.apply(params, X, Z, activation_f="leaky_relu", activation_g="relu", alpha=0.3)
    plain = [hypernetwork.output(*params, x, z, alpha_f=0.3) for x, z in zip(X, Z, strict=True)]
    assert h.shape == ((3,) if outputs == 1 else (3, outputs))
    assert h == pytest.approx(np.array(plain).reshape(h.shape), abs=1e-5)


@pytest.mark.parametrize(("L", "H", "n", "m"), ARCHITECTURES)
def test_backpropagation_by_hand_is_its_derivative(L, H, n, m):
    """Of the oracle that the sampler's laws are tested against."""
    hidden, generator = weights = hypernetwork.many(np.random.default_rng(0), 1, 4, 2, L, H, n, m)
    params = network.Parameters(*[tuple(np.float32(W[0]) for W in part) for part in (hidden, generator)])
    leaky = {"activation_f": "leaky_relu", "alpha": 0.3, "activation_g": "relu"}
    J = jax.jacrev(lambda params: network.apply(params, X, Z, **leaky))(params)
    J = np.concatenate([np.reshape(leaf, (3, -1)) for leaf in jax.tree.leaves(J)], 1)
    h, kernel = hypernetwork.tangent(*weights, X, Z, alpha_f=0.3)
    assert h[0] == pytest.approx(np.asarray(network.apply(params, X, Z, **leaky)), abs=1e-5)
    np.testing.assert_allclose(kernel[0], J @ J.T, atol=1e-4 * max(kernel.max(), 1e-3))


@pytest.mark.parametrize(("L", "H", "n", "m"), ARCHITECTURES)
def test_the_last_layer_of_f_has_one_row_for_every_weight_of_g(L, H, n, m):
    params = built(L, H, n, m, outputs=1)
    assert [W.shape for W in params.hidden] == [(n, 4), *[(n, n)] * (L - 2)][: L - 1]
    rows = sum(V.shape[0] * V.shape[1] for V in params.generator)
    assert rows == (2 if H == 1 else m * 2 + (H - 2) * m * m + m)
    assert all(V.shape[2] == (4 if L == 1 else n) for V in params.generator)


def test_the_weights_are_standard_normal_float32_and_the_key_alone_decides():
    leaves = jax.tree.leaves(built(3, 3, 60, 20))
    everything = np.concatenate([np.ravel(v) for v in leaves])
    assert {v.dtype for v in leaves} == {np.dtype("float32")}
    assert everything.mean() == pytest.approx(0, abs=STANDARD_ERRORS / len(everything) ** 0.5)
    assert everything.var() == pytest.approx(1, abs=STANDARD_ERRORS * (2 / len(everything)) ** 0.5)
    again, other = built(3, 3, 60, 20), built(3, 3, 60, 20, seed=1)
    assert all((a == b).all() for a, b in zip(leaves, jax.tree.leaves(again), strict=True))
    assert not any((a == b).all() for a, b in zip(leaves, jax.tree.leaves(other), strict=True))


def test_apply_can_be_transformed():
    params = built(3, 2, 5, 4)
    plain = np.asarray(network.apply(params, X, Z))
    assert jax.jit(network.apply)(params, X, Z) == pytest.approx(plain, abs=1e-5)
    gradient = jax.grad(lambda p: network.apply(p, X, Z)[0])(params)
    # Euler: h is homogeneous of degree H = 2 in the last layer's weights
    assert sum(jnp.vdot(a, b) for a, b in zip(gradient.generator, params.generator, strict=True)) == pytest.approx(
        2 * plain[0], rel=1e-4
    )


@pytest.fixture(scope="module")
def draws():
    """h and its tangent kernel by autodiff, for 600 hypernetworks of L = 3, H = 2, n = 192, m = 48."""

    def one(key):
        params = network.init(key, input_f=4, input_g=2, depth_f=3, depth_g=2, width_f=192, width_g=48)
        h, jacobian = network.apply(params, X, Z), jax.jacrev(network.apply)(params, X, Z)
        return h, sum(jnp.einsum("i...,j...->ij", J, J) for J in jax.tree.leaves(jacobian))

    keys = jax.random.split(jax.random.key(1), 600)
    return jax.tree.map(np.asarray, jax.jit(lambda keys: jax.lax.map(one, keys, batch_size=20))(keys))


def off(sample, limit):
    """The distance of the sample's mean from the limit, in allowances: its standard error and 1/width."""
    scale = np.sqrt(np.outer(np.diagonal(limit), np.diagonal(limit)))
    error = sample.std(0) / np.sqrt(len(sample))
    return np.max(np.abs(sample.mean(0) - limit) / (4 * error + 0.06 * scale))


def test_the_tangent_kernel_by_autodiff_averages_to_the_hyperkernel(draws):
    limit = analytic.kernels(X, Z, depth_f=3, depth_g=2)
    assert off(draws[1], np.asarray(limit.hyperkernel)) < 1


def test_the_outputs_of_random_networks_have_the_covariance_of_the_nngp(draws):
    limit = np.asarray(analytic.kernels(X, Z, depth_f=3, depth_g=2).nngp)
    assert off(draws[0][:, :, None] * draws[0][:, None], limit) < 1


def test_the_recursion_without_the_factor_S_is_not_the_average(draws):
    """The authors' script leaves S out of Theta_g: between two x that are far apart it shows."""
    without = np.asarray(kernels.recursions(X, Z, X, Z, depth_f=3, depth_g=2, with_S=False)[3], float)
    assert off(draws[1], without) > 1.5
    for L, H in ((2, 2), (3, 3)):
        assert off(draws[1], np.asarray(analytic.kernels(X, Z, depth_f=L, depth_g=H).hyperkernel)) > 1.5
