"""The limits in closed form: against extended precision at every kind of pair, in shape, range and slope."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hyperviz.errors import InvalidInput, OutOfRange
from hyperviz.theory import analytic
from hyperviz.theory.analytic import FourierFeatures
from tests import compilations
from tests.oracles import kernels
from tests.tolerances import KERNEL, STANDARD_ERRORS, agree

pytestmark = pytest.mark.usefixtures("compiled_lightly")

ALPHA = 0.2
FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")


def points(d, seed=0, dtype=FLOAT32):
    """Random points, and their like: equal, 1e-4 apart, scaled, opposite, nearly opposite, zero."""
    rng = np.random.default_rng(seed)
    a, b, c = rng.normal(size=(3, d))
    near = a + 1e-4 * rng.normal(size=d)
    return np.array([a, b, c, a, near, 3 * a, -a, -near, 0 * a], dtype)


def paired(x, z):
    """Every x with every z."""
    return np.repeat(x, len(z), 0), np.tile(z, (len(x), 1))


def errors(result, expected):
    """The largest error of each kernel, of its diagonal's scale."""
    out = []
    for got, want in zip(result, expected, strict=True):
        scale = np.sqrt(np.outer(np.diagonal(want), np.diagonal(want)))
        got = np.asarray(got)
        assert np.isfinite(got).all()
        assert (got[scale == 0] == 0).all()
        error = np.divide(np.abs(got - want), scale, out=np.zeros_like(scale), where=scale > 0)
        out.append(float(error.max()))
    return dict(zip(result._fields, out, strict=True))


@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64], ids=str)
@pytest.mark.parametrize("depth", [1, 2, 3, 12])
@pytest.mark.parametrize("leaky", [False, True])
def test_the_kernels_are_exact_at_random_equal_near_opposite_and_zero_inputs(dtype, depth, leaky):
    x, z = paired(points(10, dtype=dtype), points(3, seed=1, dtype=dtype))
    name, alpha = ("leaky_relu", ALPHA) if leaky else ("relu", 0.0)
    chosen = {"activation_f": name, "activation_g": name, "alpha": alpha}
    result = analytic.kernels(x, z, depth_f=depth, depth_g=depth, **chosen)
    depths = {"depth_f": depth, "depth_g": depth, "alpha_f": alpha, "alpha_g": alpha}
    assert {v.dtype for v in result} == {dtype}
    assert max(errors(result, kernels.recursions(x, z, x, z, **depths)).values()) < KERNEL[dtype]


@pytest.mark.parametrize("d", [1, 784])
def test_the_kernels_are_exact_in_one_and_in_many_dimensions(d):
    x, z = paired(points(d), points(1, seed=1))
    result = analytic.kernels(x, z, depth_f=4, depth_g=3)
    assert max(errors(result, kernels.recursions(x, z, x, z, depth_f=4, depth_g=3)).values()) < KERNEL[FLOAT32]


SMALL = st.sampled_from([-2.0, -1.0, -1e-4, 0.0, 1e-4, 1.0, 1.0001])


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(arrays(FLOAT32, (4, 3), elements=SMALL), arrays(FLOAT32, (4, 2), elements=SMALL), st.data())
def test_no_degenerate_input_breaks_the_kernels(x, z, data):
    L, H = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 2))
    result = analytic.kernels(x, z, depth_f=L, depth_g=H, activation_g="leaky_relu", alpha=ALPHA)
    expected = kernels.recursions(x, z, x, z, depth_f=L, depth_g=H, alpha_g=ALPHA)
    assert max(errors(result, expected).values()) < KERNEL[FLOAT32]


def test_one_layer_is_a_linear_model():
    x, z = paired(points(5), points(3, seed=1))
    S, Sigma = x @ x.T / 5, z @ z.T / 3
    flat = analytic.kernels(x, z, depth_f=1, depth_g=1)
    for got, want in zip(flat, (S, S, S * Sigma, S * Sigma), strict=True):
        agree(got, want, KERNEL[FLOAT32])
    deep_f = analytic.kernels(x, z, depth_f=3, depth_g=1)
    agree(deep_f.hyperkernel, np.asarray(deep_f.ntk_f) * Sigma, KERNEL[FLOAT32])
    deep_g = analytic.kernels(x, z, depth_f=1, depth_g=3)
    agree(deep_g.ntk_f, S, KERNEL[FLOAT32])


def test_the_hyperkernel_is_the_product_of_the_kernels_of_f_and_g():
    x, z = points(5)[:3], points(3, seed=1)[:3]
    full = kernels.recursions(x, z, x, z, depth_f=3, depth_g=3)
    result = analytic.kernels(x, z, depth_f=3, depth_g=3)
    agree(result.hyperkernel / result.ntk_f, full[3] / full[1], KERNEL[FLOAT32])
    released = kernels.recursions(x, z, x, z, depth_f=3, depth_g=3, with_S=False)[3]
    assert errors(result._replace(hyperkernel=released), full)["hyperkernel"] > 100 * KERNEL[FLOAT32]


@pytest.mark.parametrize("rows", [1, 300, pytest.param(700, marks=pytest.mark.slow)])
def test_half_the_tiles_and_their_mirror_images_are_the_whole(rows):
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(rows, 6)).astype(FLOAT32), rng.normal(size=(rows, 2)).astype(FLOAT32)
    half = analytic.kernels(x, z, depth_f=3, depth_g=3)
    whole = analytic.kernels(x, z, x, z, depth_f=3, depth_g=3)
    for a, b in zip(half, whole, strict=True):
        assert a.shape == (rows, rows)
        agree(a, b, KERNEL[FLOAT32])
        assert (a == a.T).all()


@pytest.mark.parametrize(("N1", "N2"), [(1, 5), (257, 3), pytest.param(300, 512, marks=pytest.mark.slow)])
def test_a_rectangle_of_any_size_is_filled_to_its_edges(N1, N2):
    rng = np.random.default_rng(0)
    x1, z1, x2, z2 = (rng.normal(size=s).astype(FLOAT32) for s in ((N1, 6), (N1, 2), (N2, 6), (N2, 2)))
    result = analytic.kernels(x1, z1, x2, z2, depth_f=3, depth_g=2)
    expected = kernels.recursions(x1, z1, x2, z2, depth_f=3, depth_g=2)
    transposed = analytic.kernels(x2, z2, x1, z1, depth_f=3, depth_g=2)
    for got, want, turned in zip(result, expected, transposed, strict=True):
        assert got.shape == (N1, N2)
        agree(got, want, KERNEL[FLOAT32])
        agree(got, turned.T, KERNEL[FLOAT32])


@pytest.mark.parametrize("bandwidth", [0.3, 1.0, 5.0])
@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64], ids=str)
def test_fourier_features_make_a_gaussian_of_height_one_half(bandwidth, dtype):
    x, z = paired(points(4, dtype=dtype), points(3, seed=1, dtype=dtype))
    flat = analytic.kernels(
        np.ones((len(z), 1), dtype), z, depth_f=1, depth_g=1, coordinates=FourierFeatures(bandwidth)
    )
    squares = ((z[:, None] - z) ** 2).sum(-1)
    agree(flat.nngp, np.exp(-squares / (2 * bandwidth**2)) / 2, KERNEL[dtype])
    deep = analytic.kernels(x, z, depth_f=3, depth_g=4, coordinates=FourierFeatures(bandwidth))
    expected = kernels.recursions(x, z, x, z, depth_f=3, depth_g=4, bandwidth=bandwidth)
    assert max(errors(deep, expected).values()) < KERNEL[dtype]


def test_random_features_average_to_that_gaussian():
    rng, count, bandwidth = np.random.default_rng(0), 20_000, 0.7
    z = rng.normal(size=(4, 2))
    p = np.cos(z @ rng.normal(size=(2, count)) / bandwidth + rng.uniform(0, 2 * np.pi, count))
    ones = np.ones((4, 1))
    limit = analytic.kernels(ones, z, depth_f=1, depth_g=1, coordinates=FourierFeatures(bandwidth)).nngp
    agree(p @ p.T / count, limit, STANDARD_ERRORS / (2 * count) ** 0.5, scale=1)


@pytest.mark.parametrize("norm", [1e-3, 1.0, 1e3])
def test_the_norm_of_x_may_span_six_orders_of_magnitude(norm):
    x, z = paired(norm * points(10), points(3, seed=1))
    for L, H in ((12, 1), (5, 2)):
        expected = kernels.recursions(x, z, x, z, depth_f=L, depth_g=H)
        assert max(errors(analytic.kernels(x, z, depth_f=L, depth_g=H), expected).values()) < KERNEL[FLOAT32]


@pytest.mark.parametrize("norm", [1e3, 1e-3])
def test_what_float32_cannot_hold_is_said_and_float64_holds_it(norm):
    x, z = norm * points(10), points(3, seed=1)
    with pytest.raises(OutOfRange, match=r"^the kernel of h would reach 1?\d?e[+-]\d+, which float32 cannot hold"):
        analytic.kernels(x, z, depth_f=3, depth_g=12)
    x, z = x.astype(FLOAT64), z.astype(FLOAT64)
    expected = kernels.recursions(x, z, x, z, depth_f=3, depth_g=12)
    assert max(errors(analytic.kernels(x, z, depth_f=3, depth_g=12), expected).values()) < KERNEL[FLOAT64]


@pytest.mark.parametrize("norm", np.logspace(-0.5, 0.5, 41) * 8.5e3)
def test_no_kernel_is_infinite_at_the_edge_of_float32(norm):
    x, z = np.full((1, 1), norm, FLOAT32), np.ones((1, 1), FLOAT32)
    try:
        result = analytic.kernels(x, z, depth_f=20, depth_g=5)
    except OutOfRange:
        assert norm**10 * 100 > 3e38
    else:
        assert np.isfinite(jnp.stack(result)).all()


@pytest.mark.parametrize(("coordinates", "dtype"), [(None, FLOAT32), (FourierFeatures(1.0), FLOAT64)])
def test_slopes_are_finite_at_equal_opposite_and_zero_points(coordinates, dtype):
    x, z = paired(jnp.asarray(points(4, dtype=dtype)), jnp.asarray(points(3, seed=1, dtype=dtype)))

    def total(x, z):
        result = analytic.kernels(x, z, depth_f=4, depth_g=3, coordinates=coordinates)
        return sum(jnp.sum(v) for v in result)

    assert all(np.isfinite(v).all() for v in jax.jit(jax.grad(total, (0, 1)))(jnp.asarray(x), jnp.asarray(z)))


def test_slopes_are_those_of_the_kernel():
    x, z = points(4, dtype=FLOAT64)[:3], points(3, seed=1, dtype=FLOAT64)[:3]
    others = points(4, seed=3, dtype=FLOAT64)[:3], points(3, seed=4, dtype=FLOAT64)[:3]
    way_x, way_z = np.random.default_rng(2).normal(size=(2, 3, 4))
    way_z = way_z[:, :3]

    def value(t):
        return np.array(kernels.recursions(x + t * way_x, z + t * way_z, *others, depth_f=3, depth_g=3))

    def ours(t):
        return jnp.stack(analytic.kernels(x + t * way_x, z + t * way_z, *others, depth_f=3, depth_g=3))

    step = np.longdouble(1e-5)
    differences = (value(step) - value(-step)) / (2 * step)
    agree(jax.jacfwd(ours)(0.0), differences, KERNEL[FLOAT64])


def test_float32_unless_float64_comes():
    x, z = points(4), points(3, seed=1)
    for given_x, given_z, dtype in ((x, z, FLOAT32), (x.astype(FLOAT64), z, FLOAT64), (x.astype(int), z, FLOAT32)):
        assert analytic.kernels(given_x, given_z, depth_f=2, depth_g=2).nngp.dtype == dtype


def test_64_layers_are_the_most_and_the_slope_of_a_leaky_relu_is_a_hundredth_unless_given():
    x, z = points(4)[:3], points(3, seed=1)[:3]
    leaky = {"activation_f": "leaky_relu", "activation_g": "leaky_relu"}
    plain = analytic.kernels(x, z, depth_f=64, depth_g=2, **leaky)
    assert (plain.hyperkernel == analytic.kernels(x, z, depth_f=64, depth_g=2, alpha=0.01, **leaky).hyperkernel).all()
    with pytest.raises(InvalidInput, match="at most 64; got 65"):
        analytic.kernels(x, z, depth_f=65, depth_g=2)


def test_under_a_transformation_depths_and_bandwidth_may_be_traced():
    x, z = points(4), points(3, seed=1)

    @jax.jit
    def traced(L, H, bandwidth):
        return analytic.kernels(x, z, depth_f=L, depth_g=H, coordinates=FourierFeatures(bandwidth))

    plain = analytic.kernels(x, z, depth_f=4, depth_g=2, coordinates=FourierFeatures(0.8))
    for a, b in zip(traced(4, 2, 0.8), plain, strict=True):
        agree(a, b, KERNEL[FLOAT32])


def test_no_depth_bandwidth_or_slope_compiles_anything_after_the_first_call():
    x, z = points(4), points(3, seed=1)

    def call(L, H, bandwidth, alpha):
        leaky = {"activation_f": "leaky_relu", "activation_g": "leaky_relu", "alpha": alpha}
        analytic.kernels(x, z, depth_f=L, depth_g=H, **leaky)
        analytic.kernels(x, z, depth_f=L, depth_g=H, coordinates=FourierFeatures(bandwidth), **leaky)

    call(2, 2, 1.0, 0.1)
    with compilations.programs() as compiled:
        for depth in range(1, 9):
            call(depth, 9 - depth, 0.3 * depth, 0.1 * depth)
    assert len(compiled) == 0
