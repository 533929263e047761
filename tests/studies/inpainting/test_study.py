"""The inpainting study: what its stream says, what f may see, and that the paper's protocol runs."""

import dataclasses

import numpy as np
import pytest

from hyperviz.data import digits
from hyperviz.errors import InvalidInput
from hyperviz.studies.common.options import mend, parse
from hyperviz.studies.inpainting import image_set, kernel_options, query_image, regression, study, train_test_split
from hyperviz.studies.inpainting.masks import masked
from hyperviz.studies.inpainting.paper_table1 import IMAGES, MISPRINT, paper
from hyperviz.studies.inpainting.settings import PRESETS, InpaintingSettings
from hyperviz.studies.inpainting.study import stream
from hyperviz.theory.regression import grid

PARTS = {"lower": 392, "upper": 392, "left": 392, "right": 392, "centre": 196, "rows": 392, "random": 392}
PARTS |= {"everything": 784, "nothing": 0, "drawn": 0}
SEEN = InpaintingSettings(images=10)


def last(**settings):
    *_, result = stream(InpaintingSettings(**settings))
    return result


def test_the_gallery_comes_first_then_the_error_at_n_then_the_curve_from_its_cheap_end():
    seen, results = [], list(stream(InpaintingSettings(images=60, seed=1)))
    for result in results:
        seen += [key for key in result.errors if key not in seen]
    assert results[0].query.predicted.keys() == {"nngp"}
    assert not results[0].errors
    first = next(i for i, result in enumerate(results) if result.gallery.predicted)
    assert results[first - 1].query.finished
    assert seen == [(n, k) for n in (60, 10, 20, 50) for k in ("nngp", "hk", "mean", "nearest", "ridge")]
    assert [r.finished for r in results] == [False] * (len(results) - 1) + [True]


def test_the_gallery_holds_eight_test_digits_as_grey_images():
    result = last(images=10, digits=3)
    gallery = result.gallery
    assert (gallery.truth == digits.test().images[3:11]).all()
    assert (gallery.labels == digits.test().labels[3:11]).all()
    for images in (gallery.truth, gallery.seen, *gallery.predicted.values()):
        assert images.shape == (8, 28, 28)
        assert images.dtype == np.uint8
    assert (gallery.seen[:, 14:] == 0).all()
    assert (gallery.seen[:, :14] == gallery.truth[:, :14]).all()
    assert not gallery.blank.any()


@pytest.mark.parametrize(("part", "count"), PARTS.items())
def test_each_hidden_part_hides_its_pixels(part, count):
    assert regression.hidden(InpaintingSettings(hidden=part)).sum() == count
    assert regression.hidden(InpaintingSettings(hidden=part, task="representation")).sum() == 0


def test_more_images_make_the_error_smaller_and_hidden_pixels_are_harder():
    errors = last(images=100).errors
    for kernel in ("nngp", "hk"):
        mse = [errors[n, kernel].mse for n in (10, 20, 50, 100)]
        assert mse == sorted(mse, reverse=True)
        assert errors[100, kernel].mse_hidden > errors[100, kernel].mse
        assert errors[100, kernel].expansion_error <= 1e-8


def test_seeing_the_hidden_part_helps():
    """Negative control: if the mask never reached f, the two tasks would score alike."""
    whole, half = last(images=50, task="representation"), last(images=50)
    for kernel in ("nngp", "hk"):
        gap = half.errors[50, kernel].mse - whole.errors[50, kernel].mse
        assert gap > 3 * half.errors[50, kernel].mse_stderr
        assert np.isnan(whole.errors[50, kernel].mse_hidden)


def completed(monkeypatch, **painted):
    """NNGP's completions of the gallery, some rows of whose digits are painted white before f sees them."""
    pictures = image_set.pictures(SEEN).copy()
    pictures[:, painted.get("at", slice(0, 0))] = 255
    regression._kept.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(image_set, "pictures", lambda settings: pictures)
        *_, (shown, _, _) = regression.solve(SEEN, 0, SEEN.images, "nngp")
    return shown


def test_only_what_f_sees_decides_the_prediction(monkeypatch):
    truth = completed(monkeypatch)
    assert truth.max() > 100
    np.testing.assert_array_equal(completed(monkeypatch, at=slice(14, 28)), truth)  # the hidden half
    assert (completed(monkeypatch, at=slice(12, 14)) != truth).any(axis=(1, 2)).all()


def test_runs_are_averaged_and_their_scatter_is_the_standard_error():
    settings = InpaintingSettings(images=10, kernel="hk", runs=3)
    *_, three = stream(settings)
    errors = np.array([regression.lookup(settings, run, 10, "hk").squares.mean(axis=0) for run in range(3)])
    assert len(np.unique(errors[:, 0])) == 3
    found = three.errors[10, "hk"]
    assert found.runs == 3
    assert (found.mse, found.mse_hidden) == pytest.approx(errors.mean(0).tolist())
    assert (found.mse_stderr, found.mse_hidden_stderr) == pytest.approx((errors.std(0, ddof=1) / 3**0.5).tolist())
    one = last(images=10, kernel="hk").errors[10, "hk"]
    assert (one.mse, one.runs) == (pytest.approx(errors[0, 0]), 1)


def test_another_seed_gives_other_errors():
    assert len({last(images=10, kernel="hk", seed=s).errors[10, "hk"].mse for s in (0, 1)}) == 2


def test_the_same_settings_give_the_same_numbers():
    first = last(images=20, pixels=5, seed=4).errors
    regression._kept.cache_clear()
    assert last(images=20, pixels=5, seed=4).errors == first


def test_training_sets_are_nested_balanced_and_apart_from_the_test_digits():
    settings = InpaintingSettings(seed=5)
    small, large = (train_test_split.of_run(settings, n) for n in (20, 100))
    assert (large.y[:20] == small.y).all()
    label = {image.tobytes(): digit for image, digit in zip(*digits.load(), strict=True)}
    for drawn, each in ((small.y, 2), (large.y, 10), (large.truth, train_test_split.TESTED // 10)):
        rows = [np.round(image * 255).astype(np.uint8).tobytes() for image in drawn]
        assert len(set(rows)) == len(rows)
        assert np.bincount([label[row] for row in rows]).tolist() == 10 * [each]
    assert not {image.tobytes() for image in large.y} & {image.tobytes() for image in large.truth}


@pytest.mark.parametrize(("kernel", "expected"), [("nngp", 0.061), ("hk", 0.068)])
def test_the_papers_20_pixels_an_image_give_the_known_error(kernel, expected):
    """0.061: the prototype's ensemble of five draws at N = 50; HK's lies a tenth above, as its single draws did."""
    error = last(images=50, pixels=20, task="representation", kernel=kernel).errors[50, kernel]
    assert error.mse == pytest.approx(expected, abs=3 * error.mse_stderr)


def test_f_that_sees_nothing_predicts_0_and_the_result_says_so():
    for pixels in ("all", 5):
        result = last(images=10, pixels=pixels, hidden="everything")
        assert result.gallery.blank.all()
        assert all((result.gallery.predicted[kernel] == 0).all() for kernel in ("nngp", "hk"))
        assert (result.query.posterior.mean == 0).all()
        assert (result.query.posterior.deviation == 0).all()
        assert [note.split(":")[0] for note in result.notes] == [
            "f sees nothing of the one digit",
            "f sees nothing of 8 of the 8 digits shown",
        ]


def test_what_is_too_large_to_be_live_says_so_in_one_sentence():
    assert study.too_large(InpaintingSettings()) == ""
    assert study.too_large(InpaintingSettings(images=200, pixels=20)) == ""
    assert "4,000 images" in study.too_large(InpaintingSettings(images=4000))
    assert "10,000" in study.too_large(InpaintingSettings(images=500, pixels=20))


def test_every_preset_can_be_shown_live():
    assert not any(study.too_large(s) for s in PRESETS.values())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"images": "5"}, "images must be an integer from 10 to 4,000; got 5"),
        ({"ridge": "-1"}, "ridge must be a number from 1e-06 to 1; got -1"),
        ({"pixels": "most"}, "pixels must be an integer from 1 to 784, or all; got 'most'"),
        ({"hidden": "corner"}, "hidden must be one of lower"),
        ({"bandwidth": "nan"}, "bandwidth must be a number from 0.3 to 10"),
    ],
)
def test_bad_settings_are_one_sentence(given, message):
    with pytest.raises(InvalidInput, match=message):
        parse(InpaintingSettings, given)


def test_a_link_is_read_and_mended():
    settings, said = mend(InpaintingSettings, {"pixels": "20", "images": "9999", "hidden": "left"})
    assert dataclasses.asdict(settings).items() >= {"pixels": 20, "images": 4000, "hidden": "left"}.items()
    assert len(said) == 1


def test_in_the_papers_table_errors_fall_with_n_nngp_is_ahead_and_one_number_is_no_part_of_its_column():
    for task in ("representation", "inpainting"):
        rows = {kernel: np.array([paper(task, kernel, n) for n in IMAGES]) for kernel in ("nngp", "hk", "hn")}
        sure = rows["hn"] != MISPRINT
        assert sure.all() == (task == "representation")
        assert all((np.diff(row[sure]) < 0).all() for row in rows.values())
        assert (rows["nngp"] < rows["hk"]).all()
        assert (rows["hk"] < rows["hn"]).all()
    assert paper("inpainting", "hk", 30) is None
    assert paper("inpainting", "hk-released", 50) is None


def test_each_run_learns_from_images_of_its_own():
    settings = InpaintingSettings(images=10, runs=2, kernel="nngp")
    list(query_image.steps(settings))  # its systems are kept
    options = kernel_options.of_grid(settings) | {"ridge": settings.ridge, "kernel": "nngp"}
    for run in range(2):
        *_, (_, _, found) = regression.solve(settings, run, 10, "nngp")
        y, truth, _ = train_test_split.of_run(settings, 10, run)
        done = grid.complete(masked(y, settings), y, masked(truth, settings), **options).prediction
        wanted = ((np.clip(done, 0, 1) - truth) ** 2).mean(axis=(1, 2))
        assert found.squares[:, 0] == pytest.approx(wanted, abs=1e-9)
