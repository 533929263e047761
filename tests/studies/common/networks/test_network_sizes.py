"""The sizes that a page shows are those of the networks that its study draws."""

import math

import jax
import pytest

from hyperviz.studies.common.networks.network_sizes import NetworkSizes, counted, in_bytes
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.studies.inpainting import adam
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.rotation.settings import CLASSES, RotationSettings
from hyperviz.studies.taylor import predictions
from hyperviz.studies.taylor.settings import TaylorSettings
from hyperviz.theory import network

PLAN = adam.Plan()
CASES = [  # settings, coordinates of z, outputs of g
    (ConvergenceSettings(depth_f=2, width_f=3, depth_g=5, width_g=7), 2, 1),
    (PriorSettings(depth_g=1, width_g=9), 2, 1),
    (TaylorSettings(width_f=64), 2, 1),
    (DynamicsSettings(), 3, 1),
    (RotationSettings(size=9), 81, 12),
    (RotationSettings(dataset="cifar10"), 3 * 14**2, 12),
    (RotationSettings(size=32), 28**2, 12),
]


@pytest.mark.parametrize(("settings", "inputs", "outputs"), CASES)
def test_n_l_is_the_number_of_weights_that_a_network_of_these_sizes_generates(settings, inputs, outputs):
    shape = {name: getattr(settings, name) for name in ("depth_f", "depth_g", "width_f", "width_g")}
    made = jax.eval_shape(lambda: network.init(0, input_f=2, input_g=inputs, outputs=outputs, **shape))
    sizes = settings.networks
    assert sizes.weights == sum(V.shape[0] * V.shape[1] for V in made.generator)
    assert sizes.hidden_f == tuple(W.shape[0] for W in made.hidden)
    assert sizes.hidden_g == tuple(V.shape[0] for V in made.generator[:-1])


def test_the_taylor_study_counts_the_same_weights():
    settings = TaylorSettings(depth_g=4, width_g=33)
    assert settings.networks.weights == predictions.weights(33, 4)


def test_the_released_network_of_rotation_has_one_hidden_layer_more():
    sizes = RotationSettings(parameterisation="released").networks
    assert sizes.hidden_f == (200, 200, 200, network.BOTTLENECK)
    assert sizes.layers_g[-1] == CLASSES


def test_inpainting_writes_no_weights_but_those_of_the_finite_network():
    assert InpaintingSettings().networks == NetworkSizes((math.inf,) * 2, (math.inf,) * 3 + (1,))
    assert PriorSettings(bandwidth=1.0).networks.weights == math.inf  # of infinitely many features
    sizes = InpaintingSettings(view="network").networks
    assert sizes.hidden_f == (PLAN.width_f,) * 2
    assert sizes.layers_g == (PLAN.features, PLAN.width_g, PLAN.width_g, 1)


def test_numbers_and_bytes_in_words():
    assert [counted(n) for n in (7, 12_480, 10**9 - 1, 6 * 10**12, math.inf)] == [
        "7",
        "12,480",
        "999,999,999",
        "6.0·10¹²",
        "∞",
    ]
    assert [in_bytes(n) for n in (2, 300, 2_500, 3_120_000, 6 * 10**12)] == [
        "8 bytes",
        "1.2 kB",
        "10 kB",
        "12 MB",
        "24 TB",
    ]
