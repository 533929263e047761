"""Data sets by name: how each is split, what is known of it, and what is said to be missing."""

import numpy as np
import pytest

from hyperviz.data import cifar10, datasets, digits, fetch, mnist
from hyperviz.errors import DataMissing, InvalidInput
from tests.data.published import DIGITS, PLANES, mirrored

pytestmark = pytest.mark.usefixtures("here")


def test_the_built_in_digits_need_nothing_and_the_rest_is_said_to_be_missing(served, monkeypatch):
    monkeypatch.setattr(mnist, "fetch", None)
    data = datasets.load("digits")
    assert (data.train.shape, data.validation.shape, data.test.shape) == (
        (4000, 28, 28, 1),
        (500, 28, 28, 1),
        (500, 28, 28, 1),
    )
    np.testing.assert_array_equal(data.unseen[..., 0], digits.load().images[4000:])
    np.testing.assert_array_equal(data.labels, digits.test().labels)
    assert "full MNIST (11 MB) and CIFAR-10 (163 MB)" in datasets.missing()
    pixels = (data.train / 255 - data.mean) / data.scale
    assert abs(pixels.mean()) < 0.02
    assert abs((pixels**2).mean() - 1) < 0.02


def test_datasets_are_known_by_name_and_a_tenth_of_the_training_images_is_for_validation(served, monkeypatch):
    mirrored(monkeypatch, served[0])
    data = datasets.load("mnist")
    assert (data.train.shape, data.validation.shape) == ((27, 28, 28, 1), (3, 28, 28, 1))
    assert mnist.train() is mnist.train()
    np.testing.assert_array_equal(np.concatenate([data.train, data.validation])[..., 0], DIGITS["train"])
    np.testing.assert_array_equal(data.test[..., 0], DIGITS["t10k"])
    np.testing.assert_array_equal(data.labels, DIGITS["t10k-labels"])
    colour, grey = datasets.load("cifar10"), datasets.load("cifar10-grey")
    assert (colour.train.shape, colour.validation.shape, colour.test.shape) == (
        (18, 32, 32, 3),
        (2, 32, 32, 3),
        (4, 32, 32, 3),
    )
    assert grey.train.shape == (18, 32, 32, 1)
    np.testing.assert_allclose(grey.test[..., 0], colour.test @ [0.299, 0.587, 0.114], atol=0.51)
    assert list(colour.labels) == [cifar10.CLASSES[i] for i in PLANES["test_batch"][1]]
    assert datasets.missing() == ""


def test_the_shape_of_a_set_is_known_before_it_is_downloaded(served):
    assert datasets.absent("cifar10-grey")
    shapes = {name: datasets.shape(name) for name in datasets.SHAPES}
    assert served[1] == []
    assert shapes == {"digits": (28, 28), "mnist": (28, 28), "cifar10-grey": (32, 32), "cifar10": (32, 32, 3)}


def test_ones_own_images_are_split_once_and_for_all_and_no_image_is_in_two_parts(here, monkeypatch):
    images = np.broadcast_to(np.arange(40, dtype=np.uint8)[:, None, None], (40, 5, 5))
    np.savez(here / "own.npz", images=images)
    monkeypatch.setenv(datasets.VARIABLE, str(here / "own.npz"))
    data = datasets.load(datasets.OWN)
    parts = [part[:, 0, 0, 0].tolist() for part in (data.train, data.validation, data.test)]
    assert [len(part) for part in parts] == [29, 3, 8]
    assert sorted(np.concatenate(parts)) == list(range(40))
    assert data.labels.tolist() == [f"no. {i + 1}" for i in parts[2]]
    datasets._own.cache_clear()
    assert [(a == b).all() for a, b in zip(datasets.load(datasets.OWN)[:3], data[:3], strict=True)] == [True] * 3
    assert datasets.shape(datasets.OWN) == (5, 5)


def test_without_a_place_named_there_are_no_own_images(monkeypatch):
    monkeypatch.delenv(datasets.VARIABLE, raising=False)
    with pytest.raises(InvalidInput, match="HYPERVIZ_IMAGES names where the app runs; it is not set: set it"):
        datasets.load(datasets.OWN)


def test_a_border_is_black_by_its_pixels_and_not_by_its_name(here, monkeypatch):
    assert datasets.load("digits").bordered
    framed = np.full((20, 6, 6, 3), 200, np.uint8)
    framed[:, [0, -1]] = framed[:, :, [0, -1]] = 0
    for images, black in ((framed, True), (framed + np.uint8(9), False)):
        np.savez(here / f"{black}.npz", images)
        monkeypatch.setenv(datasets.VARIABLE, str(here / f"{black}.npz"))
        assert datasets.load(datasets.OWN).bordered == black


def test_a_server_downloads_for_its_visitors_only_what_it_was_told_to(monkeypatch, tmp_path):
    monkeypatch.setenv(fetch.FOLDER, str(tmp_path))
    for allowed, wanted in ((None, True), ("", False), ("mnist, cifar10", True), ("cifar10", False)):
        if allowed is None:
            monkeypatch.delenv(datasets.DOWNLOADS, raising=False)
        else:
            monkeypatch.setenv(datasets.DOWNLOADS, allowed)
        assert datasets.may_download("mnist") == wanted
        assert ("MNIST" in datasets.missing()) == wanted
    with pytest.raises(DataMissing, match="nothing is downloaded for a visitor here: choose the digits"):
        datasets.load("mnist")
