"""The first correction in 1/n: Theta_f of networks drawn, its closed form, and what table and words say of both."""

import numpy as np
import pytest

from hyperviz.studies.convergence import corrections, report, study
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.convergence.study import FITTED, WIDTHS

SETTINGS = ConvergenceSettings(depth_f=3, draws=32, theta=0.4, x="1,0")


def drawn(settings):
    """All parts of the stream."""
    points = study.points(settings, np.array([0.0, settings.theta]))
    return [parts["alone"] for parts in corrections.stream(settings, points, WIDTHS[FITTED:]) if "alone" in parts]


@pytest.fixture(scope="module")
def alone():
    return drawn(SETTINGS)[-1]


def test_the_measured_coefficients_are_those_that_are_known_and_not_those_of_another_depth(alone):
    known = corrections.known(SETTINGS)
    assert known == pytest.approx(2 * 29 / 9)  # (L - 1)(11 L - 4) / (3 L)
    assert abs(alone.variance.value - known) < 4 * alone.variance.stderr
    assert abs(alone.mean.value) < 4 * alone.mean.stderr
    assert abs(alone.slope.value + 1) < 0.15
    deeper = ConvergenceSettings(**{**vars(SETTINGS), "depth_f": 4})
    assert abs(alone.variance.value - corrections.known(deeper)) > 4 * alone.variance.stderr
    for n, values in alone.ratios.items():
        assert len(values) == corrections.wanted(SETTINGS)
        assert np.var(values) == pytest.approx(corrections.exact(SETTINGS, n), rel=0.35)


def test_the_table_and_the_words_hold_the_coefficients_beside_what_is_known(alone):
    result = study._start(SETTINGS)._replace(alone=alone)
    found = report.table(result)
    row = found[(found.quantity == "coefficient") & (found.line == "f alone")].iloc[0]
    assert (row.value, row.stderr) == tuple(alone.variance)
    assert row.theory == corrections.known(SETTINGS)
    assert found[found.quantity == "coefficient_mean"].theory.tolist() == [0]
    assert found[found.quantity == "ntk_variance"].width_f.tolist() == WIDTHS[FITTED:]
    assert f"{alone.variance.text} over n, known: 6.44" in report.alt(result, "correction")
    assert report.verdict(result) == report.verdict(study._start(SETTINGS))


def test_an_f_without_hidden_layers_has_nothing_to_correct():
    settings = ConvergenceSettings(depth_f=1, draws=16)
    assert drawn(settings) == []
    assert corrections.known(settings) == 0
    assert report.alt(study._start(settings), "correction").startswith("The first correction")
