"""The padded finite network is `network.apply`, trained; wide, it is the n = infinity flow from the same start."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory import network
from hyperviz.theory.activations import activation
from hyperviz.theory.dynamics import factored_g, factored_network, implicit_flow, infinite_width

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(0)
X, Z, Y = (v.astype(np.float32) for v in (RNG.normal(size=(6, 5)), RNG.normal(size=(6, 3)), RNG.choice([-1, 1], 6)))
LEAKY = {"activation_f": "leaky_relu", "activation_g": "leaky_relu", "alpha": 0.3}


def built(L, n, H, m, seed=0, wide=None):
    """A network as `network.init` draws it, and the same in a larger room."""
    params = network.init(jax.random.key(seed), input_f=5, input_g=3, depth_f=L, depth_g=H, width_f=n, width_g=m)
    phi = activation("leaky_relu", 0.3)
    net = factored_network.TracedArchitecture(
        jnp.int32(L), jnp.int32(n), phi, factored_g.SizedG(jnp.int32(H), jnp.int32(m), phi)
    )
    wide = wide or 16
    room = factored_network.room(5, wide, 5, factored_g.zeros(wide, 3, 8, 5, jnp.float32))
    return params, net, factored_network.padded(params, room), room


def task(L):
    return infinite_width.task(jnp.asarray(X), jnp.asarray(Z), Y, L)


@pytest.mark.parametrize(
    ("L", "n", "H", "m"), [(1, 3, 1, 2), (1, 3, 3, 4), (2, 7, 2, 1), (3, 9, 1, 3), (4, 16, 4, 3), (5, 11, 5, 8)]
)
def test_kernel_step_and_drift_are_those_of_autodiff_on_network_apply(L, n, H, m):
    params, net, w, room = built(L, n, H, m)

    def outputs(p):
        return network.apply(p, X, Z, **LEAKY)

    def kernel(p):
        return sum(jnp.einsum("i...,j...->ij", J, J) for J in jax.tree.leaves(jax.jacrev(outputs)(p)))

    loss, gradient = jax.value_and_grad(lambda p: jnp.sum((outputs(p) - Y) ** 2))(params)
    drift = jax.jvp(kernel, (params,), (jax.tree.map(jnp.negative, gradient),))
    K, K_dot = factored_network.drift(w, net, task(L), jnp.asarray(X))
    np.testing.assert_allclose(K, drift[0], atol=3e-6 * np.abs(drift[0]).max())
    np.testing.assert_allclose(K_dot, drift[1], atol=1e-5 * np.abs(drift[1]).max())
    step, plain = 1e-4, params
    for _ in range(implicit_flow.BLOCK):
        gradient = jax.grad(lambda p: jnp.sum((outputs(p) - Y) ** 2))(plain)
        plain = jax.tree.map(lambda p, d: p - step * d, plain, gradient)
    trained = factored_network.advance(factored_network.begin(w), net, task(L), jnp.asarray(X), step, 1.0, jnp.int32(1))
    wanted = factored_network.padded(plain, room)
    for got, want in zip(jax.tree.leaves(trained.net), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(got, want, atol=2e-5)
    assert float(trained.time) == pytest.approx(implicit_flow.BLOCK * step)
    assert float(trained.loss) < float(loss)


def gap(n, seed):
    """How far the loss of a finite network leaves that of n = infinity from the same start, in units of loss_0."""
    _, net, w, _ = built(2, n, 3, 4, seed, n)
    net, learnt, x = net._replace(activation=activation("relu")), task(2), jnp.asarray(X)  # the task's limit is of ReLU
    V = jax.tree.map(lambda v: v[None], factored_network.weights(w, net, np.asarray(x)))
    state, g = implicit_flow.follow(V, len(Z)), net.g._replace(width=net.g.width[None])
    trained, apart, first = factored_network.begin(w), 0.0, None
    for _ in range(10):
        state = implicit_flow.advance(state, learnt, g, 0.004, 1.0, jnp.int32(3), False)
        trained = factored_network.advance(trained, net, learnt, x, 0.004, 1.0, jnp.int32(3))
        infinite = np.interp(float(trained.seen), [0, float(state.seen[0])], [np.nan, float(state.loss[0])])
        first = first or infinite
        apart = max(apart, abs(infinite - float(trained.loss)) / first)
    return apart


def test_finite_training_meets_n_infinity_with_the_error_of_its_width():
    """The root mean square over starts falls as 1/sqrt(n): at n = 4,096 it is 8 times smaller than at 64."""
    rms = {n: np.sqrt(np.mean([gap(n, seed) ** 2 for seed in range(8)])) for n in (64, 4096)}
    assert rms[4096] < 0.05
    assert 3 < rms[64] / rms[4096] < 21


def test_a_zero_network_has_a_zero_kernel_and_keeps_its_loss():
    _, net, w, _ = built(3, 4, 3, 4)
    dead = jax.tree.map(jnp.zeros_like, w)
    K, K_dot = factored_network.drift(dead, net, task(3), jnp.asarray(X))
    assert not np.any(K)
    assert not np.any(K_dot)
    trained = factored_network.advance(
        factored_network.begin(dead), net, task(3), jnp.asarray(X), 0.1, 1.0, jnp.int32(2)
    )
    assert float(trained.loss) == pytest.approx(6)
