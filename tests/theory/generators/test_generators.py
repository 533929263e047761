"""Chunked and low-rank generators: draws against networks written out, laws against draws and against other laws."""

import numpy as np
import pytest
from scipy import stats

from hyperviz.theory import analytic
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.generators import (
    KINDS,
    Generator,
    draw,
    effective_widths,
    embeddings,
    head_weights,
    limit,
    moments,
    seen_by_f,
    spread,
)
from hyperviz.theory.smooth_activations import activation_g
from tests.tolerances import SIGNIFICANT, STANDARD_ERRORS

NETWORKS, X = 4000, np.sqrt(2) * np.array([[1.0, 0.0], [np.cos(0.9), np.sin(0.9)]])
SMALL = Architecture(depth_f=3, depth_g=4, width_f=6, width_g=5)  # 2 chunks of 3 and 2 rows


def relu(y):
    return np.sqrt(2) * np.maximum(y, 0)


def setting(kind, depth_g, x=X, chunks=2, rank=2, seed=1):
    """A generator and what f sees."""
    made = Generator(kind, chunks, rank)
    return made, seen_by_f(x, embeddings(np.random.default_rng(seed), made, depth_g))


def written_out(rng, made, seen):
    """K(u, u') of one network whose every weight is drawn: f, its heads, the matrices of g that they write."""
    n, m, H = 6, 5, 4
    q = seen
    for fan in (1, n):  # seen is scaled already
        q = relu(q @ rng.normal(size=(n, q.shape[-1])).T / np.sqrt(fan))
    a, used = [np.ones(1)] * 2, 0
    for layer in range(H - 1):
        shape = (m, m if layer else 1)
        if made.kind == "low-rank" and layer:
            U, V = rng.normal(size=(2, m, 2, n))
            weights = [(U @ q[0, i]) @ (V @ q[0, i]).T / n / np.sqrt(2) for i in range(2)]
        else:
            C = made.chunks if made.kind == "rows" or (made.kind == "columns" and layer) else 1
            size = (3, shape[1]) if C > 1 and made.kind == "rows" else (m, 3) if C > 1 else shape
            head = rng.normal(size=(*size, n))
            chunks = [[head @ q[used + c, i] / np.sqrt(n) for c in range(C)] for i in range(2)]
            weights = [np.concatenate(of, int(made.kind == "columns"))[:m, : shape[1]] for of in chunks]
            used += C if made.kind in ("rows", "columns") else 0
        a = [relu(weights[i] @ a[i] / np.sqrt(shape[1])) for i in range(2)]
    pieces = [[one[:3], np.append(one[3:], 0)] if made.kind == "columns" else [one] for one in a]
    met = [sum(np.outer(p, q[used + c, i]) for c, p in enumerate(pieces[i])) for i in range(2)]  # h = head . met
    return np.array([[np.sum(one * other) for other in met] for one in met]) / n / m


@pytest.mark.parametrize("kind", KINDS)
def test_a_draw_has_the_law_of_a_network_written_out(kind):
    made, seen = setting(kind, SMALL.depth_g)
    rng = np.random.default_rng(3)
    wanted = np.array([written_out(rng, made, seen) for _ in range(NETWORKS)])
    found = draw(np.random.default_rng(4), made, SMALL, seen, NETWORKS)
    for i, j in ((0, 0), (1, 1), (0, 1)):
        assert stats.ks_2samp(found[:, i, j], wanted[:, i, j]).pvalue > SIGNIFICANT
    ratio = [k[:, 0, 1] / (np.sqrt(k[:, 0, 0] * k[:, 1, 1]) + 1e-9) for k in (found, wanted)]
    assert stats.ks_2samp(*ratio).pvalue > SIGNIFICANT


@pytest.mark.parametrize("kind", ["dense", "rows", "low-rank"])
@pytest.mark.parametrize("phi", ["relu", "leaky_relu"])
def test_the_spread_is_the_law_and_at_low_rank_and_dense_exactly_so(kind, phi):
    networks = Architecture(depth_f=2, depth_g=4, width_f=256, width_g=128, activation_f=phi, activation_g=phi)
    made, seen = setting(kind, 4, X[:1], chunks=4, rank=6)
    K = draw(np.random.default_rng(5), made, networks, seen, 3000)[:, 0, 0]
    mean, square = K.mean(), (K**2).mean()
    influence = (K**2 - square) / mean**2 - 2 * square * (K - mean) / mean**3
    error = influence.std() / len(K) ** 0.5
    wanted = spread(made, networks, seen)
    assert wanted is not None
    assert abs(square / mean**2 - 1 - wanted) < STANDARD_ERRORS * error + (0.03 * wanted if kind == "rows" else 0)
    assert error < 0.1 * wanted


def test_the_spread_is_exact_where_f_has_no_hidden_layer_and_g_one_with_a_trimmed_chunk_too():
    networks = Architecture(depth_f=1, depth_g=2, width_f=1, width_g=10)
    made, seen = setting("rows", 2, X[:1], chunks=4)  # of 3, 3, 3 and 1 neurons
    K = draw(np.random.default_rng(8), made, networks, seen, 40_000)[:, 0, 0]
    squares = (K / K.mean() - 1) ** 2
    assert abs(squares.mean() - spread(made, networks, seen)) < STANDARD_ERRORS * squares.std() / len(K) ** 0.5


def test_at_low_rank_a_spread_stays_however_wide_both_are_and_in_chunks_none_does():
    wide = Architecture(depth_f=3, depth_g=5, width_f=10**9, width_g=10**9)
    made, seen = setting("low-rank", 5, X[:1], rank=4)
    assert spread(made, wide, seen) == pytest.approx((1 + 2 / 4) ** 3 - 1, rel=1e-6)
    made, seen = setting("rows", 5, X[:1], chunks=8)
    assert spread(made, wide, seen) < 1e-6


def test_with_chunks_of_a_fixed_size_a_wider_g_comes_no_nearer_to_its_limit():
    """Negative control: with as many chunks, four times the width has a quarter of the spread."""
    found = {}
    for m, C in ((64, 4), (256, 4), (256, 16)):
        made, seen = setting("rows", 3, X[:1], chunks=C)
        found[m, C] = spread(made, Architecture(depth_f=3, depth_g=3, width_f=10**9, width_g=m), seen)
    assert found[256, 4] == pytest.approx(found[64, 4] / 4, rel=0.2)
    assert found[256, 16] > 0.75 * found[64, 4]


def test_chunks_leave_the_effective_width_of_g_between_m_over_c_and_m_and_widen_f():
    networks = Architecture(depth_f=3, depth_g=3, width_f=256, width_g=256)
    made, seen = setting("rows", 3, X[:1], chunks=8)
    n, m = effective_widths(made, networks, seen)
    assert 256 / 8 < m < 256 < n
    same = np.broadcast_to(seen[:1], seen.shape)  # all chunks with one embedding are copies of one block
    assert effective_widths(made, networks, same) == pytest.approx((256, 256 / 8))
    apart = Architecture(depth_f=1, depth_g=3, width_f=256, width_g=256)
    orthogonal = np.eye(made.written_by(3)[-1].stop)[:, None]
    assert effective_widths(made, apart, orthogonal) == pytest.approx((256, 256))


def test_rows_have_the_limit_of_a_dense_generator_that_sees_the_embedding_too():
    networks = Architecture(depth_f=3, depth_g=4)
    made, seen = setting("rows", 4, chunks=5)
    x = seen[2] * np.sqrt(seen.shape[-1])  # of any chunk: the embeddings have one norm
    wanted = analytic.limit(networks, x, np.full((2, 2), 1.0)).nngp
    np.testing.assert_allclose(limit(made, networks, seen), np.asarray(wanted), atol=1e-6)
    dense = np.asarray(analytic.limit(networks, X, np.full((2, 2), 1.0)).nngp)
    np.testing.assert_allclose(limit(Generator(), networks, setting("dense", 4)[1]), dense, atol=1e-6)
    assert abs(limit(made, networks, seen)[0, 1] - dense[0, 1]) > 0.05


@pytest.mark.parametrize("kind", ["columns", "low-rank"])
@pytest.mark.parametrize("phi", ["relu", "erf"])
def test_wide_networks_have_the_limit_of_their_generator(kind, phi):
    networks = Architecture(depth_f=2, depth_g=4, width_f=2048, width_g=2048, activation_g=phi)
    made, seen = setting(kind, 4, chunks=4, rank=2048)
    found = draw(np.random.default_rng(6), made, networks, seen, 60)
    error = found.std(0) / len(found) ** 0.5
    wanted = limit(made, networks, seen)
    assert (np.abs(found.mean(0) - wanted) < STANDARD_ERRORS * error + 0.01 * wanted[0, 0]).all()


def test_cut_rows_multiply_the_variance_unless_phi_is_odd_as_the_mean_of_relu_says():
    """Orthogonal embeddings, no hidden layer in f: S_kl = 1/2 between chunks, so 1 + (C - 1) / 2 pi in each layer."""
    made, chunks = Generator("columns", chunks=6), 6
    seen = seen_by_f(X[:1], np.eye(made.written_by(4)[-1].stop))
    for phi, growth in (("relu", 1 + (chunks - 1) / (2 * np.pi)), ("erf", 1.0), ("sin", 1.0)):
        networks = Architecture(depth_f=1, depth_g=2, activation_g=phi)
        assert limit(made, networks, seen[:7])[0, 0] == pytest.approx(growth, rel=1e-6)
    deep = Architecture(depth_f=1, depth_g=4)
    assert limit(made, deep, seen)[0, 0] == pytest.approx((1 + 5 / (2 * np.pi)) ** 3, rel=1e-6)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "tanh", "gelu", "sin"])
def test_the_moments_are_those_of_sampled_gaussians(name):
    phi, rng = activation_g(name, alpha=0.3), np.random.default_rng(7)
    u = rng.multivariate_normal([0, 0], [[1.0, 0.4], [0.4, 1.0]], 400_000)
    a, b = moments.applied(phi, u).T
    for values, wanted in (
        (a, moments.mean(phi, np.ones(1))[0]),
        (a * b, moments.second(phi, np.ones(1), np.ones(1), np.array([0.4]))[0]),
    ):
        assert abs(values.mean() - wanted) < STANDARD_ERRORS * values.std() / len(values) ** 0.5
    if name.endswith("relu"):
        products = (a**2 - 1) * (b**2 - 1)
        wanted = moments.square_covariance(phi, np.array([0.4]))[0]
        assert abs(products.mean() - wanted) < STANDARD_ERRORS * products.std() / len(products) ** 0.5
        assert moments.square_covariance(activation_g("relu"), np.array([0.0, 1.0])) == pytest.approx([0, 5], abs=1e-12)


def test_the_weights_of_the_last_layer_are_counted():
    """n = 10, m = 7, H = 4, z of 2 coordinates: 7 x 2, 7 x 7 twice, 1 x 7; chunks of 3, 3 and 1 rows or columns."""
    sizes = {"width_f": 10, "width_g": 7, "depth_g": 4, "input_g": 2}
    assert head_weights(Generator(), **sizes) == 10 * (14 + 49 + 49 + 7)
    assert head_weights(Generator("rows", chunks=3), **sizes) == 10 * (3 * 2 + 2 * 3 * 7 + 7) + 10 * 16
    assert head_weights(Generator("columns", chunks=3), **sizes) == 10 * (14 + 2 * 7 * 3 + 3) + 10 * 16
    assert head_weights(Generator("low-rank", rank=2), **sizes) == 10 * (14 + 2 * 2 * 14 + 7)
    assert head_weights(Generator("low-rank"), **sizes | {"depth_g": 1}) == 20
    assert head_weights(Generator("rows", chunks=30), **sizes | {"width_g": 1, "depth_g": 2}) == 10 * 3 + 31 * 16
