"""Five initialisations: prediction and draws against networks written out, and against sums over all cases."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from hyperviz.theory.architecture import Architecture
from hyperviz.theory.initialisation import SCHEMES, draw, factors, moments_of_mean_square, predicted
from hyperviz.theory.smooth_activations import REFERENCE, SMOOTH

pytestmark = pytest.mark.usefixtures("compiled_lightly")

NETWORKS, X, Z = 20_000, np.array([1.0, -1.0]), np.array([0.6, np.sqrt(2 - 0.36)])
SMALL = {"depth_f": 3, "depth_g": 3, "width_f": 8, "width_g": 6}


def activation(name):
    """phi, and 1 / E[phi(g)^2] by quadrature."""
    if name in SMOOTH:
        phi = REFERENCE[SMOOTH.index(name)]
    else:
        phi = {"relu": lambda y: np.maximum(y, 0), "leaky_relu": lambda y: np.where(y > 0, y, 0.01 * y)}[name]
    g = np.linspace(-9, 9, 100_001)
    return phi, 1 / np.trapezoid(phi(g) ** 2 * stats.norm.pdf(g), g)


def deviations(scheme, networks):
    """Of the weights as the papers print them: f's hidden layers, each block of its last layer; and g's divisors."""
    n0, n, m0, m, L, H = 2, networks.width_f, 2, networks.width_g, networks.depth_f, networks.depth_g
    gain_f, gain_g = (activation(name)[1] for name in (networks.activation_f, networks.activation_g))
    fans_f, fans_g = [n0] + [n] * (L - 1), [m0] + [m] * (H - 1)
    outs, e2 = [m] * (H - 1) + [1], 1 / gain_f if L > 1 else 1.0
    count = m0 if H == 1 else m * m0 + (H - 2) * m**2 + m
    relu_f, relu_g = [1] + [gain_f] * (L - 1), [1] + [gain_g] * (H - 1)
    he, last = [gain / fan for gain, fan in zip(relu_f, fans_f, strict=True)], fans_f[-1]
    hidden, blocks, divisors = he[:-1], [he[-1]] * H, [1.0] * H
    if scheme == "ntk":
        divisors = [gain / fan for gain, fan in zip(relu_g, fans_g, strict=True)]
    if scheme == "glorot":
        hidden = [2 / (fan + n) for fan in fans_f[:-1]]
        blocks = [2 / (last + count)] * H
    if scheme == "hyperfan-in":
        blocks = [gain / (fan * last * e2) for gain, fan in zip(relu_g, fans_g, strict=True)]
    if scheme == "hyperfan-out":
        blocks = [gain / (out * last * e2) for gain, out in zip(relu_g, outs, strict=True)]
    return [np.sqrt(v) for v in (hidden, blocks, divisors)]


def written_out(scheme, networks, rng):
    """Means over one network's weights and neurons of their squares, (NETWORKS, H) each, from every matrix drawn."""
    (sigma, _), (phi, _) = activation(networks.activation_f), activation(networks.activation_g)
    hidden, blocks, divisors = deviations(scheme, networks)
    q = np.tile(X, (NETWORKS, 1))
    for deviation in hidden:
        W = deviation * rng.standard_normal((NETWORKS, networks.width_f, q.shape[1]))
        q = sigma(np.einsum("rij,rj->ri", W, q))
    a, weights, layers = np.tile(Z, (NETWORKS, 1)), [], []
    for last, deviation, divisor in zip(range(networks.depth_g - 1, -1, -1), blocks, divisors, strict=True):
        shape = NETWORKS, networks.width_g if last else 1, a.shape[1], q.shape[1]
        V = np.zeros(shape[:3])
        for k in range(shape[3]):
            V += deviation * rng.standard_normal(shape[:3]) * q[:, None, None, k]
        y = divisor * np.einsum("rij,rj->ri", V, a)
        weights.append((V**2).mean((1, 2)))
        layers.append((y**2).mean(1))
        a = phi(y)
    return np.stack(weights, 1), np.stack(layers, 1)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("names", [("relu", "relu"), ("leaky_relu", "leaky_relu")])
def test_the_prediction_is_the_mean_of_networks_whose_weights_have_the_papers_variances(scheme, names):
    networks = Architecture(**SMALL, activation_f=names[0], activation_g=names[1])
    limit = predicted(factors(scheme, networks, 2, 2), networks)
    for found, wanted in zip(written_out(scheme, networks, np.random.default_rng(1)), limit, strict=True):
        error = found.std(0, ddof=1) / NETWORKS**0.5
        assert (np.abs(found.mean(0) - wanted) < 4.5 * error).all()


def test_another_initialisation_s_prediction_is_refused():
    networks = Architecture(**SMALL)
    _, found = written_out("hyperfan-in", networks, np.random.default_rng(2))
    error = found.std(0, ddof=1) / NETWORKS**0.5
    for scheme in ("glorot", "he", "hyperfan-out"):
        limit = predicted(factors(scheme, networks, 2, 2), networks)
        assert (np.abs(found.mean(0) - limit.layers) > 10 * error).any()


@pytest.mark.parametrize("names", [("relu", "relu"), ("leaky_relu", "leaky_relu"), ("relu", "sin")])
def test_draws_have_the_law_of_networks_written_out_and_not_of_others(names):
    networks = Architecture(**SMALL, activation_f=names[0], activation_g=names[1])
    by = factors("ntk", networks, 2, 2)
    found = draw(np.random.default_rng(3), by, networks, NETWORKS)
    _, squares = written_out("ntk", networks, np.random.default_rng(4))
    h = np.sqrt(found.layers[:, -1]) * np.random.default_rng(5).standard_normal(NETWORKS)
    assert stats.ks_2samp(h**2, squares[:, -1]).pvalue > 1e-3
    wider = Architecture(**SMALL | {"width_f": 16}, activation_f=names[0], activation_g=names[1])
    h = np.sqrt(draw(np.random.default_rng(3), factors("ntk", wider, 2, 2), wider, NETWORKS).layers[:, -1])
    assert stats.ks_2samp((h * np.random.default_rng(5).standard_normal(NETWORKS)) ** 2, squares[:, -1]).pvalue < 1e-3


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", SMOOTH)
def test_the_prediction_of_a_smooth_g_is_the_mean_of_draws_up_to_a_hundredth(name, scheme):
    """It knows three moments of f's last layer, and averages over infinitely many neurons of g."""
    networks = Architecture(depth_f=3, depth_g=3, width_f=100, width_g=100, activation_g=name)
    by = factors(scheme, networks, 2, 2)
    for found, wanted in zip(draw(np.random.default_rng(6), by, networks, 4000), predicted(by, networks), strict=True):
        error = found.std(0) / 4000**0.5
        assert (np.abs(found.mean(0) - wanted) < 4 * error + 0.01 * wanted).all()


@pytest.mark.parametrize("width", [1, 2, 7, 300])
def test_the_moments_of_a_layer_are_those_summed_over_how_many_neurons_are_positive(width):
    """Given N positive ones the sum of squares is chi^2_N: E[chi^2k] = N (N + 2) ... (N + 2k - 2)."""
    relu = Architecture(depth_f=2, depth_g=2).sigma
    N = np.arange(width + 1)
    chance = stats.binom.pmf(N, width, 0.5)
    wanted = [chance @ math.prod((N + 2.0 * j) / width for j in range(k)) for k in range(1, 9)]
    np.testing.assert_allclose(moments_of_mean_square(relu, width, 8), wanted, rtol=1e-10)


def test_with_one_neuron_in_a_layer_the_prediction_is_the_product_of_single_moments():
    """E[h^2] = prod of E[(2 relu(g)^2)^H] over f's hidden layers: ((2H - 1)!! 2^(H-1))^(L-1), by hand."""
    for L, H in itertools.product((1, 2, 3), (1, 2, 3, 4)):
        networks = Architecture(depth_f=L, depth_g=H, width_f=1, width_g=1)
        limit = predicted(factors("ntk", networks, 2, 2), networks)
        wanted = float(math.prod(range(1, 2 * H, 2)) * 2 ** (H - 1)) ** (L - 1)
        assert limit.layers[-1] == pytest.approx(wanted, rel=1e-12)


def test_ntk_scaling_and_hyperfan_in_are_one_law_in_g_near_1_in_wide_networks_and_no_other_is():
    networks = Architecture(depth_f=4, depth_g=4, width_f=10**6, width_g=1000)
    last = {scheme: predicted(factors(scheme, networks, 2, 2), networks).layers for scheme in SCHEMES}
    np.testing.assert_allclose(last["ntk"], last["hyperfan-in"], rtol=1e-12)
    np.testing.assert_allclose(last["ntk"], 1, atol=1e-3)
    assert last["he"][-1] == pytest.approx(2 * 500**3, rel=1e-3)
    assert last["glorot"][-1] < 1e-9
    assert last["hyperfan-out"][0] == pytest.approx(2 / 1000, rel=1e-3)


@pytest.mark.parametrize("name", ["relu", "erf"])
def test_without_hidden_layers_and_with_one_neuron_every_number_is_finite(name):
    for (L, H, n), scheme in itertools.product(itertools.product((1, 8), (1, 8), (1, 2)), SCHEMES):
        networks = Architecture(depth_f=L, depth_g=H, width_f=n, width_g=1, activation_g=name)
        by = factors(scheme, networks, 2, 2)
        for found in (predicted(by, networks), draw(np.random.default_rng(0), by, networks, 50)):
            assert found.weights.shape[-1] == found.layers.shape[-1] == H
            assert np.isfinite(found.layers).all()
            assert (found.layers >= 0).all()
        if L == 1:  # nothing is random but the weights themselves
            drawn = draw(np.random.default_rng(0), by, networks, 3)
            np.testing.assert_allclose(drawn.layers[:, 0], predicted(by, networks).layers[0], rtol=1e-12)
