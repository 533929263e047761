"""Whether the posterior's band is right, on predictions made by hand."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from hyperviz.studies.inpainting.baselines import Tuning
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views import calibration, calibration_report, gaussian_rivals
from hyperviz.studies.inpainting.views import report as views_report
from hyperviz.studies.inpainting.views.calibration import Calibration, Prediction

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


def test_the_log_likelihood_is_the_mean_log_density_of_the_pixels():
    found = made(1.0)
    wanted = norm.logpdf(found.wrong, scale=PREDICTED).mean(axis=1)
    np.testing.assert_allclose(calibration.log_likelihood(found), wanted, rtol=1e-10)


def test_a_band_that_is_right_is_likelier_than_one_of_twice_or_half_its_width():
    right = calibration.log_likelihood(made(1.0)).mean()
    wrong = made(1.0).wrong
    for factor in (0.5, 2.0):
        assert calibration.log_likelihood(Prediction(factor * PREDICTED, wrong)).mean() < right - 0.1


def test_plain_ridge_says_what_the_joint_gaussian_of_old_and_new_images_says():
    """The other route: log p(new | old) = log p(new, old) - log p(old), by the density of all images at once."""
    x, y, new, truth = (RNG.random(shape) for shape in ((9, 5), (9, 3), (2, 5), (2, 3)))
    tuning = Tuning(0, 0.8, 0.07)
    found = gaussian_rivals.ridge(x, y, new, tuning)
    every = np.concatenate([x, new])
    squares = ((every[:, None] - every[None]) ** 2).sum(-1)
    scale = 2 * 0.8**2 * squares[:9, :9].mean()
    K = np.exp(-squares / scale) + 0.07 * np.eye(11)
    centred, mean = y - y.mean(0), y.mean(0)

    def old(s):
        return sum(multivariate_normal(cov=s**2 * K[:9, :9]).logpdf(column) for column in centred.T)

    tried = np.geomspace(0.05, 5, 2001)
    s = tried[np.argmax([old(s) for s in tried])]
    for i in range(2):
        at = [*range(9), 9 + i]
        joint = multivariate_normal(cov=s**2 * K[np.ix_(at, at)])
        both = sum(joint.logpdf(np.append(column, truth[i, p] - mean[p])) for p, column in enumerate(centred.T))
        wrong = found.mean[i : i + 1] - truth[i]
        mine = calibration.log_likelihood(Prediction(np.broadcast_to(found.deviation[i], wrong.shape), wrong))
        assert 3 * mine[0] == pytest.approx(both - old(s), abs=2e-3)  # s to one part in 400


def test_the_mean_image_is_as_unsure_as_its_training_images_are_spread():
    y = RNG.normal(2, 0.3, (4000, 2))
    found = gaussian_rivals.mean_image(y, 3)
    np.testing.assert_allclose(found.mean, 2, atol=0.03)
    np.testing.assert_allclose(found.deviation, 0.3, rtol=0.03)


def test_the_posteriors_lead_is_taken_image_by_image_and_told_by_its_sign():
    right = made(1.0)
    for factor, word in ((0.4, "above"), (1.0, "level with")):
        beside = {"ridge": Prediction(factor * PREDICTED, right.wrong)}
        (said,) = calibration_report.likelihoods(right._replace(rivals=beside))
        assert f"{word} plain ridge's" in said
    below = Calibration(0.4 * PREDICTED, right.wrong, right.wrong, True, {"ridge": Prediction(PREDICTED, right.wrong)})
    assert calibration_report.lead(below, "ridge").sign == -1
    rows = list(calibration_report.rows(below))
    assert {row["quantity"] for row in rows if row["kernel"] == "ridge"} >= {"log_likelihood", "coverage", "inflation"}
    assert all(np.isfinite([row["value"], row["stderr"]]).all() for row in rows)
