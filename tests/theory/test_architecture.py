"""One record of both networks: hashable, and traced where its sizes are."""

import inspect
from dataclasses import MISSING, fields, replace

import jax
import numpy as np
import pytest

from hyperviz.errors import InvalidInput
from hyperviz.theory import activations, analytic, dynamics, network, sampling, smooth_activations, taylor
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import FourierFeatures
from hyperviz.theory.regression import grid, grid_upsampling

SMALL = Architecture(depth_f=2, depth_g=2, width_f=5, width_g=3)
X, Z = np.eye(2), np.eye(2)
CALLS = [activations.activation, smooth_activations.activation_g, analytic.kernels, dynamics.infinite_f, network.apply]
CALLS += [sampling.hyperkernel, sampling.outputs, taylor.terms, taylor.of_network]
CALLS += [grid.steps, grid.split, grid_upsampling.upsample]


def test_equal_networks_are_one_key_of_a_cache():
    assert len({SMALL, replace(SMALL), replace(SMALL, width_f=6)}) == 2
    assert replace(SMALL, width_f=6).limit == SMALL.limit == Architecture(depth_f=2, depth_g=2)


def test_the_sizes_may_be_traced_and_the_names_are_what_a_program_is_compiled_for():
    def kernel(architecture):
        return sampling.draw(jax.random.key(0), X, Z, **vars(architecture)).kernel

    np.testing.assert_allclose(jax.jit(kernel)(SMALL), kernel(SMALL), rtol=1e-5)
    features = replace(SMALL, coordinates=FourierFeatures(2.0))
    assert jax.tree.leaves(features) == [2, 2, 5, 3, 2.0]


def test_the_kernels_of_the_limit_are_those_of_the_public_call_whatever_the_widths():
    names = {"depth_f": 3, "depth_g": 2, "activation_g": "tanh", "coordinates": FourierFeatures(0.5)}
    for found, wanted in zip(
        analytic.limit(Architecture(**names, width_f=7), X, Z), analytic.kernels(X, Z, **names), strict=True
    ):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(("name", "value"), [("width_f", None), ("width_g", 0), ("depth_f", 17), ("depth_g", 1.5)])
def test_a_size_that_cannot_be_drawn_is_refused_by_its_name(name, value):
    with pytest.raises(InvalidInput, match=name):
        sampling.draw(jax.random.key(0), X, Z, **vars(replace(SMALL, **{name: value})))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_what_is_not_given_is_the_same_in_every_call(call):
    ours = {field.name: field.default for field in fields(Architecture) if field.default not in (MISSING, None)}
    others = {name: parameter.default for name, parameter in inspect.signature(call).parameters.items() if name in ours}
    assert others == {name: ours[name] for name in others} != {}
