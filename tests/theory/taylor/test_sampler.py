"""The Taylor terms of Theorem 1: in law those of networks that exist, at huge widths their limits, and never NaN."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import ks_2samp

from hyperviz.errors import InvalidInput, OutOfRange
from hyperviz.theory import analytic, network, sampling
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.taylor import sampler, written_out
from tests import compilations
from tests.oracles import taylor as oracle
from tests.tolerances import SIGNIFICANT

pytestmark = pytest.mark.usefixtures("compiled_lightly")

RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 2))
U_J, U_I = zip(X, Z, strict=True)
DRAWS, ORDERS = 1000, 3
ARCHITECTURES = [(3, 3, 6, 5), *(pytest.param(a, marks=pytest.mark.slow) for a in ((4, 2, 7, 3), (1, 3, 4, 4)))]


def sizes(L, H, n, m):
    return {"depth_f": L, "depth_g": H, "width_f": n, "width_g": m}


@cache
def drawn(architecture, same=False, seed=3, draws=DRAWS, **phi):
    u_i = U_J if same else U_I
    return sampler.terms(jax.random.key(seed), u_i, U_J, orders=ORDERS, draws=draws, **sizes(*architecture), **phi)


@cache
def _oracle(architecture, smooth):
    """One compilation serves all points and slopes."""
    L, H, n, m = architecture

    def one(key, u_i, alpha):
        w = oracle.weights(key, L, H, n, m, 3, 2)
        return oracle.terms(w, L, u_i, U_J, ORDERS, alpha, None if smooth else alpha)

    return jax.jit(jax.vmap(one, in_axes=(0, None, None)))


@cache
def materialised(architecture, same=False, alpha=0.0, smooth=False, seed=7):
    keys = jax.random.split(jax.random.key(seed), DRAWS)
    return np.asarray(_oracle(architecture, smooth)(keys, U_J if same else U_I, alpha))


def differ(one, other):
    """Terms, and products of two terms, in which the samples differ significantly; a dead draw is 0 in both."""
    scale = np.abs(other).mean(0) + 1e-300
    one, other = np.round(one / scale, 6), np.round(other / scale, 6)
    pairs = {f"K{r}": (one[:, r], other[:, r]) for r in range(ORDERS + 1)}
    for r in range(ORDERS + 1):
        for s in range(r):
            pairs[f"K{s} K{r}"] = one[:, r] * one[:, s], other[:, r] * other[:, s]
    return {name: p for name, (a, b) in pairs.items() if (p := ks_2samp(a, b, method="asymp").pvalue) < SIGNIFICANT}


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=str)
def test_the_terms_have_the_law_of_networks_that_exist(architecture):
    assert differ(drawn(architecture), materialised(architecture)) == {}


def test_the_law_holds_at_one_point_too():
    assert differ(drawn((3, 3, 6, 5), same=True), materialised((3, 3, 6, 5), same=True)) == {}


def test_the_law_holds_for_leaky_networks():
    found = drawn((3, 3, 6, 5), activation_f="leaky_relu", activation_g="leaky_relu", alpha=0.3)
    assert differ(found, materialised((3, 3, 6, 5), alpha=0.3)) == {}
    assert differ(found, materialised((3, 3, 6, 5))) != {}


@pytest.mark.slow
def test_the_law_holds_for_a_smooth_g():
    assert differ(drawn((2, 2, 5, 4), activation_g="tanh"), materialised((2, 2, 5, 4), smooth=True)) == {}


def test_the_comparison_tells_widths_depths_and_points_apart():
    true = materialised((3, 3, 6, 5))
    for wrong in ((3, 3, 6, 20), (1, 3, 6, 5)):
        assert differ(drawn(wrong), true) != {}
    assert differ(drawn((3, 3, 6, 5), same=True), true) != {}


def test_the_first_term_has_the_law_of_the_empirical_hyperkernel():
    def one(key):
        return sampling.draw(key, X, Z, **sizes(3, 3, 6, 5))

    other = jax.jit(lambda keys: jax.lax.map(one, keys, batch_size=500))(jax.random.split(jax.random.key(9), DRAWS))
    ours, scale = drawn((3, 3, 6, 5)), float(np.abs(other.kernel[:, 0, 1]).mean())
    for a, b in ((ours[:, 1], other.kernel[:, 0, 1]), (ours[:, 0], other.value[:, 1])):
        assert ks_2samp(np.round(a / scale, 5), np.round(np.asarray(b) / scale, 5)).pvalue > SIGNIFICANT


@pytest.mark.parametrize(("f", "g"), [("leaky_relu", "leaky_relu"), ("relu", "tanh")])
def test_the_terms_of_one_network_are_its_nested_derivatives(f, g):
    params = network.init(jax.random.key(0), input_f=3, input_g=2, **sizes(3, 3, 9, 5))
    params = jax.tree.map(lambda w: w.astype(jnp.float64), params)
    settings = {"activation_f": f, "activation_g": g, "alpha": 0.3}
    ours = jax.jit(lambda w: written_out.of_network(w, U_I, U_J, orders=3, **settings))(params)
    slopes = (0.3, 0.3) if g == "leaky_relu" else (0.0, None)
    true = jax.jit(lambda w: oracle.terms(w, 3, U_I, U_J, 3, *slopes))([*params.hidden, *params.generator])
    np.testing.assert_allclose(ours, true, rtol=1e-9)
    gradient = jax.jit(jax.jacrev(lambda w: network.apply(w, X, Z, **settings)))(params)
    flat = jnp.concatenate([J.reshape(2, -1) for J in jax.tree.leaves(gradient)], 1)
    np.testing.assert_allclose(ours[1], (flat @ flat.T)[0, 1], rtol=1e-5)


def test_terms_beyond_the_degree_of_the_polynomial_are_exactly_zero():
    found = sampler.terms(jax.random.key(0), U_I, U_J, orders=8, draws=40, **sizes(2, 2, 4, 3))
    assert (found[:, 5:] == 0).all()
    assert (found[:, 4] != 0).any()


def test_f_of_any_width_has_the_limit_s_kernel_and_falling_terms():
    """H = 1: K^(1) -> Theta_f * Sigma^0, at widths counted forty at a time, and one by one."""
    limit = analytic.kernels(X, Z, depth_f=3, depth_g=1).hyperkernel[0, 1]
    for width, draws in ((3000, 40), (sampler.WIDE, 6)):
        found = drawn((3, 1, width, 1), draws=draws)
        error = found[:, 1].std(ddof=1) / np.sqrt(draws)
        assert abs(found[:, 1].mean() - limit) < 6 * error < 0.1 * abs(limit)
        assert np.median(np.abs(found[:, 2])) < 10 * abs(limit) / width**0.9


@pytest.mark.parametrize(
    ("x", "z"),
    [
        ([[1, 2], [1, 2]], [[1, 1], [1, 1]]),
        ([[1, 2], [-1, -2]], [[1, 1], [-1, -1]]),
        ([[0, 0], [1, 2]], [[1, 1], [1, 0]]),
        ([[1, 2], [0, 0]], [[0, 0], [1, 0]]),
        ([[0, 0], [0, 0]], [[0, 0], [0, 0]]),
        ([[1e-30, 0], [50, 1]], [[1, 0], [0, 1]]),
        ([[1, 2], [1, 2 + 1e-9]], [[1, 1], [1, 1]]),
    ],
)
@pytest.mark.parametrize("architecture", [(1, 1, 1, 1), (8, 8, 1, 1), (2, 3, 1, 40)], ids=str)
def test_degenerate_points_and_layers_never_give_nan(x, z, architecture):
    u_j, u_i = zip(np.array(x, float), np.array(z, float), strict=True)
    found = sampler.terms(jax.random.key(1), u_i, u_j, orders=8, draws=40, **sizes(*architecture))
    assert np.isfinite(found).all()
    if not np.any(u_j[0]):
        assert (found[:, 1:] == 0).all()  # nothing moves where x_j is 0


def test_the_size_of_x_never_meets_the_signs_of_float32():
    """H = 1: K^(0) = h is homogeneous of degree 1 in x."""
    small = [(1e-45 * x, z) for x, z in zip(X, Z, strict=True)]
    found, plain = (
        sampler.terms(jax.random.key(3), u_i, u_j, orders=0, draws=20, **sizes(3, 1, 6, 1))
        for u_j, u_i in (small, (U_J, U_I))
    )
    np.testing.assert_allclose(found / 1e-45, plain, rtol=1e-9)


def smooth(u_i, u_j, architecture, draws, phi="gelu", **sigma):
    """K^(0..8) where phi is smooth: every activation has the same program."""
    chosen = sizes(*architecture) | sigma
    return sampler.terms(jax.random.key(1), u_i, u_j, orders=8, draws=draws, activation_g=phi, **chosen)


def test_a_smooth_g_is_finite_at_degenerate_points():
    for u in ((np.zeros(3), Z[0]), (X[0], np.zeros(2))):
        assert np.isfinite(smooth(u, U_J, (2, 1, 1, 1), 2)).all()


def test_an_odd_f_and_an_odd_g_of_two_layers_do_not_tell_x_from_its_opposite():
    """h(-x, z) and h(x, z) are one function of the weights: K^(1) is a squared length in every draw."""
    odd = {"phi": "tanh", "activation_f": "leaky_relu", "alpha": 1.0}
    found = smooth((-X[0], Z[0]), U_J, (3, 2, 6, 5), 40, **odd)
    assert (found[:, 1] > 0).all()
    assert (found[:, 8] != 0).all()


def test_under_a_wide_f_a_linear_g_has_the_limit_s_tangent_kernel():
    """H = 1, where phi is not applied."""
    wide = smooth(U_I, U_J, (2, 1, 20_000, 1), 40)
    limit = analytic.kernels(X, Z, depth_f=2, depth_g=1)
    np.testing.assert_allclose(wide[:, 1], limit.hyperkernel[0, 1], rtol=0.1)
    assert np.std(wide[:, 0]) == pytest.approx(float(limit.nngp[1, 1]) ** 0.5, rel=0.4)
    assert (np.abs(wide[:, 2:]) < 1e-3).all()


def test_a_draw_does_not_depend_on_how_many_are_drawn():
    np.testing.assert_array_equal(drawn((3, 2, 5, 4), draws=3), drawn((3, 2, 5, 4), draws=45)[:3])


def test_a_draw_in_pieces_is_the_whole_draw():
    key, architecture = jax.random.key(3), sizes(3, 2, 130, 70)
    progress = sampler.begin(
        jax.vmap(lambda i: jax.random.fold_in(key, i))(np.arange(2)),
        sampler.problem(U_I, U_J, Architecture(**architecture)),
    )
    assert progress.ends == (8,)  # two layers of three blocks, and one of two
    while not progress.done:
        progress = sampler.advance_by(progress, 1)
        assert progress.state.tick == progress.ticks
    whole = sampler.terms(key, U_I, U_J, orders=8, draws=2, **architecture)
    np.testing.assert_array_equal(sampler.finish(progress), whole)


def test_widths_depths_and_orders_compile_nothing():
    def draw(architecture):
        problem = sampler.problem(U_I, U_J, Architecture(**sizes(*architecture)))
        progress = sampler.begin(jax.random.split(jax.random.key(0), 40), problem)
        sampler.finish(sampler.advance_by(progress, progress.ends[-1]))

    draw((2, 2, 5, 4))
    with compilations.programs() as seen:
        for architecture in ((1, 1, 1, 1), (8, 3, 700, 90), (4, 8, 33, 3)):
            draw(architecture)
    assert seen == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"depth_f": 0}, "depth_f must be an integer of at least 1 and at most 8; got 0."),
        ({"depth_g": 9}, "depth_g must be an integer of at least 1 and at most 8; got 9."),
        ({"width_f": 0}, "width_f must be"),
        ({"orders": 9}, "orders must be an integer of at least 0 and at most 8; got 9."),
        ({"draws": 0}, "draws must be"),
        ({"activation_g": "tanh", "width_g": 33}, "width_g must be at most 32 where activation_g is tanh"),
        ({"activation_f": "tanh"}, "activation must be one of"),
    ],
)
def test_bad_input_is_one_sentence(changed, sentence):
    settings = sizes(2, 2, 4, 3) | {"orders": 3, "draws": 2} | changed
    with pytest.raises(InvalidInput, match=sentence.split(";")[0].replace(".", r"\.")):
        sampler.terms(jax.random.key(0), U_I, U_J, **settings)


def test_points_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match=r"x must be one vector .* of one length; got \(3,\) at j and \(2,\) at i"):
        sampler.terms(jax.random.key(0), (X[0][:2], Z[0]), U_J, orders=1, draws=1, **sizes(2, 2, 4, 3))
    with pytest.raises(OutOfRange, match="which float64 cannot hold"):
        sampler.terms(jax.random.key(0), (X[0] * 1e30, Z[0]), U_J, orders=1, draws=1, **sizes(2, 2, 4, 3))
    u = X[0] * 1e18, Z[0] * 1e-12  # their product decides
    assert np.isfinite(sampler.terms(jax.random.key(0), u, u, orders=8, draws=1, **sizes(2, 1, 4, 3))).all()
