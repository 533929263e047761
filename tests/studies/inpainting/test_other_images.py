"""Other data through the inpainting study: downloaded sets and one's own images, grey or in colour, of any side."""

import dataclasses
import threading

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from hyperviz.__main__ import main
from hyperviz.data import datasets, fetch, mnist
from hyperviz.errors import DataMissing, InvalidInput
from hyperviz.figures.inpainting import charts as figures
from hyperviz.studies.common.images.drawing import encode
from hyperviz.studies.inpainting import (
    image_set,
    kernel_options,
    query_image,
    regression,
    train_test_split,
)
from hyperviz.studies.inpainting import report as inpainting_report
from hyperviz.studies.inpainting import study as inpainting
from hyperviz.studies.inpainting.masks import hidden, masked
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views import report as views_report
from hyperviz.studies.inpainting.views.registry import OTHERS
from hyperviz.theory.regression import grid
from tests import ROOT
from tests.data.server import mirror
from tests.data.test_fetch import CACHES, FILES, mirrored
from tests.ui.without_browser import shown

SIDE, COUNT = 12, 40
OWN = {"dataset": "own", "images": 12}


def blobs(count=COUNT, side=SIDE):
    """Coloured bumps on a grey ground: smooth, and bright at the border."""
    rng, at = np.random.default_rng(3), np.arange(side) / side
    middle, tint = rng.random((2, count, 1)), rng.random((count, 1, 1, 3))
    down, right = (np.exp(-(((at - m) / 0.3) ** 2)) for m in middle)
    return np.uint8(255 * (0.2 + 0.8 * tint * down[:, :, None, None] * right[:, None, :, None]))


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """Nothing downloaded, nothing named, and nothing kept from another test."""
    monkeypatch.setenv(fetch.FOLDER, str(tmp_path / "cache"))
    monkeypatch.delenv(datasets.VARIABLE, raising=False)
    monkeypatch.setattr(fetch, "RETRIES", 0)
    for variable in ("HYPERVIZ_MIRROR_MNIST", "HYPERVIZ_MIRROR_CIFAR10"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9/")  # nothing is ever asked of another machine
    for cached in CACHES:
        cached.cache_clear()
    yield
    for cached in CACHES:
        cached.cache_clear()


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """An .npz of 12 x 12 colour images, named as one names one's own."""
    np.savez(tmp_path / "own.npz", images=blobs())
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path / "own.npz"))
    return tmp_path / "own.npz"


@pytest.fixture
def small_mirror(monkeypatch):
    with mirror(FILES) as (address, asked):
        mirrored(monkeypatch, address)
        yield asked


@pytest.fixture
def held(monkeypatch):
    """Data sets are read once this event is set."""
    event, load = threading.Event(), datasets.load

    def waiting(name):
        event.wait(30)
        return load(name)

    monkeypatch.setattr(datasets, "load", waiting)
    return event


def last(**settings):
    *_, result = inpainting.stream(InpaintingSettings(**settings))
    return result


def page(**query) -> AppTest:
    app = AppTest.from_file(str(ROOT / "hyperviz" / "ui" / "shell.py"), default_timeout=600)
    app.switch_page(str(ROOT / "pages" / "inpainting.py"))
    for key, value in query.items():
        app.query_params[key] = str(value)
    return app.run()


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


def test_colour_images_are_completed_as_three_grey_ones_and_learnt_from(archive):
    result = last(**OWN)
    settings, shown = result.settings, image_set.shown(result.settings)
    truth = datasets.load("own").test[shown]
    assert result.gallery.truth.shape == (8, SIDE, SIDE, 3)
    assert (result.gallery.truth == truth).all()
    assert (result.gallery.seen[:, SIDE // 2 :] == 0).all()
    y, x_new = train_test_split.of_run(settings, 12).y, masked(truth / 255.0, settings)
    options = kernel_options.of_grid(settings) | {"ridge": settings.ridge}
    for kernel in ("nngp", "hk"):
        found = [grid.complete(masked(y, settings), y[..., c], x_new, kernel=kernel, **options) for c in range(3)]
        wanted = regression.grey(np.stack([one.prediction for one in found], axis=-1))
        assert np.abs(result.gallery.predicted[kernel].astype(int) - wanted).max() <= 1
        error = result.errors[12, kernel]
        assert error.mse < 0.02 < ((truth / 255.0) ** 2).mean()  # what black would score
    assert inpainting_report.table(result).dataset.unique().tolist() == ["own"]


def test_fewer_than_200_test_images_are_all_judged_and_the_page_says_how_many(archive):
    result = last(**OWN)
    assert "over 8 test images;" in inpainting_report.progress(result)
    *_, (_, _, outcome) = regression.solve(result.settings, 0, 12, "nngp")
    assert len(outcome.squares) == COUNT // 5


def test_the_posterior_of_a_colour_image_has_one_band_and_three_means(archive):
    given = last(**OWN).query.posterior
    assert given.mean.shape == (SIDE, SIDE, 3)
    assert given.deviation.shape == (SIDE, SIDE)
    assert given.samples.shape == (query_image.SAMPLES, SIDE, SIDE, 3)
    assert given.deviation[-3:].min() > 3 * given.deviation[:5].max()


def test_the_finite_network_is_for_grey_images_of_the_canvas_s_size(archive):
    with pytest.raises(InvalidInput, match="grey images of 28 × 28"):
        last(**OWN, view="network")


@pytest.mark.parametrize("view", sorted({*OTHERS} - {"network"}))
def test_every_view_shows_ones_own_images(archive, view):
    result = last(**OWN, view=view)
    assert result.finished
    said = inpainting_report.verdict(result)
    assert said.state in ("holds", "differs", "measured")
    assert "digit" not in said.text
    table = inpainting_report.table(result)
    assert view == "finer" or np.isfinite(table["value"].astype(float)).all()
    for name, (draw, *_) in figures.charts(result.settings).items():
        figure = draw(result)
        assert len(figure.data)
        assert "digit" not in figure.to_json()
        assert name == "own" or "digit" not in views_report.see(name, result.settings)


def test_sheets_of_colour_images_are_in_colour_and_the_band_lies_over_them(archive):
    result = last(**OWN)
    gallery = figures.gallery(result)
    assert gallery.data[0].type == "image"
    assert gallery.layout.xaxis.title.text == "image shown to f"
    assert list(gallery.layout.xaxis.ticktext) == list(datasets.load("own").labels)
    picture, band = figures.own(result).data
    assert (picture.type, band.type) == ("image", "heatmap")
    assert band.z.shape == (SIDE, SIDE)


@pytest.mark.parametrize(("gap", "order"), [(0.01, "NNGP"), (-0.01, "HK")])
def test_another_order_on_other_images_is_measured_and_contradicts_nobody(archive, gap, order):
    result = last(**OWN)._replace(lead=(gap, 0.001))
    said = inpainting_report.verdict(result)
    assert said.state == "measured"
    assert said.claim == ""
    assert f"{order} is ahead by 0.0100 [0.0080, 0.0120] on the same images; plain ridge 0.0" in said.here


def test_the_papers_numbers_stand_beside_digits_alone(archive):
    for settings, there in ((InpaintingSettings(images=50), True), (InpaintingSettings(**OWN), False)):
        start = inpainting.InpaintingResult(settings, inpainting._gallery(settings), {}, None, (), 0.0, False)
        crosses = [trace for trace in figures.curve(start).data if "paper" in trace.name]
        assert bool(crosses) == there
        assert ("stored" in figures.charts(settings)) == there
        assert (inpainting_report.paper(settings, "nngp", 50) is not None) == there
        assert ("Table 1" in views_report.see("error", settings)) == there


def test_a_drawing_or_a_mask_is_kept_for_digits_and_only_the_mask_is_scaled(archive):
    drawn = encode(np.full((28, 28), 255, np.uint8))
    settings = InpaintingSettings(**OWN, drawing=drawn, digits=9)
    assert not query_image.is_drawn(settings)
    assert (query_image.query_image(settings).picture == datasets.load("own").test[9 % 8]).all()
    assert query_image.is_drawn(dataclasses.replace(settings, dataset="digits"))
    assert hidden(settings, SIDE).sum() == SIDE * SIDE / 2


def test_images_without_a_black_border_are_said_to_be_joined_and_the_view_says_by_how_much(archive):
    read, note = last(**OWN).notes
    assert read.startswith("Read: ")
    assert "no black border, and the torus joins their opposite edges: the view “border”" in note
    assert last(images=10, kernel="nngp").notes == ()


def test_the_view_shows_that_joined_edges_which_are_unlike_move_the_predictions_there(tmp_path, monkeypatch):
    slanted = (
        blobs() // 2 + np.linspace(0, 127, SIDE).astype(np.uint8)[:, None]
    )  # dark to the left, bright to the right
    np.savez(tmp_path / "own.npz", slanted)
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path / "own.npz"))
    border = last(**OWN, view="border", kernel="nngp", task="representation")
    assert [note[:5] for note in border.notes] == ["Read:"]
    assert "these have no black borders" in inpainting_report.verdict(border).text
    assert border.view.images == 12
    gap = np.abs(border.view.torus - border.view.open).mean(axis=(0, 1, 3))
    assert min(gap[0], gap[-1]) > 3 * gap[SIDE // 2]


def test_a_run_on_a_folder_of_images_writes_what_it_measured(tmp_path, monkeypatch, capsys):
    (tmp_path / "images").mkdir()
    for i, image in enumerate(blobs()):
        Image.fromarray(image).save(tmp_path / "images" / f"{i:02}.png")
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path / "images"))
    command = ["--dataset=own", "--images=10", "--pixels=9", "--kernel=hk", "--out", tmp_path / "out"]
    assert main(["run", "inpainting", *map(str, command)]) == 0
    assert "squared error HK 0." in capsys.readouterr().out
    rows = pd.read_csv(tmp_path / "out" / "result.csv")
    assert set(rows.quantity) == {"mse", "mse_hidden"}
    assert str(tmp_path) not in (tmp_path / "out" / "settings.json").read_text()
    np.savez(tmp_path / "own.npz", blobs())
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path / "own.npz"))
    assert last(dataset="own", images=10, pixels=9, kernel="hk").errors[10, "hk"].mse == pytest.approx(
        rows.value[0], rel=1e-9
    )


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


def test_a_page_says_in_place_what_is_wrong_with_the_images_and_stays_alive(monkeypatch, tmp_path):
    app = page(dataset="own", images=12)
    assert not app.exception
    (error,) = app.error
    assert "HYPERVIZ\\_IMAGES" in error.value
    np.savez(tmp_path / "own.npz", images=blobs())
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path / "own.npz"))
    app.run()
    assert not app.exception
    assert not app.error
    said = shown(app)
    assert "finish half an image" in said
    assert "These images are 12 × 12 in colour: here is one of the test images" in said
    assert "N = 12, all pixels: squared error NNGP" in said


def test_a_page_says_in_place_that_a_set_can_be_had_nowhere_and_another_can_be_chosen():
    app = page(dataset="cifar10", images=10, kernel="hk")
    assert not app.exception
    (error,) = app.error
    assert "cifar10 is not on this machine" in error.value
    app.session_state["inpainting.dataset"] = "digits"
    app.run()
    assert not app.exception
    assert not app.error
    assert "N = 10, all pixels: squared error HK" in shown(app)


def test_ones_own_images_are_read_while_the_page_goes_on(archive, held):
    results = inpainting.stream(InpaintingSettings(**OWN))
    first = next(results)
    assert first.doing == "Reading your own images."
    assert all(chart.draw(first) for chart in figures.charts(first.settings).values())
    held.set()
    assert [*results][-1].finished


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


def test_bad_own_images_are_no_crash_of_the_library(monkeypatch):
    monkeypatch.setenv(datasets.VARIABLE, "nowhere")
    with pytest.raises(InvalidInput, match="folder of image files"):
        last(dataset="own")
