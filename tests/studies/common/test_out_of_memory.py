"""Where the accelerator has no memory for all draws together, fewer are drawn at a time, and they are the same."""

import jax
import numpy as np
import pytest

from hyperviz.studies.common.networks import random_networks
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.sampling import forward_pass, kernels

pytestmark = pytest.mark.usefixtures("compiled_lightly")
NETWORKS = Architecture(depth_f=2, depth_g=2, width_f=8, width_g=8)
POINTS = np.tile(np.float32([1, -1]), (2, 1)), np.float32([[0, 1], [1, 1]])
DRAWS = 6


@pytest.fixture
def asked(monkeypatch):
    """How many draws were tried together; of more than two the accelerator says that they do not fit."""
    tried: list[int] = []
    monkeypatch.setattr(random_networks, "_fit", {})
    for module in (kernels, forward_pass):
        monkeypatch.setattr(module, "begin", limited(module.begin, tried))
    return tried


def limited(begin, tried, most=2):
    def asked(keys, problem):
        tried.append(len(keys))
        if len(keys) > most:
            raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 9 bytes.")
        return begin(keys, problem)

    return asked


def drawn(work):
    """What a generator returns."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize(
    "sampler", [pytest.param(random_networks.draw, marks=pytest.mark.slow), random_networks.outputs]
)
def test_draws_that_do_not_fit_together_are_drawn_in_smaller_blocks_with_the_same_numbers(sampler, request):
    keys = random_networks.keys(0, 0, 0, DRAWS)
    wanted = drawn(sampler(keys, POINTS, NETWORKS))
    tried = request.getfixturevalue("asked")
    found = drawn(sampler(keys, POINTS, NETWORKS))
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert tried[:2] == [6, 3]
    tried.clear()
    drawn(sampler(keys, POINTS, NETWORKS))  # what does not fit is not tried again
    assert max(tried) == 1


def test_one_draw_that_does_not_fit_is_an_error_and_so_is_any_other_refusal(monkeypatch):
    keys = random_networks.keys(0, 0, 0, DRAWS)
    monkeypatch.setattr(random_networks, "_fit", {})
    monkeypatch.setattr(kernels, "begin", limited(kernels.begin, [], most=0))
    with pytest.raises(jax.errors.JaxRuntimeError, match="RESOURCE_EXHAUSTED"):
        drawn(random_networks.draw(keys, POINTS, NETWORKS))
