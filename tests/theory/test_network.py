"""The network written out: what it computes, its limits (Theorems 2 and 3), spare neurons, the released variant."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory import analytic, names, network
from hyperviz.theory.activations import activation
from hyperviz.theory.network import Parameters, Widths, weights
from hyperviz.theory.smooth_activations import activation_g
from tests.oracles import hypernetwork, kernels, released
from tests.tolerances import STANDARD_ERRORS, agree

pytestmark = pytest.mark.usefixtures("compiled_lightly")

RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 2))
X[1] = X[0]
ARCHITECTURES = [(1, 1, 3, 3), (3, 1, 4, 2), (1, 3, 4, 2), (3, 3, 5, 4), (2, 4, 1, 1)]
SIZES = ("input_f", "input_g", "depth_f", "depth_g", "width_f", "width_g", "outputs")
# one program each: outside of a compiled function every operation is a program of its own
INIT, INIT_RELEASED = (jax.jit(init, static_argnames=SIZES) for init in (network.init, network.init_released))
APPLY = jax.jit(network.apply, static_argnames=("activation_f", "activation_g", "alpha"))


def built(L, H, n, m, outputs=1, seed=0):
    sizes = {"input_f": 4, "input_g": 2, "depth_f": L, "depth_g": H, "width_f": n, "width_g": m}
    return INIT(jax.random.key(seed), **sizes, outputs=outputs)


@pytest.mark.parametrize(("L", "H", "n", "m"), ARCHITECTURES)
@pytest.mark.parametrize("outputs", [pytest.param(1, marks=pytest.mark.slow), 3])
def test_apply_is_the_network_neuron_by_neuron(L, H, n, m, outputs):
    params = built(L, H, n, m, outputs)
    h = APPLY(params, X, Z, activation_f="leaky_relu", activation_g="relu", alpha=0.3)
    plain = [hypernetwork.output(params.hidden, params.generator, x, z, alpha_f=0.3) for x, z in zip(X, Z, strict=True)]
    assert h.shape == ((3,) if outputs == 1 else (3, outputs))
    assert h == pytest.approx(np.array(plain).reshape(h.shape), abs=1e-5)


@pytest.mark.parametrize(("L", "H", "n", "m"), ARCHITECTURES)
def test_backpropagation_by_hand_is_its_derivative(L, H, n, m):
    """Of the oracle that the sampler's laws are tested against."""
    hidden, generator = weights = hypernetwork.many(np.random.default_rng(0), 1, 4, 2, L, H, n, m)
    params = network.Parameters(*[tuple(np.float32(W[0]) for W in part) for part in (hidden, generator)])
    leaky = {"activation_f": "leaky_relu", "alpha": 0.3, "activation_g": "relu"}
    J = jax.jit(jax.jacrev(lambda params: network.apply(params, X, Z, **leaky)))(params)
    J = np.concatenate([np.reshape(leaf, (3, -1)) for leaf in jax.tree.leaves(J)], 1)
    h, kernel = hypernetwork.tangent(*weights, X, Z, alpha_f=0.3)
    assert h[0] == pytest.approx(np.asarray(APPLY(params, X, Z, **leaky)), abs=1e-5)
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
    gradient = jax.jit(jax.grad(lambda p: network.apply(p, X, Z)[0]))(params)
    # Euler: h is homogeneous of degree H = 2 in the last layer's weights
    assert sum(np.vdot(a, b) for a, b in zip(gradient.generator, params.generator, strict=True)) == pytest.approx(
        2 * plain[0], rel=1e-4
    )


@pytest.fixture(scope="module")
def draws():
    """h and its tangent kernel by autodiff, for 600 hypernetworks of L = 3, H = 2, n = 192, m = 48."""

    def one(key):
        params = INIT(key, input_f=4, input_g=2, depth_f=3, depth_g=2, width_f=192, width_g=48)
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


RELU, PLAIN = activation("relu"), activation("relu", gain=1.0)
X32, Z32 = (RNG.normal(size=(5, d)).astype(np.float32) for d in (3, 4))
FORWARD = jax.jit(network.forward)


def sizes(depth_f, depth_g, width_f, width_g, input_f=3, input_g=4, outputs=12):
    named = {"input_f": input_f, "input_g": input_g, "depth_f": depth_f, "depth_g": depth_g}
    return named | {"width_f": width_f, "width_g": width_g, "outputs": outputs}


def with_spare_neurons(params: Parameters, width_f: int, width_g: int) -> Parameters:
    """The same weights among layers of these widths, with noise in the places of the spare neurons."""
    _, input_g, fan_in = params.generator[0].shape
    input_f = params.hidden[0].shape[1] if params.hidden else fan_in
    outputs, depths = params.generator[-1].shape[0], (len(params.hidden) + 1, len(params.generator))
    wide = INIT(jax.random.key(9), **sizes(*depths, width_f, width_g, input_f, input_g, outputs))

    def placed(noise, W):
        room = np.array(noise)
        room[tuple(map(slice, W.shape))] = W
        return room

    return jax.tree.map(placed, wide, params)


@pytest.mark.parametrize(
    ("depth_f", "depth_g", "phi"),
    [(3, 2, "leaky_relu"), (1, 3, "tanh"), pytest.param(3, 1, "relu", marks=pytest.mark.slow)],
)
def test_the_network_is_the_same_whatever_spare_neurons_there_are(depth_f, depth_g, phi):
    params = INIT(jax.random.key(1), **sizes(depth_f, depth_g, 6, 5))
    want = APPLY(params, X32, Z32, activation_g=phi)
    agree(FORWARD(with_spare_neurons(params, 9, 11), X32, Z32, RELU, activation_g(phi), Widths(6, 5)), want, 1e-5)


def test_another_width_than_the_one_said_is_another_network():
    """Negative control of the test above."""
    params = INIT(jax.random.key(1), **sizes(3, 3, 6, 5))
    got = FORWARD(with_spare_neurons(params, 9, 11), X32, Z32, RELU, RELU, Widths(7, 5))
    assert np.abs(got - APPLY(params, X32, Z32)).max() > 0.01


def gradients(parameterisation, depth=3, turned=False):
    """Weights for traced widths 5 and 4, and a compiled value and gradient of a square loss."""

    def loss(params, x, z, used):
        return (network.forward(params, x, z, PLAIN, PLAIN, used, turned) ** 2).sum()

    shape = sizes(depth, depth, 8, 7, input_g=3)
    key, used = jax.random.key(2), Widths(5, 4)
    params = INIT(key, **shape) if parameterisation == "ntk" else network.init_released(key, **shape, used=used)
    return params, jax.jit(jax.value_and_grad(loss))


@pytest.mark.parametrize("parameterisation", names.PARAMETERISATIONS)
def test_weights_with_the_neurons_of_f_first_are_the_same_network(parameterisation):
    params, both = gradients(parameterisation)
    value, gradient = both(params, X32, X32, Widths(5, 4))
    _, both = gradients(parameterisation, turned=True)
    same, turned = both(network.neurons_first(params), X32, X32, Widths(5, 4))
    agree(same, value, 1e-5)
    for one, other in zip(jax.tree.leaves(turned), jax.tree.leaves(network.neurons_first(gradient)), strict=True):
        agree(one, other, 1e-5)
    assert [W.shape[0] for W in turned.generator] == [W.shape[2] for W in params.generator]


@pytest.mark.parametrize("parameterisation", names.PARAMETERISATIONS)
def test_spare_neurons_never_move_and_degenerate_inputs_stay_finite(parameterisation):
    params, both = gradients(parameterisation)
    _, gradient = both(params, X32, X32, Widths(5, 4))
    hidden, middle = gradient.hidden[1], gradient.generator[1]
    assert np.abs(hidden[5:]).max() == np.abs(hidden[:, 5:]).max() == 0
    assert np.abs(middle[4:]).max() == np.abs(middle[:, 4:]).max() == 0
    assert np.abs(hidden[:5, :5]).max() > 0
    assert np.abs(middle[:4, :4]).max() > 0
    dead = jax.tree.map(lambda leaf: -np.abs(leaf), params)
    cases = {
        "zero": (params, X32 * 0, X32 * 0, Widths(5, 4)),
        "opposite": (params, X32, -X32, Widths(5, 4)),
        "width 1": (params, X32, X32, Widths(1, 1)),
        "dead": (dead, np.abs(X32), np.abs(X32), Widths(5, 4)),
    }
    for name, case in cases.items():
        value, gradient = both(*case)
        assert all(np.isfinite(leaf).all() for leaf in (value, *jax.tree.leaves(gradient))), name
        if name in ("zero", "dead") and parameterisation == "ntk":
            assert value == 0


@pytest.mark.parametrize(("depth_f", "depth_g"), [(1, 1), (2, 3), (3, 1)])
def test_the_released_network_is_the_one_of_plain_loops(depth_f, depth_g, monkeypatch):
    monkeypatch.setattr(weights, "BOTTLENECK", 4)
    used = Widths(6, 5)
    params = network.init_released(jax.random.key(3), **sizes(depth_f, depth_g, 6, 5), used=used)
    layers = [
        (np.asarray(W), np.asarray(b)) for W, b in zip((*params.hidden, *params.generator), params.biases, strict=True)
    ]
    assert len(layers) == len(params.biases) == depth_f + depth_g
    want = [released.output(layers[:depth_f], layers[depth_f:], x, z) for x, z in zip(X32, Z32, strict=True)]
    agree(FORWARD(params, X32, Z32, PLAIN, PLAIN, used), want, 1e-5)


def test_initial_weights_follow_the_widths_in_use_not_the_spare_neurons():
    wide = sizes(3, 3, 40, 30, input_f=50, input_g=60)
    ntk = INIT(jax.random.key(4), **wide)
    assert np.std(ntk.generator[1]) == pytest.approx(1, abs=0.01)
    assert ntk.biases == ()
    made = INIT_RELEASED(jax.random.key(4), **wide, used=Widths(9, 7))
    fans = [50, 9, 9]  # of f's two hidden layers and the bottleneck
    for W, b, fan in zip(made.hidden, made.biases[:3], fans, strict=True):
        for part in (W, b):
            assert np.abs(part).max() == pytest.approx(fan**-0.5, rel=0.1)
            assert np.abs(part).max() <= fan**-0.5
    assert np.abs(made.generator[1]).max() == pytest.approx(0.1, rel=0.01)


def test_a_gradient_is_the_finite_difference():
    params, both = gradients("ntk", depth=2)
    params, x = jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), (params, X32))
    direction = jax.tree.map(lambda leaf: RNG.normal(size=leaf.shape), params)
    _, gradient = both(params, x, x, Widths(5, 4))
    slope = sum(np.vdot(g, d) for g, d in zip(*map(jax.tree.leaves, (gradient, direction)), strict=True))
    moved = [jax.tree.map(lambda p, d: p + e * d, params, direction) for e in (1e-6, -1e-6)]  # noqa: B023
    ahead, behind = (both(there, x, x, Widths(5, 4))[0] for there in moved)
    assert (ahead - behind) / 2e-6 == pytest.approx(float(slope), rel=1e-5)
