"""Kernels grow like |x|^(2H): the closed form, extended precision, networks written out and networks drawn agree."""

import jax
import numpy as np
import pytest

from hyperviz.figures.prior.charts import charts
from hyperviz.studies.prior import report, study
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.prior.views import input_scale
from hyperviz.theory import network
from tests.oracles import kernels
from tests.tolerances import STANDARD_ERRORS

pytestmark = pytest.mark.usefixtures("compiled_lightly")
RELU = PriorSettings(view="scale", depth_f=2, depth_g=3, width_f=512, width_g=512, size=3.0, draws=64)


def growths(settings):
    """The first parts of the view: the limits."""
    found = next(input_scale.stream(settings))
    return found["scale_nngp"], found["scale_tangent"], found["scale_encoded"]


@pytest.mark.parametrize("depth_g", [1, 2, 4])
def test_both_kernels_grow_like_the_power_2h_of_the_size_of_x_as_in_extended_precision(depth_g):
    settings = PriorSettings(view="scale", depth_f=3, depth_g=depth_g)
    nngp, tangent, _ = growths(settings)
    u = input_scale.inputs(settings, encoded=False)
    wanted = kernels.recursions(*u, *u, depth_f=3, depth_g=depth_g)
    for found, kernel in ((nngp, wanted[2]), (tangent, wanted[3])):
        np.testing.assert_allclose(found.expected, np.diagonal(kernel).astype(float), rtol=1e-6)
        np.testing.assert_allclose(input_scale.power(found), 2 * depth_g, rtol=1e-6)
        assert found.sizes.tolist() == sorted({*input_scale.SIZES, input_scale.SPARE})
        np.testing.assert_allclose(found.alike, 1, rtol=1e-6)  # of h: no size is told from another


def test_a_network_written_out_answers_s_to_the_power_h_times_as_much():
    """The other route: homogeneity of one network, where nothing is averaged."""
    sizes = {"input_f": 2, "input_g": 2, "depth_f": 2, "depth_g": 3, "width_f": 16, "width_g": 16}
    params = network.init(jax.random.key(0), **sizes)
    x, z = input_scale.inputs(PriorSettings(), encoded=False)
    h = np.asarray(network.apply(params, x, z), float).ravel()
    assert h[4] != 0
    np.testing.assert_allclose(h, h[4] * input_scale.sizes(PriorSettings()) ** 3, rtol=1e-4)


def test_networks_measure_the_limit_at_every_size_and_the_chosen_size_is_among_them():
    *_, result = study.stream(RELU)
    for name, count in (("scale_nngp", input_scale.DRAWS), ("scale_encoded", input_scale.DRAWS), ("scale_tangent", 64)):
        found = result.parts[name]
        assert found.draws == count
        assert 3.0 in found.sizes
        assert (np.abs(found.mean - found.expected) < STANDARD_ERRORS * found.error + 0.05 * found.expected).all()
        assert (found.error < 0.2 * found.expected).all()
    assert "At |x| = 3 √n₀ networks measure Λᴴ = " in report.verdict(result).here
    assert "it grows like |x| to the power 6 (2H = 6)" in report.verdict(result).here
    assert float(result.limit[0, 0]) == pytest.approx(3.0**6, rel=1e-5)  # the histogram is at that size
    assert np.asarray(result.outputs.value)[:, 0].std() > 3
    table = report.table(result)
    assert not table[table.quantity.str.endswith("at_size")].value.isna().any()
    for name, chart in charts(RELU).items():
        assert "NaN" not in str(chart.draw(result).to_json())
        assert report.alt(result, name)


def test_encoded_at_constant_norm_nothing_grows_and_sizes_are_told_apart():
    _, _, encoded = growths(RELU)
    np.testing.assert_allclose(encoded.expected, encoded.expected[0], rtol=1e-6)
    assert encoded.alike.min() < 0.9
    assert encoded.alike.max() == pytest.approx(1)


def test_a_bounded_activation_leaves_the_square_of_the_last_layer():
    nngp, _, _ = growths(PriorSettings(view="scale", depth_g=4, activation_g="erf"))
    powers = input_scale.power(nngp)
    assert powers[-1] < 2.5 < powers[0] <= 8
    relu, _, _ = growths(PriorSettings(view="scale", depth_g=4))
    assert input_scale.power(relu).min() > 7.9
