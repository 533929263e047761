"""Slopes of power laws, with an interval that means what it says."""

import numpy as np
import pytest

from hyperviz.studies.common.power_laws import Coefficient, Slope, coefficient, slope, variance

WIDTHS = [64, 128, 256, 512, 1024]
NOISE = np.random.default_rng(0).standard_normal(64)


def power_law(exponent, rng, draws=64):
    """Normal samples whose variance is width^exponent."""
    return [width ** (exponent / 2) * rng.standard_normal(draws) for width in WIDTHS]


@pytest.mark.parametrize("exponent", [-2, -1, 0, 0.5])
def test_the_slope_of_an_exact_power_law_is_its_exponent(exponent):
    found = slope(WIDTHS, [width ** (exponent / 2) * NOISE for width in WIDTHS], variance)
    assert found.value == pytest.approx(exponent, abs=1e-9)
    assert found.low < exponent < found.high


def test_the_slope_of_a_mean_is_that_of_its_power_law_and_scale_does_not_matter():
    samples = [3.7 * width**-1.5 * np.ones(5) for width in WIDTHS]
    found = slope(WIDTHS, samples, lambda s: s.mean(-1))
    np.testing.assert_allclose(found, [-1.5] * 3, atol=1e-9)


def test_variance_is_unbiased():
    rng = np.random.default_rng(1)
    assert variance(rng.standard_normal((20_000, 4))).mean() == pytest.approx(1, abs=0.03)
    assert variance(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist() == [2, 0]


def test_the_interval_covers_at_about_its_nominal_rate():
    """95 % nominal; bootstrap intervals of 64 normal draws fall a little short. 300 data sets: standard error 1.5 %."""
    rng, covered, sets = np.random.default_rng(3), 0, 300
    for seed in range(sets):
        found = slope(WIDTHS, power_law(-1, rng), variance, seed)
        covered += found.low <= -1 <= found.high
    assert 0.86 < covered / sets < 0.995


def test_more_draws_give_a_narrower_interval():
    rng = np.random.default_rng(4)
    few, many = (slope(WIDTHS, power_law(-1, rng, draws), variance) for draws in (32, 512))
    assert 2 < (few.high - few.low) / (many.high - many.low) < 8


def test_the_same_samples_give_the_same_interval():
    samples = power_law(-1, np.random.default_rng(5))
    assert slope(WIDTHS, samples, variance) == slope(WIDTHS, samples, variance)
    assert slope(WIDTHS, samples, variance, seed=1) != slope(WIDTHS, samples, variance)


def test_a_width_whose_draws_are_all_equal_has_no_slope():
    assert slope(WIDTHS, [*power_law(-1, np.random.default_rng(6))[:-1], np.zeros(64)], variance) is None


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_draw_that_is_no_number_gives_no_slope_rather_than_one_that_excludes_everything(bad):
    samples = power_law(-1, np.random.default_rng(7))
    samples[2][5] = bad
    assert slope(WIDTHS, samples, variance) is None


def test_a_slope_excludes_what_lies_outside_its_interval():
    found = Slope(-1.0, -1.25, -0.75)
    assert [found.excludes(other) for other in (-2, -1.25, -1, -0.75, 0)] == [True, False, False, False, True]


def test_most_draws_equal_still_give_an_interval():
    """A resample may hold no other value: its statistic is 0, which the interval takes as a very small one."""
    samples = [np.r_[np.zeros(63), width] for width in WIDTHS]
    found = slope(WIDTHS, samples, variance)
    assert np.isfinite(found).all()
    assert found.value == pytest.approx(2)
    assert not found.excludes(0)


@pytest.mark.parametrize("straight", [False, True])
def test_the_coefficient_of_one_over_width_is_found_within_its_error_and_the_next_order_is_told_from_it(straight):
    rng, widths = np.random.default_rng(5), [50, 200, 800, 3200]
    samples = [rng.standard_normal(4000) * (7 / n + (0 if straight else 300 / n**2)) ** 0.5 for n in widths]
    found = coefficient(widths, samples, variance, straight=straight)
    assert abs(found.value - 7) < 4 * found.stderr
    assert 0.03 < found.stderr < 0.5
    assert straight or abs(coefficient(widths, samples, variance, straight=True).value - 7) > 4 * found.stderr


def test_what_is_not_random_has_a_coefficient_without_error():
    found = coefficient([10, 100], [np.ones(20), np.ones(20)], variance)
    assert (found.value, found.stderr, found.text) == (0, 0, "0 ± 0")
    assert Coefficient(-1.234, 0.56).text == "−1.23 ± 0.56"
