"""The sampler of one random hypernetwork: its law at small widths, the limit at huge ones, and never NaN."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.errors import OutOfRange
from hyperviz.theory import analytic, sampling
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.sampling import kernels as sampling_kernels
from hyperviz.theory.sampling import schedule as sampling_schedule
from tests import compilations
from tests.oracles import hypernetwork, samples
from tests.tolerances import SAME_DRAW, SIGNIFICANT, STANDARD_ERRORS, agree

RNG = np.random.default_rng(0)
DRAWS = 2000
TWO_X = np.repeat(RNG.normal(size=(2, 3)), 2, 0).astype(np.float32)
FOUR_Z = RNG.normal(size=(4, 2)).astype(np.float32)
ARCHITECTURES = [
    (3, 3, 6, 5),
    (2, 2, 4, 3),
    (4, 4, 8, 6),
    (1, 3, 5, 5),
    (3, 1, 5, 5),
    (4, 3, 12, 2),
    (2, 3, 5, 16),
]  # the last: m far above the points


def sizes(L, H, n, m):
    return {"depth_f": L, "depth_g": H, "width_f": n, "width_g": m}


def keys(count, seed=0):
    return jax.random.split(jax.random.key(seed), count)


@jax.jit
def _many(keys, L, H, n, m):
    return jax.lax.map(lambda key: sampling.draw(key, TWO_X, FOUR_Z, **sizes(L, H, n, m)), keys, batch_size=500)


def sampled(architecture, seed=3):
    """(h, K_h) of DRAWS draws on the four pairs [x0, x0, x1, x1]; one compilation for all architectures."""
    return _many(keys(DRAWS, seed), *architecture)


@cache
def materialised(architecture, alpha_f=0.0, seed=7):
    """The same from networks that exist."""
    weights = hypernetwork.many(np.random.default_rng(seed), DRAWS, 3, 2, *architecture)
    return hypernetwork.tangent(*weights, TWO_X, FOUR_Z, alpha_f)


def differ(one, other):
    """The statistics in which two samples differ significantly."""
    return {name: p for name, p in samples.p_values(one, other).items() if p < SIGNIFICANT}


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=str)
def test_a_draw_has_the_law_of_a_materialised_network(architecture):
    assert differ(materialised(architecture), sampled(architecture)) == {}


def test_the_comparison_of_laws_tells_a_width_or_a_depth_apart():
    true = materialised((3, 3, 6, 5))
    for wrong in ((3, 3, 9, 5), (3, 3, 6, 4), (4, 3, 6, 5), (3, 2, 6, 5)):
        assert len(differ(true, sampled(wrong))) > 0


def test_the_law_holds_for_a_leaky_f():
    def one(key):
        leaky = {"activation_f": "leaky_relu", "alpha": 0.3}
        return sampling.draw(key, TWO_X, FOUR_Z, **sizes(3, 2, 5, 4), **leaky)

    drawn = jax.jit(lambda keys: jax.lax.map(one, keys, batch_size=500))(keys(DRAWS))
    true = materialised((3, 2, 5, 4), alpha_f=0.3)
    assert differ(true, drawn) == {}
    assert len(differ(true, sampled((3, 2, 5, 4)))) > 0


def test_the_law_does_not_depend_on_how_a_layer_is_cut_into_blocks(monkeypatch):
    """Blocks of 4 and 2 neurons: 6 = 4 + 2, 5 = 4 + 1 of 2. What one block does not know of another must not show."""
    monkeypatch.setattr(sampling_schedule, "SMALL", 2)
    monkeypatch.setattr(sampling_schedule, "large_block", lambda points: 4)

    @jax.jit
    def cut(keys, what):
        return jax.lax.map(lambda key: sampling_kernels._draw(what, key), keys, batch_size=500)

    for architecture in ((3, 3, 6, 5), (2, 2, 4, 3)):
        what, scale = sampling_kernels.problem(TWO_X, FOUR_Z, Architecture(**sizes(*architecture)))
        drawn = cut(keys(DRAWS), what)
        assert differ(materialised(architecture), (drawn.value * scale, drawn.kernel * scale[:, None] * scale)) == {}


def test_equal_x_count_as_one_or_as_two_in_the_same_law():
    """Under a transformation no x can be compared: two equal rows stay two, with a Gram matrix of rank one."""
    x = np.repeat(TWO_X[:1], 4, 0)

    @jax.jit
    def blind(keys, x):
        return jax.lax.map(lambda key: sampling.draw(key, x, FOUR_Z, **sizes(3, 2, 6, 5)), keys, batch_size=500)

    @jax.jit
    def seeing(keys):
        return jax.lax.map(lambda key: sampling.draw(key, x, FOUR_Z, **sizes(3, 2, 6, 5)), keys, batch_size=500)

    assert differ(seeing(keys(DRAWS)), blind(keys(DRAWS, 1), x)) == {}


def test_at_width_a_million_a_draw_is_the_limit_within_its_standard_error():
    x, z = TWO_X[1:], FOUR_Z[:3]
    what, scale = sampling_kernels.problem(x, z, Architecture(**sizes(2, 2, 10**6, 10**6)))
    progress = sampling_kernels.begin(keys(4), what)
    drawn = sampling_kernels.finish(sampling_kernels.advance_by(progress, progress.ends[-1], within_stage=False))
    kernels = np.asarray(drawn.kernel * scale[:, None] * scale, float)
    limit = np.asarray(analytic.kernels(x, z, depth_f=2, depth_g=2).hyperkernel, float)
    diagonal = np.sqrt(np.outer(np.diagonal(limit), np.diagonal(limit)))
    error = kernels.std(0, ddof=1) / 2
    assert np.all(np.abs(kernels.mean(0) - limit) < 2 * STANDARD_ERRORS * error)
    assert np.all(np.abs(kernels - limit) < 0.02 * diagonal)
    assert error.max() / diagonal.max() < 0.005


def spread(entry):
    """The squared interquartile range: a variance that a heavy tail does not move."""
    low, high = np.quantile(entry, [0.25, 0.75])
    return (high - low) ** 2


@pytest.fixture(scope="module")
def spreads():
    """Of K(u, u') over 600 draws, L = H = 3, by (n, m)."""

    @jax.jit
    def one(keys, n, m):
        return jax.vmap(lambda key: sampling.hyperkernel(key, TWO_X[1:3], FOUR_Z[1:3], **sizes(3, 3, n, m)))(keys)

    widths = [(32, 4), (512, 4), (4, 32), (4, 512), (32, 32), (512, 512)]
    return {(n, m): spread(np.asarray(one(keys(600), n, m))[:, 0, 1]) for n, m in widths}


def test_wide_f_alone_leaves_the_kernel_random(spreads):
    assert spreads[512, 4] > 0.6 * spreads[32, 4]


def test_wide_g_alone_leaves_the_kernel_random(spreads):
    assert spreads[4, 512] > 0.6 * spreads[4, 32]


def test_wide_f_and_g_together_make_the_kernel_certain(spreads):
    assert spreads[512, 512] < 0.2 * spreads[32, 32]


@pytest.mark.parametrize("width", [1, 2])
def test_a_network_whose_layer_dies_has_kernel_0_and_never_nan(width):
    drawn = jax.tree.map(np.asarray, sampled((4, 3, width, width), seed=width))
    assert np.isfinite(drawn.value).all()
    assert np.isfinite(drawn.kernel).all()
    dead = (drawn.kernel == 0).all((1, 2))
    assert dead.sum() > 100
    assert (drawn.value[dead] == 0).all()


def test_one_neuron_is_dead_half_of_the_time():
    @jax.jit
    def one(keys):
        return jax.vmap(lambda key: sampling.hyperkernel(key, TWO_X[:1], FOUR_Z[:1], **sizes(2, 1, 1, 1)))(keys)

    alive = (np.asarray(one(keys(2000))) > 0).mean()
    assert alive == pytest.approx(0.5, abs=STANDARD_ERRORS * 0.5 / 2000**0.5)


def a_few(x, z, architecture=(3, 3, 40, 30), count=20):
    x, z = np.asarray(x, np.float32), np.asarray(z, np.float32)
    return [jax.tree.map(np.asarray, sampling.draw(key, x, z, **sizes(*architecture))) for key in keys(count)]


def test_a_zero_vector_has_output_and_kernel_0():
    for h, K in a_few([TWO_X[0], 0 * TWO_X[0], TWO_X[2], TWO_X[2]], [*FOUR_Z[:2], 0 * FOUR_Z[0], FOUR_Z[0]]):
        assert np.isfinite(K).all()
        assert h[0] != 0
        assert K[0, 0] > 0
        for i in (1, 2):
            assert h[i] == 0
            assert (K[i] == 0).all()


def test_equal_points_have_equal_rows():
    for h, K in a_few(TWO_X, FOUR_Z[[0, 0, 1, 2]]):
        agree(h[0], h[1], SAME_DRAW, scale=K[0, 0] ** 0.5)
        agree(K[0], K[1], SAME_DRAW, scale=K.max())


def test_a_linear_g_is_odd_in_z_and_scales_with_it():
    for h, K in a_few(TWO_X, [FOUR_Z[0], -FOUR_Z[0], FOUR_Z[0], 3 * FOUR_Z[0]], (3, 1, 40, 30)):
        for i, factor in ((0, -1), (2, 3)):
            agree(h[i + 1], factor * h[i], SAME_DRAW, scale=K[i, i] ** 0.5)
            agree(K[i : i + 2, i : i + 2], K[i, i] * np.outer([1, factor], [1, factor]), SAME_DRAW)


def test_twice_the_x_is_two_to_the_power_h_times_the_output():
    for h, K in a_few([TWO_X[0], *[2 * TWO_X[0]] * 3], FOUR_Z[[0, 0, 0, 0]]):
        agree(h[1], 8 * h[0], SAME_DRAW, scale=K[1, 1] ** 0.5)
        agree(K[:2, :2], K[0, 0] * np.outer([1, 8], [1, 8]), SAME_DRAW)


@pytest.mark.parametrize("distance", [1e-6, 1e-4, 1e-2])
def test_nearly_equal_points_have_nearly_equal_rows(distance):
    near = TWO_X[0] + distance * np.array([1, -1, 1])
    for _, K in a_few([TWO_X[0], near, TWO_X[2], TWO_X[2]], FOUR_Z[[0, 0, 1, 2]], (3, 3, 400, 300), 8):
        assert np.isfinite(K).all()
        agree(K[0], K[1], max(SAME_DRAW, 20 * distance), scale=K.max())


@pytest.mark.parametrize("architecture", [(3, 3, 3, 2), (4, 2, 2, 6), (2, 3, 200, 200)], ids=str)
def test_a_kernel_is_positive_semi_definite_with_more_points_than_neurons(architecture):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(8, 2))[[0, 1, 2, 3, 0, 1, 2, 3]]
    for _, K in a_few(x, rng.normal(size=(8, 2)), architecture, 8):
        assert np.isfinite(K).all()
        agree(K, K.T, 1e-5, scale=max(K.max(), 1e-9))
        assert np.linalg.eigvalsh(K).min() >= -1e-3 * max(np.trace(K), 1e-9)


def test_a_key_decides_everything():
    a, again, other = (sampling.draw(jax.random.key(s), TWO_X, FOUR_Z, **sizes(3, 3, 40, 30)) for s in (0, 0, 1))
    assert (a.kernel == again.kernel).all()
    assert (a.value == again.value).all()
    assert not (a.kernel == other.kernel).any()
    assert a.kernel.dtype == a.value.dtype == jnp.float32
    kernel = sampling.hyperkernel(jax.random.key(0), TWO_X, FOUR_Z, **sizes(3, 3, 40, 30))
    assert (a.kernel == kernel).all()


def test_vmap_over_keys_is_a_loop():
    together = jax.vmap(lambda key: sampling.hyperkernel(key, TWO_X, FOUR_Z, **sizes(3, 3, 200, 30)))(keys(5))
    for key, kernel in zip(keys(5), together, strict=True):
        agree(kernel, sampling.hyperkernel(key, TWO_X, FOUR_Z, **sizes(3, 3, 200, 30)), SAME_DRAW)


def test_widths_and_depths_may_be_traced():
    key = jax.random.key(0)

    def kernel(L, H, n, m):
        return sampling.hyperkernel(key, TWO_X, FOUR_Z, **sizes(L, H, n, m))

    architectures = [(1, 2, 40, 7), (3, 1, 140, 300), (3, 4, 8, 30)]
    swept = jax.jit(jax.vmap(kernel))(*np.transpose(architectures))
    for architecture, one in zip(architectures, swept, strict=True):
        agree(one, kernel(*architecture), SAME_DRAW)


@pytest.mark.parametrize("steps", [1, 7, 10**6])
@pytest.mark.parametrize("within_stage", [False, True])
def test_a_draw_in_pieces_is_the_whole_draw(steps, within_stage):
    what, scale = sampling_kernels.problem(TWO_X, FOUR_Z, Architecture(**sizes(3, 3, 300, 140)))
    progress = sampling_kernels.begin(keys(2), what)
    stages = []
    while not progress.done:
        stages.append(progress.stage)
        progress = sampling_kernels.advance_by(progress, steps, within_stage=within_stage)
    assert stages == sorted(stages)
    assert not within_stage or set(stages) == {0, 1, 2, 3}
    for key, kernel, value in zip(keys(2), progress.state.kernel, progress.state.value, strict=True):
        whole = sampling.draw(key, TWO_X, FOUR_Z, **sizes(3, 3, 300, 140))
        agree(kernel * scale[:, None] * scale, whole.kernel, SAME_DRAW)
        agree(value * scale, whole.value, SAME_DRAW)


def test_no_width_or_depth_compiles_anything_after_the_first_call():
    def call(L, H, n, m):
        sampling.hyperkernel(jax.random.key(L), TWO_X[:3], FOUR_Z[:3], **sizes(L, H, n, m)).block_until_ready()

    call(2, 2, 8, 8)
    with compilations.programs() as compiled:
        for depth, width in zip(range(1, 9), (8, 9, 100, 128, 129, 1000, 10_000, 2000), strict=True):
            call(depth, 9 - depth, width, 1000)
            call(9 - depth, depth, 1000, width)
        call(2, 2, 100_000, 100_000)
    assert len(compiled) == 0


@pytest.mark.parametrize("norm", [1e-3, 1e3])
def test_the_norms_of_the_inputs_never_meet_the_arithmetic_of_a_draw(norm):
    x, z = np.float32(norm) * TWO_X, FOUR_Z / np.float32(norm)
    unit = sampling.draw(jax.random.key(0), TWO_X, FOUR_Z, **sizes(3, 2, 40, 30))
    scaled = sampling.draw(jax.random.key(0), x, z, **sizes(3, 2, 40, 30))
    agree(scaled.kernel / norm**2, unit.kernel, SAME_DRAW)
    agree(scaled.value / norm, unit.value, SAME_DRAW)


@pytest.mark.parametrize("norm", [1e3, 1e-3])
def test_what_float32_cannot_hold_is_said(norm):
    with pytest.raises(OutOfRange, match=r"^the hyperkernel of these points would reach \d+e[+-]\d+, which float32"):
        sampling.hyperkernel(jax.random.key(0), norm * TWO_X, FOUR_Z, **sizes(3, 12, 8, 8))
