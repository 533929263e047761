"""Downloaded sets through the inpainting study, and what is refused of them or of one's own images."""

import numpy as np
import pytest

from hyperviz.__main__ import main
from hyperviz.data import datasets, mnist
from hyperviz.errors import DataMissing
from hyperviz.figures.inpainting import charts as figures
from hyperviz.studies.inpainting import report as inpainting_report
from hyperviz.studies.inpainting import study as inpainting
from hyperviz.studies.inpainting.settings import InpaintingSettings
from tests.studies.inpainting.own_images import last
from tests.ui.without_browser import opened, shown

pytestmark = pytest.mark.usefixtures("fresh")


def refused(capsys, *arguments) -> str:
    """The one sentence that a refused command says, after what it may have said of its progress."""
    capsys.readouterr()
    assert main(["run", "inpainting", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    *progress, said = err.splitlines()
    assert out == ""
    assert said.startswith("hyperviz: ")
    assert all(line.startswith(("Reading ", "Downloading ")) for line in progress)
    return said


def test_what_cannot_be_answered_is_one_sentence(archive, capsys, monkeypatch, tmp_path):
    out = ["--out", tmp_path / "out"]
    said = refused(capsys, "--dataset=own", "--images=30", *out)
    assert "images must be at most 29: of your own images, 40, 11 are kept for tests and validation; got 30." in said
    said = refused(capsys, "--dataset=own", "--images=10", "--pixels=145", *out)
    assert "pixels must be at most 144, or all, for images of 12 × 12; got 145." in said
    archive.write_bytes(b"no archive")
    datasets._own.cache_clear()
    assert "own.npz is not an .npz" in refused(capsys, "--dataset=own", *out)
    monkeypatch.delenv(datasets.VARIABLE)
    assert "HYPERVIZ_IMAGES names" in refused(capsys, "--dataset=own", *out)
    assert "mnist is not on this machine" in refused(capsys, "--dataset=mnist", *out)


def test_a_page_says_in_place_that_a_set_can_be_had_nowhere_and_another_can_be_chosen():
    app = opened("inpainting", dataset="cifar10", images="10", kernel="hk")
    assert not app.exception
    (error,) = app.error
    assert "cifar10 is not on this machine" in error.value
    app.session_state["inpainting.dataset"] = "digits"
    app.run()
    assert not app.exception
    assert not app.error
    assert "N = 10, all pixels: squared error HK" in shown(app)


def test_mnist_is_downloaded_where_that_is_said_and_read_like_the_built_in_digits(small_mirror, held):
    settings = InpaintingSettings(dataset="mnist", images=10, kernel="nngp", digits=0)
    results = inpainting.stream(settings)
    first = next(results)
    held.set()
    seen = [first, *results]
    assert seen[0].doing == "Downloading full MNIST."
    assert inpainting_report.verdict(seen[0])[:2] == ("Downloading full MNIST.", "measuring")
    assert inpainting_report.progress(seen[0]) == "Downloading full MNIST."
    assert len(small_mirror) == 4
    assert (seen[-1].gallery.truth == mnist.test().images[:8]).all()
    assert (seen[-1].gallery.labels == mnist.test().labels[:8]).all()
    assert "over 12 test digits" in inpainting_report.progress(seen[-1])
    assert list(figures.charts(settings)) == ["own", "gallery", "error", "stored", "stored_hidden"]


def test_cifar_is_there_in_grey_and_in_colour(small_mirror):
    grey, colour = (last(dataset=name, images=10, kernel="hk") for name in ("cifar10-grey", "cifar10"))
    assert grey.gallery.predicted["hk"].shape == (4, 32, 32)
    assert colour.gallery.predicted["hk"].shape == (4, 32, 32, 3)
    assert (grey.gallery.labels == colour.gallery.labels).all()
    assert small_mirror.count("good") == 1


def test_a_set_that_can_be_had_nowhere_is_one_sentence():
    with pytest.raises(DataMissing, match="cifar10 is not on this machine"):
        last(dataset="cifar10")


@pytest.mark.parametrize(
    ("side", "images", "pixels", "words"), [(64, 800, "all", "N goes up to"), (64, 20, 9, "random")]
)
def test_what_would_take_minutes_is_for_the_command_line(tmp_path, monkeypatch, side, images, pixels, words):
    np.savez(tmp_path / "own.npz", np.zeros((1200, side, side), np.uint8))
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path / "own.npz"))
    settings = InpaintingSettings(dataset="own", images=images, pixels=pixels)
    assert words in inpainting.too_large(settings)
    assert "64 × 64" in inpainting.too_large(settings) or pixels == 9
    assert inpainting.too_large(InpaintingSettings(dataset="own", images=500)) == ""
