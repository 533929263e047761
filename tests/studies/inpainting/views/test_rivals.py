"""What plain methods can do beside the NNGP that learns once: each by another route."""

import numpy as np
import pytest

from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views import any_mask, between_pixels, rivals_report
from hyperviz.studies.inpainting.views.any_mask import METHODS, AnyMask
from hyperviz.studies.inpainting.views.between_pixels import Between
from hyperviz.studies.inpainting.views.rivals import Rivals

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 3)])
def test_the_gaussian_is_the_conditional_mean_of_its_covariance_matrix(shape):
    y, new, part = RNG.random((30, *shape)), RNG.random((2, *shape)), RNG.random((4, 4)) < 0.5
    found = any_mask.gaussian(y, new, part, 0.05)
    hidden = np.broadcast_to(part[..., None] if len(shape) == 3 else part, shape).ravel()
    flat, mean = y.reshape(30, -1), y.mean(0).ravel()
    C = np.cov(flat.T, bias=True)
    gain = C[np.ix_(hidden, ~hidden)] @ np.linalg.inv(C[np.ix_(~hidden, ~hidden)] + 0.05 * np.eye((~hidden).sum()))
    wanted = mean[hidden] + (new.reshape(2, -1)[:, ~hidden] - mean[~hidden]) @ gain.T
    np.testing.assert_allclose(found.reshape(2, -1)[:, hidden], wanted, rtol=1e-8)
    changed = np.where(hidden.reshape(shape), 9.0, new)
    np.testing.assert_array_equal(any_mask.gaussian(y, changed, part, 0.05), found)  # what is hidden is not read


def test_splines_go_through_polynomials_of_their_order():
    at, fine = np.arange(14.0), np.arange(28) / 2
    for order in between_pixels.ORDERS.values():

        def values(z, order=order):
            return (z[:, None] ** order - 2 * z[None]) / 100

        found = between_pixels.interpolated(values(at)[None, ..., None], order, 28)[0, ..., 0]
        np.testing.assert_allclose(found[:27, :27], values(fine)[:27, :27], atol=1e-9)


def test_between_the_pixels_nothing_that_was_learnt_from_or_seen_is_judged():
    where = between_pixels.judged(InpaintingSettings(), 28)
    assert not where[::2, ::2].any()
    assert not where[:14].any()
    assert where.sum() == 14 * 28 * 3 // 4
    assert between_pixels.judged(InpaintingSettings(task="representation"), 28).sum() == 28 * 28 * 3 // 4


def test_each_image_is_learnt_from_under_a_mask_of_its_own_and_each_mask_is_judged_where_it_hides():
    parts = any_mask.own_masks(np.random.default_rng(1), 50, 28)
    assert len({part.tobytes() for part in parts}) == 50
    assert 0.3 < parts.mean() < 0.7
    hides = any_mask.hidden_parts(InpaintingSettings(), 28)
    assert tuple(hides) == any_mask.MASKS
    assert (~hides[any_mask.MASKS[-1]]).sum() == any_mask.SEEN
    assert next(iter(any_mask.hidden_parts(InpaintingSettings(hidden="upper"), 28))) == "upper"


def test_the_nngp_that_learnt_once_is_ahead_of_the_ridge_that_learnt_once_under_every_mask():
    *_, found = any_mask.steps(InpaintingSettings(images=50))
    gaps = rivals_report.leads(found, "ridge-once")
    assert tuple(gaps) == any_mask.MASKS
    assert all(gap.value > 0 for gap in gaps.values())
    assert sum(gap.sign == 1 for gap in gaps.values()) >= 4
    assert {method for _, method in found.squares} == set(METHODS)


def test_the_verdict_names_the_masks_by_the_sign_of_the_difference_on_the_same_images():
    nngp = RNG.random(40) / 100 + 0.05
    other = {"lower": nngp - 0.01, "rows": nngp + 0.01, "left": nngp + RNG.normal(0, 0.01, 40)}
    squares = {
        (mask, method): values for mask, values in other.items() for method in ("ridge", "ridge-once", "gaussian")
    }
    squares |= {(mask, "nngp"): nngp for mask in other}
    found = Rivals(AnyMask(squares, 20, False, "", True), Between({}, False, True), "", True)
    text = rivals_report.verdict(found, InpaintingSettings()).text
    assert "fitted to each mask: ahead (rows), level (left), behind (lower)." in text
