"""The exact n = infinity flow: against plain loops, in law, in degenerate cases, and what it says of narrow g."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import ks_2samp

from hyperviz.errors import InvalidInput, OutOfRange
from hyperviz.theory import gradient_flow
from hyperviz.theory.dynamics import factored_g, infinite_width
from tests.oracles import flow, kernels
from tests.tolerances import SIGNIFICANT

pytestmark = pytest.mark.usefixtures("compiled_lightly")

RNG = np.random.default_rng(0)
X, Z, Y = RNG.normal(size=(4, 5)), RNG.normal(size=(4, 3)), RNG.choice([-1.0, 1.0], 4)
TWICE = X[[0, 1, 0, 1]]  # two x, each with two z
ZERO = X * [[1], [0], [1], [1]]  # f sees nothing at one point
KEY = jax.random.key(3)


def limits(x, L):
    """S and Theta_f at distinct x by the oracle."""
    one = np.ones((len(x), 1))
    S, theta, *_ = kernels.recursions(x, one, x, one, depth_f=L, depth_g=1)
    return S.astype(float), theta.astype(float)


def begun(x, L, H, m):
    """The distinct x, whose each point is, and the library's V at time 0 as lists of matrices."""
    distinct, member = np.unique(x, axis=0, return_inverse=True)
    both = jnp.concatenate([jnp.asarray(x, jnp.float64)] * 2)  # test points at the training points
    task = infinite_width.task(both, jnp.asarray(np.tile(Z, (2, 1))), np.tile(Y, 2), L)
    g = factored_g.SizedG(H, m, infinite_width.of_g("relu"))
    V = infinite_width.start(KEY, task, g, factored_g.zeros(len(distinct), 3, m, H, jnp.float64))
    layers = [[V.first[c], *(W[c] for W in V.middle[: H - 2]), V.last[c][None]] for c in range(len(distinct))]
    return distinct, member, [[row[0][:1]] if H == 1 else row for row in layers]


@pytest.mark.parametrize(
    ("L", "H", "m", "x"),
    [(4, 3, 4, X), (1, 1, 3, X), pytest.param(3, 2, 1, TWICE, marks=pytest.mark.slow), (2, 5, 3, ZERO)],
)
def test_a_trajectory_is_the_plain_euler_run_from_the_same_start(L, H, m, x):
    distinct, member, start = begun(x, L, H, m)
    losses, outputs, _ = flow.euler(limits(distinct, L)[1][:, member], start, member, Z, Y, 0.002, 60)
    found = infinite_width.infinite_f(KEY, x, Z, Y, depth_f=L, depth_g=H, width_g=m, step=0.002, steps=60, test=(x, Z))
    np.testing.assert_allclose(found.loss, losses, rtol=1e-6)
    np.testing.assert_allclose(found.outputs, outputs, atol=1e-6)
    np.testing.assert_array_equal(found.predictions, found.outputs)  # at the training inputs themselves
    assert found.loss.dtype == jnp.float64


def test_predictions_at_a_new_x_follow_its_own_row_of_theta():
    """A test point moves as a training point does whose error counts nothing."""
    x = np.concatenate([X, RNG.normal(size=(1, 5))])
    z, y = np.concatenate([Z, RNG.normal(size=(1, 3))]), np.concatenate([Y, [0]])
    settings = {"depth_f": 3, "depth_g": 3, "width_g": 3, "step": 0.002, "steps": 60}
    found = infinite_width.infinite_f(KEY, X, Z, Y, **settings, test=(x[4:], z[4:]))
    task = infinite_width.task(jnp.asarray(x), jnp.asarray(z), y, 3)
    g = factored_g.SizedG(3, 3, infinite_width.of_g("relu"))
    V = infinite_width.start(KEY, task, g, factored_g.zeros(5, 3, 3, 3, jnp.float64))
    start = [[V.first[c], V.middle[0, c], V.last[c][None]] for c in range(5)]
    theta = limits(x, 3)[1] * [1, 1, 1, 1, 0]
    _, outputs, _ = flow.euler(theta, start, range(5), z, y, 0.002, 60)
    np.testing.assert_allclose(found.predictions[:, 0], outputs[:, 4], atol=1e-6)
    assert np.ptp(found.predictions[:, 0]) > 1e-3


def test_losses_over_starts_have_the_law_of_the_plain_run():
    """Kolmogorov-Smirnov at fixed times; the oracle draws its own starts."""
    settings = {"depth_f": 3, "depth_g": 2, "width_g": 2, "step": 0.02, "steps": 20}
    many = jax.vmap(lambda key: infinite_width.infinite_f(key, X[:2], Z[:2], Y[:2], **settings).loss)
    got = np.asarray(many(jax.random.split(KEY, 400)))
    S, theta = limits(X[:2], 3)
    rng = np.random.default_rng(1)
    plain = np.array(
        [flow.euler(theta, flow.draw(rng, S, 3, 2, 2), (0, 1), Z[:2], Y[:2], 0.02, 20)[0] for _ in range(300)]
    )
    for t in (0, 5, 20):
        assert ks_2samp(got[:, t], plain[:, t]).pvalue > SIGNIFICANT
    assert ks_2samp(got[:, 0], plain[:, 20]).pvalue < SIGNIFICANT  # the test would see training


def test_a_start_under_vmap_is_the_start_alone():
    settings = {"depth_f": 2, "depth_g": 3, "width_g": 3, "step": 0.01, "steps": 5}
    alone = infinite_width.infinite_f(KEY, X, Z, Y, **settings)
    many = jax.vmap(lambda key: infinite_width.infinite_f(key, X, Z, Y, **settings))(jnp.stack([KEY, KEY]))
    np.testing.assert_allclose(many.loss[1], alone.loss, rtol=1e-9)


@pytest.fixture(scope="module")
def outcomes():
    """The share of 32 starts below 1e-3 at time 6, by width of g; points as in the page's task."""
    rng = np.random.default_rng(0)
    x, z, y = rng.normal(size=(12, 10)), rng.normal(size=(12, 3)), rng.choice([-1.0, 1.0], 12)
    x, z, keys = x.astype(np.float32), z.astype(np.float32), jax.random.split(KEY, 32)
    settings = {"depth_f": 4, "depth_g": 2, "step": 0.008, "steps": 750}
    shares = {}
    for m in (1, 16):
        run = jax.jit(jax.vmap(lambda key, m=m: infinite_width.infinite_f(key, x, z, y, width_g=m, **settings).loss))
        shares[m] = float(np.mean(np.asarray(run(keys))[:, -1] < 1e-3))
    return shares


def test_wide_f_alone_does_not_make_training_convex(outcomes):
    assert outcomes[1] < 0.1


def test_negative_control_a_wide_g_is_not_stuck(outcomes):
    assert outcomes[16] > 0.9


@pytest.mark.parametrize("x", [X, TWICE, ZERO, 0 * X])
@pytest.mark.parametrize(("H", "m"), [(1, 1), (5, 2), *(pytest.param(H, 1, marks=pytest.mark.slow) for H in (2, 4))])
def test_degenerate_points_and_widths_are_never_nan(x, H, m):
    z = Z * [[1], [1], [0], [1]]
    found = infinite_width.infinite_f(KEY, x, z, Y, depth_f=2, depth_g=H, width_g=m, step=0.005, steps=30)
    assert np.isfinite(found.loss).all()
    assert (np.diff(found.loss) <= 1e-6).all()
    if not x.any():
        np.testing.assert_array_equal(found.outputs, 0)


def test_a_dead_g_stays_where_it_is():
    """All hidden neurons below zero at every point: no gradient, no movement."""
    z, x = np.abs(Z), np.tile(X[:1], (4, 1))
    for seed in range(40):
        key = jax.random.key(seed)
        found = infinite_width.infinite_f(key, x, z, Y, depth_f=1, depth_g=2, width_g=1, step=0.01, steps=20)
        if not found.outputs[0].any():
            break
    assert not found.outputs.any()
    np.testing.assert_allclose(found.loss, 4)


def test_points_that_contradict_each_other_keep_their_share_of_the_loss():
    x, z = np.tile(X[:1], (2, 1)), np.tile(Z[:1], (2, 1))
    settings = {"depth_f": 2, "depth_g": 2, "width_g": 32, "step": 0.01, "steps": 2000}
    found = infinite_width.infinite_f(KEY, x, z, np.array([1.0, -1.0]), **settings)
    assert float(found.loss[-1]) == pytest.approx(2, rel=1e-3)


def test_a_step_that_is_too_large_is_named_and_under_vmap_infinite():
    settings = {"depth_f": 4, "depth_g": 3, "width_g": 16, "step": 5.0, "steps": 30}
    with pytest.raises(OutOfRange, match="take a smaller step"):
        infinite_width.infinite_f(KEY, X, Z, Y, **settings)
    loss = jax.vmap(lambda key: infinite_width.infinite_f(key, X, Z, Y, **settings).loss)(KEY[None])
    assert not np.isnan(loss).any()
    assert np.isinf(loss[0, -1])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"depth_g": 0}, "depth_g must be an integer of at least 1"),
        ({"width_g": 2.5}, "width_g must be"),
        ({"step": 0.0}, "step must be a finite number above 0"),
        ({"steps": -1}, "steps must be"),
        ({"activation_g": "cosine"}, "activation_g must be one of"),
        ({"y": Y[:3]}, "y must hold one target for each of the 4 points"),
        ({"z": Z[:3]}, "as many points each"),
        ({"x": np.full_like(X, np.nan)}, "x must be finite"),
        ({"test": (X[:, :2], Z)}, "x and test x must have the same dimension"),
    ],
)
def test_bad_input_is_one_sentence(as_a_user, changed, said):
    given = {"x": X, "z": Z, "y": Y, "depth_f": 2, "depth_g": 2, "width_g": 2, "step": 0.1, "steps": 1} | changed
    with pytest.raises(InvalidInput, match=said):
        infinite_width.infinite_f(KEY, given.pop("x"), given.pop("z"), given.pop("y"), **given)


def test_a_wide_g_follows_the_closed_form_from_its_own_start_and_a_narrow_one_does_not():
    settings = {"depth_f": 3, "depth_g": 2, "step": 0.004, "steps": 100}
    theta = kernels.recursions(X, Z, X, Z, depth_f=3, depth_g=2)[3].astype(float)
    gaps = {}
    for m in (2, 1024):
        found = infinite_width.infinite_f(KEY, X, Z, Y, width_g=m, **settings)
        limit = Y + gradient_flow.gaps(theta, np.asarray(found.outputs[0]) - Y, [0.4])[0]
        gaps[m] = float(np.abs(found.outputs[-1] - limit).max())
    assert gaps[1024] < 0.15 < gaps[2]
