"""The closed form of gradient flow: against an integrator, against its own spectrum, and in degenerate cases."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from hyperviz.theory import gradient_flow
from tests.oracles import kernels

RNG = np.random.default_rng(0)


def test_the_closed_form_is_the_long_time_integral_and_ends_at_the_targets():
    x, z = RNG.normal(size=(5, 4)), RNG.normal(size=(5, 3))
    theta = kernels.recursions(x, z, x, z, depth_f=3, depth_g=2)[3].astype(float)
    y, h0 = RNG.choice([-1.0, 1.0], 5), RNG.normal(size=(2, 5))
    times = np.array([0, 0.05, 0.5, 2.0])
    found = y + gradient_flow.gaps(theta, h0 - y, times)
    np.testing.assert_allclose(found[0], h0, atol=1e-9)
    for i in (0, 1):
        run = solve_ivp(lambda _, h: -2 * theta @ (h - y), (0, 2), h0[i], t_eval=times, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(found[:, i], run.y.T, atol=1e-6)
    assert gradient_flow.gaps(theta, h0 - y, [1e5])[0] == pytest.approx(np.zeros((2, 5)), abs=1e-6)


def test_the_closed_form_of_a_singular_kernel_is_finite():
    y = np.array([1.0, 1.0, -1.0])
    found = y + gradient_flow.gaps(np.ones((3, 3)), -y, [0.0, 1.0, 1e6])
    np.testing.assert_allclose(found[-1], 1 / 3, atol=1e-9)  # only the mean can be learnt


def test_the_filter_on_the_training_points_gives_what_the_gaps_leave():
    A = RNG.normal(size=(6, 4))
    kernel, y = A @ A.T, RNG.normal(size=6)  # of rank 4
    values, vectors = np.linalg.eigh(kernel)
    for time in (0.0, 0.3, 40.0):
        learnt = vectors @ (values * gradient_flow.spectral_filter(values, time) * (vectors.T @ y))
        assert learnt == pytest.approx(y + gradient_flow.gaps(kernel, -y, [time])[0], abs=1e-9)
        assert learnt == pytest.approx(y - expm(-2 * kernel * time) @ y, abs=1e-9)


def test_the_filter_keeps_its_digits_near_0_and_for_ever():
    values = np.array([0.0, 1e-18, 1e-9, 1.0, 1e6])
    assert gradient_flow.spectral_filter(values, 2.0) == pytest.approx([4, 4, 4, 1 - np.exp(-4), 1e-6], rel=1e-6)
    assert gradient_flow.spectral_filter(values, np.inf, 1e-12) == pytest.approx([0, 0, 1e9, 1, 1e-6])
    assert (gradient_flow.spectral_filter(values, 0.0) == 0).all()
