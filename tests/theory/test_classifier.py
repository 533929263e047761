"""The networks of the rotation study: against the materialised network and plain loops, with room to spare."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory import classifier, names, network
from hyperviz.theory.activations import activation
from hyperviz.theory.classifier import Layer, Parameters, Shape, Widths
from hyperviz.theory.smooth_activations import activation_g
from tests.oracles import released
from tests.tolerances import agree

pytestmark = pytest.mark.usefixtures("compiled_lightly")

RELU, PLAIN = activation("relu"), activation("relu", gain=1.0)
RNG = np.random.default_rng(0)
X, Z = (jnp.asarray(RNG.normal(size=(5, d)), jnp.float32) for d in (3, 4))
APPLY = jax.jit(classifier.apply)
DEPTHS = [(1, 1), (2, 3), (3, 1)]


def with_room(params: network.Parameters, room_f: int, room_g: int) -> Parameters:
    """The same weights, with noise in the spare places."""

    def wide(W, out, *rooms):
        spare = RNG.normal(size=(*out, *rooms)).astype(np.float32)
        spare[tuple(map(slice, W.shape))] = W
        return Layer(jnp.asarray(spare), None)

    f, g = len(params.hidden), len(params.generator)
    room_in = [params.hidden[0].shape[1] if f else params.generator[0].shape[2], *[room_f] * f]
    hidden = [wide(W, (room_f,), room_in[i]) for i, W in enumerate(params.hidden)]
    outs = [room_g] * (g - 1) + [params.generator[-1].shape[0]]
    ins = [params.generator[0].shape[1]] + [room_g] * (g - 1)
    generator = [wide(W, (outs[i], ins[i]), room_in[-1]) for i, W in enumerate(params.generator)]
    return Parameters(tuple(hidden), tuple(generator))


@pytest.mark.parametrize(
    ("depth_f", "depth_g", "phi"), [(1, 1, "relu"), (3, 2, "leaky_relu"), (1, 3, "tanh"), (3, 1, "relu")]
)
def test_the_ntk_network_is_the_materialised_one_whatever_room_there_is(depth_f, depth_g, phi):
    widths = {"width_f": 6, "width_g": 5}
    sizes = {"input_f": 3, "input_g": 4, "depth_f": depth_f, "depth_g": depth_g, "outputs": 12}
    params = network.init(jax.random.key(1), **sizes, **widths)
    want = network.apply(params, X, Z, activation_g=phi)
    agree(APPLY(with_room(params, 9, 11), X, Z, Widths(6, 5), RELU, activation_g(phi)), want, 1e-5)


def test_another_width_than_the_one_said_is_another_network():
    """Negative control of the test above."""
    sizes = {"input_f": 3, "input_g": 4, "depth_f": 3, "depth_g": 3, "outputs": 12, "width_f": 6, "width_g": 5}
    params = network.init(jax.random.key(1), **sizes)
    got = APPLY(with_room(params, 9, 11), X, Z, Widths(7, 5), RELU, RELU)
    assert np.abs(got - network.apply(params, X, Z)).max() > 0.01


def gradients(parameterisation, depth=3):
    """A compiled value and gradient of a square loss, and weights: widths are traced."""
    shape = Shape(3, 3, depth, depth, 8, 7, 12, parameterisation)
    loss = lambda p, x, z, widths: (classifier.apply(p, x, z, widths, PLAIN, PLAIN) ** 2).sum()  # noqa: E731
    return classifier.init(jax.random.key(2), shape, Widths(5, 4)), jax.jit(jax.value_and_grad(loss))


@pytest.mark.parametrize("parameterisation", names.PARAMETERISATIONS)
def test_spare_neurons_never_move_and_degenerate_inputs_stay_finite(parameterisation):
    params, both = gradients(parameterisation)
    _, gradient = both(params, X, X, Widths(5, 4))
    hidden, middle = gradient.hidden[1].weight, gradient.generator[1].weight
    assert np.abs(hidden[5:]).max() == np.abs(hidden[:, 5:]).max() == 0
    assert np.abs(middle[4:]).max() == np.abs(middle[:, 4:]).max() == 0
    assert np.abs(hidden[:5, :5]).max() > 0
    assert np.abs(middle[:4, :4]).max() > 0
    dead = jax.tree.map(lambda leaf: -jnp.abs(leaf), params)
    cases = {
        "zero": (params, X * 0, X * 0, Widths(5, 4)),
        "opposite": (params, X, -X, Widths(5, 4)),
        "width 1": (params, X, X, Widths(1, 1)),
        "dead": (dead, jnp.abs(X), jnp.abs(X), Widths(5, 4)),
    }
    for name, case in cases.items():
        value, gradient = both(*case)
        assert all(np.isfinite(leaf).all() for leaf in (value, *jax.tree.leaves(gradient))), name
        if name in ("zero", "dead") and parameterisation == "ntk":
            assert value == 0


@pytest.mark.parametrize(("depth_f", "depth_g"), DEPTHS)
def test_the_released_network_is_the_one_of_plain_loops(depth_f, depth_g, monkeypatch):
    monkeypatch.setattr(classifier, "BOTTLENECK", 4)
    shape, widths = Shape(3, 4, depth_f, depth_g, 6, 5, 12, "released"), Widths(6, 5)
    params = classifier.init(jax.random.key(3), shape, widths)
    hidden, generator = ([(np.asarray(w), np.asarray(b)) for w, b in layers] for layers in params)
    assert len(hidden) == depth_f
    want = [released.output(hidden, generator, x, z) for x, z in zip(X, Z, strict=True)]
    agree(APPLY(params, X, Z, widths, PLAIN, PLAIN), want, 1e-5)


def test_initial_weights_follow_the_true_widths_not_the_room():
    ntk = classifier.init(jax.random.key(4), Shape(50, 60, 3, 3, 40, 30, 12, "ntk"), Widths(9, 7))
    assert np.std(ntk.generator[1].weight) == pytest.approx(1, abs=0.01)
    assert ntk.generator[0].bias is None
    wide = classifier.init(jax.random.key(4), Shape(50, 60, 3, 3, 40, 30, 12, "released"), Widths(9, 7))
    fans = [50, 9, 9]  # of f's two hidden layers and the bottleneck
    for layer, fan in zip(wide.hidden, fans, strict=True):
        for part in layer:
            assert np.abs(part).max() == pytest.approx(fan**-0.5, rel=0.1)
            assert np.abs(part).max() <= fan**-0.5
    assert np.abs(wide.generator[1].weight).max() == pytest.approx(0.1, rel=0.01)


def test_a_gradient_is_the_finite_difference():
    params, both = gradients("ntk", depth=2)
    params, x = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), (params, X))
    direction = jax.tree.map(lambda leaf: jnp.asarray(RNG.normal(size=leaf.shape)), params)
    _, gradient = both(params, x, x, Widths(5, 4))
    slope = sum((g * d).sum() for g, d in zip(*map(jax.tree.leaves, (gradient, direction)), strict=True))
    moved = [jax.tree.map(lambda p, d: p + e * d, params, direction) for e in (1e-6, -1e-6)]  # noqa: B023
    ahead, behind = (both(there, x, x, Widths(5, 4))[0] for there in moved)
    assert (ahead - behind) / 2e-6 == pytest.approx(float(slope), rel=1e-5)


def test_every_depth_pair_has_the_paper_s_number_of_generated_weights():
    for depth_f, depth_g in itertools.product((1, 4), (3, 6, 8)):
        shape = Shape(20, 30, depth_f, depth_g, 6, 5, 12, "ntk")
        params = jax.eval_shape(lambda key, shape=shape: classifier.init(key, shape, Widths(6, 5)), jax.random.key(0))
        weights = sum(layer.weight.shape[0] * layer.weight.shape[1] for layer in params.generator)
        assert weights == 5 * 30 + (depth_g - 2) * 25 + 12 * 5
