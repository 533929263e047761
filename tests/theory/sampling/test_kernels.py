"""The sampler of random hypernetworks: its law at small widths, and the limit at huge ones."""

from functools import cache

import jax
import numpy as np
import pytest

from hyperviz.theory import analytic, sampling
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.sampling import kernels as sampling_kernels
from hyperviz.theory.sampling import schedule as sampling_schedule
from tests.oracles import hypernetwork, samples
from tests.tolerances import SIGNIFICANT, STANDARD_ERRORS

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


@pytest.mark.parametrize(
    "architecture",
    [a if i in (0, 4) else pytest.param(a, marks=pytest.mark.slow) for i, a in enumerate(ARCHITECTURES)],
    ids=str,
)
def test_a_draw_has_the_law_of_a_materialised_network(architecture):
    assert differ(materialised(architecture), sampled(architecture)) == {}


def test_the_comparison_of_laws_tells_a_width_or_a_depth_apart():
    true = materialised((3, 3, 6, 5))
    for wrong in ((3, 3, 9, 5), (3, 2, 6, 5)):
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


@pytest.mark.slow
def test_equal_x_count_as_one_or_as_two_in_the_same_law():
    """Under a transformation no x can be compared: two equal rows stay two, with a Gram matrix of rank one."""

    @jax.jit
    def blind(keys, x):
        return jax.lax.map(lambda key: sampling.draw(key, x, FOUR_Z, **sizes(3, 2, 6, 5)), keys, batch_size=500)

    assert differ(sampled((3, 2, 6, 5)), blind(keys(DRAWS, 1), TWO_X)) == {}


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
    alive = (np.asarray(sampled((2, 1, 1, 1)).kernel[:, 0, 0]) > 0).mean()
    assert alive == pytest.approx(0.5, abs=STANDARD_ERRORS * 0.5 / DRAWS**0.5)
