"""Whether the posterior's band is right, on predictions made by hand."""

import numpy as np

from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views import calibration
from hyperviz.studies.inpainting.views import report as views_report
from hyperviz.studies.inpainting.views.calibration import Calibration

RNG = np.random.default_rng(0)
PREDICTED = RNG.uniform(0.1, 0.3, (40, 200))


def made(factor):
    """Errors that are truly so many times what is predicted."""
    wrong = factor * PREDICTED * RNG.standard_normal(PREDICTED.shape)
    return Calibration(PREDICTED, wrong, wrong, True)


def test_inflation_finds_how_much_larger_the_errors_are_than_predicted():
    for factor in (0.5, 1.0, 2.0):
        ratio, error = calibration.inflation(made(factor))
        assert abs(ratio - factor) < 4 * error < 0.2


def test_a_posterior_that_claims_no_error_gets_a_sentence_and_no_ratio():
    none = Calibration(0 * PREDICTED, PREDICTED, PREDICTED, True)
    assert calibration.certain(none)
    assert not calibration.certain(made(1.0))
    assert "no uncertainty" in views_report._calibrated(none, InpaintingSettings()).text
    rows = list(views_report._calibration_rows(none, InpaintingSettings()))
    assert all(np.isfinite(row["value"]) for row in rows)
    assert {row["quantity"] for row in rows} == {"actual_error"}
    assert "inflation" in {row["quantity"] for row in views_report._calibration_rows(made(1.0), InpaintingSettings())}
