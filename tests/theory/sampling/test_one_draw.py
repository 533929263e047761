"""One draw of a random hypernetwork: what holds of each, and never NaN."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.errors import OutOfRange
from hyperviz.theory import sampling
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.sampling import kernels as sampling_kernels
from hyperviz.theory.sampling.progress import Progress
from tests import compilations
from tests.theory.sampling.test_kernels import FOUR_Z, TWO_X, keys, sizes
from tests.tolerances import SAME_DRAW, agree

pytestmark = pytest.mark.usefixtures("compiled_lightly")  # the laws beside this file draw too many for that


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
    # what it drew in November 2026: a link shows the same picture, and a checkpoint of then is carried on
    agree(a.kernel[0], [0.358269, 0.021671, -0.000052, 0.008226], SAME_DRAW)
    agree(a.value, [0.345504, 0.125039, -0.004763, -0.000700], SAME_DRAW)


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
    assert progress.ends == (8, 15, 22, 31)  # a layer of f is a turn and 3 blocks, one of g a turn and 2
    stages = []
    while not progress.done:
        stages.append(progress.stage)
        progress = sampling_kernels.advance_by(progress, steps, within_stage=within_stage)
        assert progress.state.tick == progress.ticks
    assert stages == sorted(stages)
    assert not within_stage or set(stages) == {0, 1, 2, 3}
    for key, kernel, value in zip(keys(2), progress.state.kernel, progress.state.value, strict=True):
        whole = sampling.draw(key, TWO_X, FOUR_Z, **sizes(3, 3, 300, 140))
        agree(kernel * scale[:, None] * scale, whole.kernel, SAME_DRAW)
        agree(value * scale, whole.value, SAME_DRAW)


def test_progress_counts_from_0_at_least_one_tick_on_and_at_most_to_the_end_of_its_stage():
    start = Progress(None, None, None, (3, 5), 1)
    assert (start.ticks, start.stage, start.done) == (0, 0, False)
    assert [start.until(steps, True) for steps in (0, 1, 2, 9)] == [1, 1, 2, 3]
    assert start.until(9, False) == 5
    between, over = start._replace(ticks=3), start._replace(ticks=5)
    assert (between.stage, between.until(9, True), between.done) == (1, 5, False)
    assert (over.until(1, True), over.done) == (5, True)


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
    small = np.full((1, 1), 1e-4, np.float32)  # a kernel of 1e-40
    with pytest.raises(OutOfRange, match=r"would reach \d+e-40"):
        sampling.hyperkernel(jax.random.key(0), small, np.ones((1, 1)), **sizes(2, 5, 8, 8))
