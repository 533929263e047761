"""Intervals, and the state of a claim about several numbers."""

import numpy as np
import pytest
import scipy.stats

from hyperviz.studies.common import intervals


def test_the_intervals_are_those_of_the_normal_distribution():
    low, high = intervals.interval(2.0, 0.5)
    np.testing.assert_allclose((low, high), scipy.stats.norm.interval(0.95, 2.0, 0.5), atol=1e-3)
    assert scipy.stats.norm.cdf(intervals.SURE) == pytest.approx(1 - 0.0001 / 2, abs=1e-6)


def test_one_number_that_differs_decides_and_one_that_is_open_leaves_it_open():
    assert intervals.together(["holds", "holds"]) == "holds"
    assert intervals.together(["holds", "undecided"]) == "undecided"
    assert intervals.together(["undecided", "differs", "holds"]) == "differs"
    assert intervals.together([]) == "undecided"
    assert [intervals.sign_state(*ends) for ends in ((0.1, 1), (-1, -0.1), (-1, 1))] == [
        "holds",
        "differs",
        "undecided",
    ]
