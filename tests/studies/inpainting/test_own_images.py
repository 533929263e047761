"""One's own images through the inpainting study: in colour, of any side, and few."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from hyperviz.__main__ import main
from hyperviz.data import datasets
from hyperviz.errors import InvalidInput
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
from tests.studies.inpainting.own_images import COUNT, OWN, SIDE, blobs, last
from tests.ui.without_browser import opened, shown

pytestmark = pytest.mark.usefixtures("fresh")


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


def test_a_page_says_in_place_what_is_wrong_with_the_images_and_stays_alive(monkeypatch, tmp_path):
    app = opened("inpainting", dataset="own", images="12")
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


def test_ones_own_images_are_read_while_the_page_goes_on(archive, held):
    results = inpainting.stream(InpaintingSettings(**OWN))
    first = next(results)
    assert first.doing == "Reading your own images."
    assert all(chart.draw(first) for chart in figures.charts(first.settings).values())
    held.set()
    assert [*results][-1].finished


def test_bad_own_images_are_no_crash_of_the_library(monkeypatch):
    monkeypatch.setenv(datasets.VARIABLE, "nowhere")
    with pytest.raises(InvalidInput, match="folder of image files"):
        last(dataset="own")
