"""Distances from a Gaussian: known laws, errors, and no NaN."""

import numpy as np
import pytest

from hyperviz.studies.prior.normality import ks_of_values, normality

RNG = np.random.default_rng(0)


def test_a_variance_that_never_varies_is_gaussian():
    found = normality(np.full(500, 2.0), 2.0)
    assert found.excess.value == pytest.approx(0, abs=1e-12)
    assert found.distance.value == pytest.approx(0, abs=1e-12)


def test_a_wrong_variance_is_at_a_distance_though_its_shape_is_gaussian():
    """sup |Phi(t / 2) - Phi(t)| = 0.1612 for variance 4 in place of 1 (at t^2 = 8 ln 2 / 3)."""
    found = normality(np.full(500, 4.0), 1.0)
    assert found.excess.value == pytest.approx(0, abs=1e-12)
    assert found.distance.value == pytest.approx(0.1612, abs=1e-3)


def test_without_a_limit_only_the_shape_counts_and_resamples_are_those_of_their_own_variance():
    v = RNG.chisquare(20, 400) / 20
    found, wanted = normality(7 * v), normality(v, float(v.mean()))
    assert found.distance.value == pytest.approx(wanted.distance.value, rel=1e-3)
    weights = np.random.default_rng(0).multinomial(400, np.full(400, 1 / 400), 100)
    for row, got in zip(weights[:5], found.distance.resampled, strict=False):
        again = np.repeat(v, row)
        assert got == pytest.approx(normality(again, float(again.mean())).distance.value, rel=0.02)
    assert normality(np.full(500, 3.0)).distance.value == pytest.approx(0, abs=1e-12)


def test_the_excess_kurtosis_is_that_of_the_mixture_and_its_error_is_honest():
    """v = chi^2_k / k gives 3 Var(v) / E[v]^2 = 6 / k; many repetitions spread as one says it is off."""
    k, draws = 20, 2000
    found = [normality(RNG.chisquare(k, draws) / k, 1.0).excess for _ in range(40)]
    values = np.array([m.value for m in found])
    assert values.mean() == pytest.approx(6 / k, abs=5 * values.std() / 40**0.5)
    assert np.mean([m.stderr for m in found]) == pytest.approx(values.std(), rel=0.4)


def test_the_ks_distance_of_values_is_scipy_s():
    from scipy.stats import kstest

    values = RNG.standard_t(3, 700)
    found, critical = ks_of_values(values, 1.5)
    assert found == pytest.approx(kstest(values / 1.5, "norm").statistic, abs=1e-12)
    assert critical == pytest.approx(1.358 / 700**0.5)


def test_gaussian_samples_stay_below_the_critical_value_in_95_of_100_cases():
    below = [np.less(*ks_of_values(RNG.standard_normal(400), 1.0)) for _ in range(400)]
    assert 0.9 < np.mean(below) < 0.99


def test_dead_networks_have_a_distance_and_no_nan():
    for variances in (np.zeros(300), np.r_[np.zeros(150), np.ones(150)]):
        found = normality(variances, 1.0)
        assert np.isfinite([*found.excess[:2], *found.distance[:2]]).all()
        assert found.distance.value > 0.2
