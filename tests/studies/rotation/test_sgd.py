"""Stochastic gradient descent on rotated pairs: against a plain loop over batches and an independent network."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.studies.rotation import sgd
from hyperviz.theory import names, network
from hyperviz.theory.network import Widths
from tests.tolerances import agree

RNG = np.random.default_rng(0)
BATCH, STEPS, RATE = 4, 3, 0.5
X, Z = (jnp.asarray(RNG.normal(size=(12, d)), jnp.float32) for d in (3, 5))
LABEL = jnp.asarray(RNG.integers(0, 12, 12), jnp.int32)


def cross_entropy(params, x, z, label):
    """Mean over the batch of log sum exp h - h[label], by the materialised network."""
    h = network.apply(params, x, z)
    return (jnp.log(jnp.exp(h).sum(1)) - h[jnp.arange(len(label)), label]).mean()


@pytest.fixture
def begun():
    sizes = {"input_f": 3, "input_g": 5, "depth_f": 2, "depth_g": 2, "width_f": 6, "width_g": 4, "outputs": 12}
    return network.init(jax.random.key(1), **sizes)


def advanced(params, order, monkeypatch):
    monkeypatch.setattr(sgd, "BATCH", BATCH)
    settings = (Widths(6, 4), sgd.activations("relu", "relu", "ntk"))
    params = network.neurons_first(params)
    return sgd._advance(params, X, Z, LABEL, jnp.asarray(order), 0, STEPS, RATE, *settings)


def test_steps_are_those_of_a_plain_loop_over_the_batches(begun, monkeypatch):
    order, losses, plain = RNG.permutation(12), [], begun
    for batch in order.reshape(STEPS, BATCH):
        loss, slope = jax.value_and_grad(cross_entropy)(plain, X[batch], Z[batch], LABEL[batch])
        plain = jax.tree.map(lambda w, s: w - RATE * s, plain, slope)
        losses.append(loss)
    found, seen = advanced(begun, order, monkeypatch)
    agree(seen[:STEPS], losses, 1e-5)
    for own, wanted in zip(jax.tree.leaves(found), jax.tree.leaves(network.neurons_first(plain)), strict=True):
        agree(own, wanted, 1e-5)
    assert np.abs(jax.tree.leaves(found)[0] - jax.tree.leaves(begun)[0]).max() > 1e-3


def test_another_order_of_the_pairs_ends_elsewhere(begun, monkeypatch):
    """Negative control of the test above."""
    one, other = (advanced(begun, order, monkeypatch)[0] for order in (np.arange(12), np.arange(12)[::-1].copy()))
    assert np.abs(jax.tree.leaves(one)[0] - jax.tree.leaves(other)[0]).max() > 1e-3


@pytest.mark.parametrize("parameterisation", names.PARAMETERISATIONS)
@pytest.mark.parametrize("depth_g", [1, 3, 8])
def test_the_work_of_a_step_counts_the_weights_that_f_writes(depth_g, parameterisation):
    shape, widths = sgd.Shape(20, 30, 2, depth_g, 6, 5, 12, parameterisation), Widths(6, 5)
    params = jax.eval_shape(lambda key: sgd._init(shape, key, widths), jax.random.key(0))
    assert sgd.generated(shape) == sum(V.shape[1] * V.shape[2] for V in params.generator)


def test_a_run_alone_is_trained_and_tested_as_one_of_several(begun, monkeypatch):
    monkeypatch.setattr(sgd, "BATCH", BATCH)
    settings = Widths(6, 4), sgd.activations("relu", "relu", "ntk")
    orders, params = np.stack([np.arange(12), np.arange(12)[::-1]]), network.neurons_first(begun)

    def trained(size, orders):
        lanes = jax.tree.map(lambda leaf: jnp.stack([factor * leaf for factor in size]), params)
        lanes, losses = sgd._advance_lanes._jitted(lanes, X, Z, LABEL, orders, 0, STEPS, RATE, *settings)
        return losses, sgd._predict_lanes._jitted(lanes, X, Z, 1, 2, *settings)

    losses, classes = trained((1.0, 2.0), orders)
    alone, guessed = trained((2.0,), orders[1:])
    agree(alone[0], losses[1], 1e-5)
    np.testing.assert_array_equal(guessed[0], classes[1])
    assert (classes[:, :BATCH] == -1).all()  # not among the batches that were asked for
    assert (classes[:, BATCH:] >= 0).all()


def test_a_step_neither_copies_nor_turns_the_weights_that_write_g(monkeypatch):
    """Both together took a third of its time."""
    monkeypatch.setattr(sgd, "lanes", lambda shape: 1)
    sgd._compile(sgd.Shape(30, 30, 2, 2, 50, 10, 12, "ntk"), "relu")
    program = [*sgd._advance_lanes._programs.values()][-1].as_text() or ""
    weights = "50,10,30|10,30,50|10,50,30|300,50|50,300|500,30|30,500|50,120|120,50|50,12,10"
    moved = re.findall(rf"f32\[(?:1,)?(?:{weights})\]\S* (?:copy|transpose)\(.*", program)
    assert "f32[500,30]" in program
    assert moved == []
