"""Small draws by NumPy have the law of the sampler of any width, and its limit."""

import jax
import numpy as np
import pytest

from hyperviz.theory import analytic, sampling, two_layers

pytestmark = pytest.mark.usefixtures("compiled_lightly")
X = np.array([[1.0, -1.0]] * 3)
THETA = np.array([0.0, 0.8, -1.4])
Z = np.sqrt(2) * np.stack([np.sin(THETA), np.cos(THETA)], axis=1)
DRAWS, BATCH, ERRORS = 1024, 256, 5


def kernels(n, m):
    """Draws of the sampler of any width, one compiled program for every n and m."""
    keys = jax.random.split(jax.random.key(1), DRAWS)
    return np.asarray(_many(keys, n, m), np.float64)


@jax.jit
def _many(keys, n, m):
    sizes = {"depth_f": 2, "depth_g": 2, "width_f": n, "width_g": m}
    return jax.lax.map(lambda key: sampling.hyperkernel(key, X, Z, **sizes)[0], keys, batch_size=BATCH)


@pytest.mark.parametrize(("n", "m"), [(3, 24), pytest.param(24, 3, marks=pytest.mark.slow)])
def test_mean_and_variance_are_those_of_the_sampler_of_any_width(n, m):
    other = kernels(n, m)
    ours = two_layers.hyperkernels(np.random.default_rng(2), Z, width_f=n, width_g=m, draws=DRAWS)
    for power in (0.5, 1.0):  # of the size: the kernel's own variance has too heavy a tail to be tested alone
        a, b = (np.sign(k) * np.abs(k) ** power for k in (ours, other))
        for one, two in ((a, b), ((a - a.mean(0)) ** 2, (b - b.mean(0)) ** 2)):
            error = np.sqrt((one.var(0) + two.var(0)) / DRAWS)
            assert (np.abs(one.mean(0) - two.mean(0)) < ERRORS * error).all()


def test_the_limit_is_the_hyperkernel_in_closed_form():
    closed = analytic.kernels(X[:1], Z[:1], X, Z, depth_f=2, depth_g=2).hyperkernel[0]
    np.testing.assert_allclose(two_layers.limit(THETA), closed, rtol=1e-5)


def test_wide_networks_come_close_to_the_limit_and_a_narrow_g_stays_apart():
    rng = np.random.default_rng(3)
    both, f_alone = (
        two_layers.hyperkernels(rng, Z, width_f=512, width_g=m, draws=16) / two_layers.limit(THETA) for m in (512, 4)
    )
    assert both.std(0).max() < 0.3 < f_alone.std(0).min()
