"""A smooth g written out: the series of h from that of the weights, and which weights there are."""

import jax
import numpy as np

from hyperviz.theory.architecture import Architecture
from hyperviz.theory.smooth_activations import REFERENCE
from hyperviz.theory.taylor import dense_g, sampler

RNG = np.random.default_rng(0)
LAYERS = [(3, 2), (3, 3), (1, 3)]  # of a g of depth 3 and width 3: x and z are two coordinates each
POWERS, RADIUS, NODES = 4, 0.05, 32
Z, SERIES = RNG.normal(size=2), RNG.normal(size=(POWERS, dense_g.MAX_DEPTH, dense_g.WIDEST, dense_g.WIDEST)) / 2


def output(weights, gain):
    """h of g alone, which may be complex."""
    a = Z
    for W, (rows, columns) in zip(weights, LAYERS, strict=False):
        y = W[:rows, :columns] @ a
        a = gain * REFERENCE[0](y) / np.sqrt(3)
    return y[0]


def test_the_series_of_h_is_that_of_a_network_whose_weights_go_round_a_circle():
    """Cauchy's formula: the coefficients of h(e) are the Fourier coefficients of its values at e = radius exp(i t)."""
    sizes = Architecture(depth_f=1, depth_g=3, width_f=1, width_g=3, activation_g="tanh")
    pair = sampler.problem((Z, Z), (Z, Z), sizes)
    there = np.asarray(dense_g._exists(pair))
    assert [int(layer.sum()) for layer in there] == [6, 9, 3, *[0] * (dense_g.MAX_DEPTH - 3)]
    found = jax.jit(dense_g._forward)(pair, (SERIES * there).reshape(POWERS, -1), Z)
    circle = RADIUS * np.exp(2j * np.pi * np.arange(NODES) / NODES)
    values = [output(np.tensordot(e ** np.arange(POWERS), SERIES, 1), pair.g.activation.gain) for e in circle]
    wanted = np.fft.fft(values)[:POWERS].real / NODES / RADIUS ** np.arange(POWERS)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)
