"""Outputs of random hypernetworks, forward only: their law, at any width, against networks that are written out."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import ks_2samp, kstest

from hyperviz.errors import InvalidInput
from hyperviz.theory import analytic, fourier_features, network, sampling
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import FourierFeatures
from hyperviz.theory.sampling import forward_pass
from tests import compilations
from tests.tolerances import SIGNIFICANT, STANDARD_ERRORS, agree

pytestmark = pytest.mark.usefixtures("compiled_lightly")

X = np.array([[1, -1], [1, -1], [0.5, 2], [-1, 1]], np.float32)  # equal, another, opposite
Z = np.array([[0, 1], [1, 1], [0, 1], [0, -1]], np.float32)
DRAWS = 1024
KEYS = jax.random.split(jax.random.key(0), DRAWS)


def drawn(x=X, z=Z, keys=KEYS, **settings):
    found = sampling.outputs(keys, x, z, **settings)
    return np.asarray(found.value), np.asarray(found.covariance)


@pytest.mark.parametrize(
    ("sizes", "activations"),
    [
        ({"depth_f": 3, "depth_g": 3, "width_f": 6, "width_g": 5}, {}),
        pytest.param(
            {"depth_f": 2, "depth_g": 2, "width_f": 4, "width_g": 3}, {"activation_g": "tanh"}, marks=pytest.mark.slow
        ),
        ({"depth_f": 1, "depth_g": 3, "width_f": 1, "width_g": 1}, {"activation_g": "gelu"}),
    ],
)
def test_outputs_have_the_law_of_networks_written_out(sizes, activations):
    """Kolmogorov-Smirnov on every output, product and difference; width 1 and a dead ReLU layer included."""
    values, _ = drawn(**sizes, **activations)
    init = jax.jit(lambda key: network.apply(network.init(key, input_f=2, input_g=2, **sizes), X, Z, **activations))
    plain = np.asarray(jax.lax.map(init, jax.random.split(jax.random.key(1), 2 * DRAWS)), float)

    def statistics(v):
        i, j = np.triu_indices(4, 1)
        return np.round(np.concatenate([v, v[:, i] * v[:, j], v[:, i] - v[:, j]], 1), 5)  # float32 zeros are zeros

    pairs = zip(statistics(values).T, statistics(plain).T, strict=True)
    assert min(ks_2samp(a, b, method="asymp").pvalue for a, b in pairs) > SIGNIFICANT


def test_another_width_is_told_apart():
    """The negative control of the test above: its statistics are sharp enough to see m = 1 for m = 5."""
    sizes = {"depth_f": 3, "depth_g": 3, "width_f": 6}
    one, other = (drawn(**sizes, width_g=m)[0][:, 0] for m in (5, 1))
    assert ks_2samp(one, other, method="asymp").pvalue < SIGNIFICANT


@pytest.mark.parametrize(
    ("name", "features"),
    [
        ("erf", FourierFeatures(1.0)),
        pytest.param("relu", FourierFeatures(1.0), marks=pytest.mark.slow),
        pytest.param("relu", None, marks=pytest.mark.slow),
        pytest.param("erf", None, marks=pytest.mark.slow),
    ],
)
def test_wide_outputs_are_gaussian_with_the_analytic_covariance(name, features):
    """Two x and two z: KS of each output against N(0, Lambda^H), and the covariance within standard errors."""
    chosen = {"depth_f": 2, "depth_g": 2, "activation_g": name, "coordinates": features}
    values, _ = drawn(**chosen, width_f=2_000, width_g=2_000)
    limit = np.asarray(analytic.kernels(X, Z, **chosen).nngp, float)
    for h, variance in zip(values.T, np.diagonal(limit), strict=True):
        assert kstest(h / variance**0.5, "norm").pvalue > SIGNIFICANT
    products = values[:, :, None] * values[:, None]
    error = products.std(0) / DRAWS**0.5
    assert (np.abs(products.mean(0) - limit) < STANDARD_ERRORS * error).all()


def test_a_narrow_g_is_rejected_though_f_is_wide():
    settings = {"depth_f": 2, "depth_g": 2, "width_f": 2_000, "width_g": 2}
    values, _ = drawn(**settings)
    limit = float(analytic.kernels(X, Z, depth_f=2, depth_g=2).nngp[0, 0])
    assert kstest(values[:, 0] / limit**0.5, "norm").pvalue < SIGNIFICANT


def test_given_the_hidden_layers_outputs_are_gaussian_at_any_width():
    """h over the root of its conditional variance is standard normal; so is the mean of the covariance h h^T's."""
    values, covariance = drawn(depth_f=3, depth_g=3, width_f=6, width_g=5)
    variance = covariance[:, 0, 0]
    alive = variance > 0
    assert kstest(values[alive, 0] / variance[alive] ** 0.5, "norm").pvalue > SIGNIFICANT
    assert (values[~alive, 0] == 0).all()


@pytest.mark.parametrize("depth_g", [1, 3])
def test_zero_vectors_and_dead_layers_output_zero_and_nothing_is_nan(depth_g):
    x, z = X.copy(), Z.copy()
    x[1], z[2] = 0, 0
    values, covariance = drawn(x, z, depth_f=3, depth_g=depth_g, width_f=2, width_g=1)
    assert np.isfinite(values).all()
    assert np.isfinite(covariance).all()
    assert (values[:, [1, 2]] == 0).all()
    assert (values[:, 0] == 0).mean() > 0.05  # two units of f off at once


def test_depths_and_widths_may_be_traced_and_the_numbers_are_the_same():
    traced = jax.jit(lambda L, H, n, m: sampling.values(KEYS, X, Z, depth_f=L, depth_g=H, width_f=n, width_g=m))
    plain, _ = drawn(depth_f=3, depth_g=2, width_f=37, width_g=200)
    agree(traced(3, 2, 37, 200), plain, 1e-6)


def test_no_depth_width_activation_or_bandwidth_compiles_anything_after_the_first_call():
    drawn(depth_f=2, depth_g=2, width_f=8, width_g=8, activation_g="tanh")
    drawn(depth_f=2, depth_g=2, width_f=8, width_g=8, activation_g="gelu")
    with compilations.programs() as compiled:
        drawn(depth_f=4, depth_g=3, width_f=300, width_g=7, activation_g="gelu", activation_f="leaky_relu")
        drawn(depth_f=1, depth_g=1, width_f=1, width_g=1, coordinates=FourierFeatures(0.3))
    assert len(compiled) == 0


def test_a_draw_in_steps_is_the_draw_made_at_once():
    settings = {"depth_f": 3, "depth_g": 3, "width_f": 300, "width_g": 200}
    what = forward_pass.problem(X, Z, Architecture(**settings))
    progress, steps = forward_pass.begin(KEYS, what), 0
    while not progress.done:
        progress, steps = forward_pass.advance_by(progress, 1), steps + 1
    assert steps > 5
    np.testing.assert_allclose(forward_pass.finish(progress).value, drawn(**settings)[0], rtol=1e-12)


def test_an_embedding_has_the_inner_products_of_infinitely_many_features():
    for features in (None, FourierFeatures(0.7)):
        e = np.asarray(fourier_features.embedding(Z, features))
        agree(e @ e.T / e.shape[1], fourier_features.gram(Z, features), 1e-9)
    agree(fourier_features.gram(Z), Z @ Z.T / 2, 1e-12)
    assert float(fourier_features.gram(Z, FourierFeatures(0.7))[0, 1]) == pytest.approx(np.exp(-1 / (2 * 0.49)) / 2)


def test_random_features_approach_that_limit_and_few_do_not():
    limit = np.asarray(fourier_features.gram(Z, FourierFeatures(0.7)))
    for count, near in ((30_000, True), (10, False)):
        p = np.asarray(fourier_features.random_features(jax.random.key(2), Z, count, 0.7))
        assert (np.abs(p @ p.T / count - limit).max() < STANDARD_ERRORS / (2 * 30_000) ** 0.5) == near


@pytest.mark.parametrize(
    "wrong", [{"width_f": 0}, {"depth_g": 17}, {"activation_g": "sine"}, {"coordinates": FourierFeatures(-1.0)}]
)
def test_bad_arguments_are_refused_in_one_sentence(wrong):
    settings = {"depth_f": 2, "depth_g": 2, "width_f": 4, "width_g": 4} | wrong
    with pytest.raises(InvalidInput):
        sampling.values(KEYS, X, Z, **settings)


def test_large_norms_of_a_smooth_g_saturate():
    """tanh of 1e6 times anything is a sign: the second layer's covariance no longer depends on z's norm."""
    sizes = {"depth_f": 2, "depth_g": 2, "width_f": 50, "width_g": 50}
    one, other = (drawn(z=Z * norm, **sizes, activation_g="tanh")[1] for norm in (1e6, 1e9))
    agree(other, one, 1e-3)
    assert np.isfinite(jnp.asarray(one)).all()
