"""The one digit: drawn or picked, completed by each kernel, and given its own pixels."""

import numpy as np
import pytest

from hyperviz.data import digits
from hyperviz.errors import InvalidInput
from hyperviz.studies.common.images import drawing
from hyperviz.studies.common.images.drawing import decode_mask, encode, encode_mask, quantise
from hyperviz.studies.common.images.image_options import HIDDEN
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.common.options import options
from hyperviz.studies.inpainting import query_image
from hyperviz.studies.inpainting.masks import hidden, masked
from hyperviz.studies.inpainting.regression import grey
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.train_test_split import sample
from hyperviz.theory.regression import grid, grid_posterior

DRAWN = quantise(digits.test().images[3])
MASKS = [name for name in HIDDEN if name != "drawn"]


def last(**settings):
    *_, found = query_image.steps(InpaintingSettings(**{"images": 20} | settings))
    return found


def test_the_plain_completion_is_the_grid_solvers():
    settings = InpaintingSettings(images=20, drawing=encode(DRAWN))
    y, x_new = sample(0, 0, 20).y, masked(DRAWN[None] / 255.0, settings)
    found = last(drawing=encode(DRAWN))
    assert (found.picture == DRAWN).all()
    assert (found.seen == masked(DRAWN, settings)).all()
    for kernel in ("nngp", "hk"):
        options = {"depth_f": 3, "depth_g": 3, "bandwidth": 2**0.5, "ridge": 1e-3, "kernel": kernel}
        wanted = grey(grid.complete(masked(y, settings), y, x_new, **options).prediction[0])
        assert np.abs(found.predicted[kernel].astype(int) - wanted).max() <= 1  # of 255: rounding


def test_a_picked_digit_is_the_first_shown_and_a_drawing_takes_its_place():
    assert (last(digits=5).picture == digits.test().images[5]).all()
    assert (last(digits=5, drawing=encode(DRAWN)).picture == DRAWN).all()


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("drawing", ["blank", "full", "constant"])
def test_every_mask_and_degenerate_drawings_give_finite_pictures(mask, drawing):
    image = np.full((28, 28), {"blank": 0, "full": 255, "constant": 119}[drawing], np.uint8)
    found = last(images=10, hidden=mask, drawing=encode(image))
    assert found.blank == (drawing == "blank" or mask == "everything")
    for part in (found.posterior.mean, found.posterior.deviation, found.posterior.samples):
        assert np.isfinite(part).all()
    if found.blank:
        assert (found.posterior.samples == 0).all()
        assert all((image == 0).all() for image in found.predicted.values())


def test_where_nothing_is_hidden_the_own_pixels_are_returned_and_representation_conditions_on_none():
    settings = {"drawing": encode(DRAWN), "hidden": "nothing"}
    known = last(**settings).posterior
    assert np.abs(known.mean - DRAWN / 255).max() < 0.1
    assert known.deviation.max() < 0.05
    open_ = last(**settings, task="representation").posterior
    assert np.ptp(open_.deviation) < 1e-9
    assert open_.deviation.max() > 3 * known.deviation.max()


def test_hidden_pixels_are_unsure_visible_ones_are_not_and_samples_differ_there():
    found = last(drawing=encode(DRAWN))
    assert found.posterior.deviation[20:26].min() > 3 * found.posterior.deviation[2:12].max()
    spread = found.posterior.samples.std(axis=0)
    assert spread[20:26].mean() > 3 * spread[2:12].mean()


def test_only_visible_pixels_of_a_drawing_matter():
    other = DRAWN.copy()
    other[14:] = 255 - other[14:]
    one, two = last(drawing=encode(DRAWN)), last(drawing=encode(other))
    assert (one.posterior.mean == two.posterior.mean).all()
    assert all((one.predicted[kernel] == two.predicted[kernel]).all() for kernel in one.predicted)


def test_a_mask_drawn_by_hand_hides_its_pixels_from_f_and_from_the_training_images():
    mask = np.zeros((28, 28), bool)
    mask[3:9, 5:20] = True
    settings = InpaintingSettings(hidden="drawn", mask=encode_mask(mask))
    assert (hidden(settings) == decode_mask(settings.mask)).all()
    assert masked(np.ones((2, 28, 28)), settings)[1, mask].max() == 0
    assert hidden(InpaintingSettings(hidden="lower", mask=encode_mask(mask))).sum() == 392
    assert hidden(settings, side=32).sum() == pytest.approx(mask.sum() * (32 / 28) ** 2, rel=0.15)


@pytest.mark.parametrize("kernel", ["hk", "hk-released"])
def test_the_hyperkernel_alone_has_no_posterior(kernel):
    found = last(kernel=kernel)
    assert found.posterior is None
    assert found.finished
    assert found.predicted.keys() == {kernel}


@pytest.mark.parametrize("name", ["drawing", "mask"])
def test_a_text_that_is_no_drawing_is_refused_in_one_sentence(name):
    with pytest.raises(InvalidInput, match=f"{name} must be a text that the canvas of the page wrote; got 'junk!'"):
        InpaintingSettings(**{name: "junk!"})


def test_a_drawing_is_decoded_once_whoever_asks_for_it():
    """The check of the setting, the canvas, the study and its views share one array that none can write into."""
    image = quantise(digits.test().images[17])
    before = drawing.decode.cache_info().misses
    settings = InpaintingSettings(images=20, drawing=encode(image))
    query = query_image.query_image(settings)
    *_, found = query_image.steps(settings)
    assert drawing.decode.cache_info().misses == before + 1
    assert found.picture is query.picture is query_image.query_image(InpaintingSettings(**vars(settings))).picture
    assert (query.picture == image).all()
    with pytest.raises(ValueError, match="read-only"):
        query.picture[0, 0] = 1


def test_the_posterior_s_noise_is_not_made_of_the_numbers_that_choose_a_run_s_images(monkeypatch):
    noises, condition = [], grid_posterior.condition
    monkeypatch.setattr(grid_posterior, "condition", lambda *a, **kw: noises.append(a[-1]) or condition(*a, **kw))
    settings = InpaintingSettings(images=20, task="representation")
    list(query_image.steps(settings))
    assert len(noises) == 1
    for run in range(options(InpaintingSettings)["runs"].high):
        other = random_generator(settings.seed, Stream.INPAINTING_IMAGES + run).standard_normal(noises[0].shape)
        assert not np.array_equal(noises[0], other)
