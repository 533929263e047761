"""Many starts followed by steps implicit in the kernel: the flow itself, whatever the step, where Euler's runs off."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.errors import OutOfRange
from hyperviz.theory.dynamics import factored_g, implicit_flow, infinite_width

pytestmark = pytest.mark.usefixtures("compiled_lightly")

RNG = np.random.default_rng(0)
X, Z, Y = RNG.normal(size=(6, 10)), RNG.normal(size=(6, 3)), RNG.choice([-1.0, 1.0], 6)
KEYS = jax.random.split(jax.random.key(5), 8)


def followed(H, m, step, until, keys=KEYS, blocks=4000):
    """Eight starts at time `until`."""
    task = infinite_width.task(jnp.asarray(X), jnp.asarray(Z), Y, 3)
    g = factored_g.SizedG(jnp.int32(H), jnp.full(len(keys), m, jnp.int32), infinite_width.of_g("relu"))
    room = factored_g.zeros(len(X), 3, 6, 6, jnp.float64)
    state = implicit_flow.begin(keys, task, g, room)
    return implicit_flow.advance(state, task, g, step, until, jnp.int32(blocks), True)


def euler(key, H, m, step, until):
    """The plain scheme of explicit steps."""
    sizes = {"depth_f": 3, "depth_g": H, "width_g": m, "step": step, "steps": round(until / step)}
    return infinite_width.infinite_f(key, X, Z, Y, **sizes)


@pytest.mark.parametrize(
    ("H", "m", "flow"),
    [(4, 3, True), (4, 3, False), pytest.param(2, 2, True, marks=pytest.mark.slow)],
)
def test_short_steps_are_the_flow_that_plain_euler_tends_to(H, m, flow):
    """From the same start: g fills its room, in which `infinite_f` draws too."""
    task = infinite_width.task(jnp.asarray(X), jnp.asarray(Z), Y, 3)
    g = factored_g.SizedG(H, m, infinite_width.of_g("relu"))
    V = infinite_width.start(KEYS[0], task, g, factored_g.zeros(len(X), 3, m, H, jnp.float64))
    state = implicit_flow.follow(jax.tree.map(lambda v: v[None], V), len(Z))
    lanes = g._replace(width=jnp.full(1, m, jnp.int32))
    state = implicit_flow.advance(state, task, lanes, 0.0005, 0.2, jnp.int32(400), flow)
    assert float(state.time[0]) == pytest.approx(0.2)
    wanted = euler(KEYS[0], H, m, 0.0005, 0.2).loss[-1]
    assert float(state.loss[0]) == pytest.approx(float(wanted), rel=0.02)
    assert float(wanted) < 0.9 * float(euler(KEYS[0], H, m, 0.0005, 0.0005).loss[0])


def test_long_steps_end_where_short_ones_do():
    coarse, fine = (followed(3, 6, step, 6.0).loss for step in (0.02, 0.001))
    np.testing.assert_array_equal(coarse < 1e-3, fine < 1e-3)
    np.testing.assert_allclose(coarse, fine, rtol=0.05, atol=2e-3)
    assert 0 < int((fine < 1e-3).sum()) < len(KEYS)


def test_no_start_runs_off_where_plain_euler_does():
    found = followed(6, 1, 0.01, 1.0, blocks=200)
    assert np.isfinite(found.loss).all()
    assert float(found.next_step.max()) == 0.01
    with pytest.raises(OutOfRange):
        euler(KEYS[0], 2, 6, 0.5, 50.0)


def test_a_start_without_a_gradient_keeps_its_loss():
    task = infinite_width.task(jnp.zeros((6, 10)), jnp.asarray(Z), Y, 3)
    g = factored_g.SizedG(jnp.int32(3), jnp.full(2, 3, jnp.int32), infinite_width.of_g("relu"))
    state = implicit_flow.begin(KEYS[:2], task, g, factored_g.zeros(6, 3, 4, 6, jnp.float64))
    found = implicit_flow.advance(state, task, g, 0.01, 1.0, jnp.int32(200), True)
    np.testing.assert_allclose(found.loss, 6)
