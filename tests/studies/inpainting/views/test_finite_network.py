"""HN watched while it learns: its error falls, it is given what the kernels are given, and the verdict is computed."""

import numpy as np
import pytest

from hyperviz.figures.inpainting import charts as figures
from hyperviz.studies.inpainting import adam, train_test_split
from hyperviz.studies.inpainting import report as inpainting_report
from hyperviz.studies.inpainting import study as inpainting
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views import finite_network, finite_network_report
from hyperviz.studies.inpainting.views.finite_network import Learning
from tests.compilations import counted

QUICK, BRIEF = adam.Plan(width_f=64, width_g=16, features=32), (0, 5, 20, 60, 120)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A small network at few steps: its numbers are not judged, only where they go."""
    monkeypatch.setattr(finite_network, "EVAL_STEPS", BRIEF)
    monkeypatch.setattr(finite_network, "plan", lambda settings: QUICK._replace(learning_rate=settings.learning_rate))


def last(**settings):
    *_, found = finite_network.steps(InpaintingSettings(view="network", **({"images": 20} | settings)))
    return found


def test_its_error_falls_while_it_learns_and_the_kernels_stand_beside():
    found = last(images=100)
    tested = np.mean(found.tested, axis=1)
    assert found.steps == BRIEF
    assert tested[found.best] < 0.8 * tested[0]
    assert found.shown == found.steps[found.best]
    assert set(found.kernels) == {"nngp", "hk"}
    for squares in (*found.tested, *found.kernels.values()):
        assert squares.shape == (train_test_split.TESTED,)
    assert all(pictures.shape == (8, 28, 28) for pictures in found.pictures.values())


def test_without_a_learning_rate_the_error_stays_where_it_was(monkeypatch):
    """Negative control: it is the training that lets the error fall."""
    monkeypatch.setattr(finite_network, "plan", lambda settings: QUICK._replace(learning_rate=0.0))
    found = last()
    assert set(np.mean(found.tested, axis=1)) == {found.tested[0].mean()}
    assert found.steps[found.best] == 0


def test_the_pictures_change_from_look_to_look_and_the_best_ones_end_the_stream():
    seen = list(finite_network.steps(InpaintingSettings(images=20)))
    pictures = [found.pictures.get("hn") for found in seen if found.steps]
    by_step = {found.shown: found.pictures["hn"] for found in seen if found.steps and not found.finished}
    assert (by_step[0] != by_step[20]).any()
    assert (pictures[-1] == by_step[seen[-1].steps[seen[-1].best]]).all()
    assert [found.finished for found in seen] == [False] * (len(seen) - 1) + [True]
    assert not seen[0].steps  # what is compiled is announced before it is
    assert "compiled" in seen[0].doing


def test_hn_and_the_kernels_are_given_the_same_pixels_and_those_are_the_gallery_s_first_draw(monkeypatch):
    given = {}
    solve, train = finite_network.random_pixels.steps, adam.train
    monkeypatch.setattr(finite_network.random_pixels, "steps", lambda *a, **k: given.update(kernel=a) or solve(*a, **k))
    monkeypatch.setattr(adam, "train", lambda *a: given.update(hn=a) or train(*a))
    last(pixels=7, seed=3)
    y, _, rng = train_test_split.sample(3, 0, 20)
    for x, targets, *_ in given.values():
        np.testing.assert_array_equal(targets.reshape(y.shape), y)
        assert (x.reshape(y.shape)[:, 14:] == 0).all()
    first = train_test_split.pixels(rng, 20, 7)
    assert all((pixels == first).all() for _, _, pixels, *_ in given.values())


@pytest.mark.parametrize(
    ("asked", "learnt"),
    [((1000, "all"), (200, 20)), ((50, "all"), (50, 20)), ((10, 400), (10, 100)), ((50, 5), (50, 5))],
)
def test_no_more_is_learnt_from_than_a_page_can_wait_for_and_it_is_said(asked, learnt):
    settings = InpaintingSettings(images=asked[0], pixels=asked[1], view="network")
    found = next(finite_network.steps(settings))
    assert (found.images, found.pixels) == learnt
    said = finite_network_report.verdict(made([0.1], nngp=0.0)._replace(images=found.images), settings).text
    assert ("more are for the command line" in said) == (asked[0] > learnt[0])


def test_nothing_is_compiled_again_for_other_images_another_mask_another_seed_or_rate():
    last()
    with counted() as seen:
        last(images=50, seed=5, learning_rate=0.01, hidden="left", digits=9)
        last(task="representation", ridge=0.1)
    assert seen == []


def test_f_that_sees_nothing_teaches_nothing_and_the_verdict_says_so():
    found = last(hidden="everything")
    assert found.finished
    assert found.steps == (0,)
    assert (found.pictures["hn"] == 0).all()
    said = finite_network_report.verdict(found, InpaintingSettings(hidden="everything"))
    assert said.state == "measured"
    assert "nothing to learn" in said.text


def made(tested, finished=True, **gaps):
    """HN's errors by step, and by how much each kernel is ahead of the best of them."""
    noise = np.random.default_rng(0).normal(0, 0.001, train_test_split.TESTED)
    base = 0.06 + np.random.default_rng(1).normal(0, 0.02, train_test_split.TESTED)
    errors = tuple(base + value for value in tested)
    best = int(np.argmin(tested))
    kernels = {kernel.replace("_", "-"): errors[best] - gap + noise for kernel, gap in gaps.items()}
    steps = tuple(range(0, 20 * len(tested), 20))
    return Learning({}, kernels, steps, errors, tuple(tested), best, 0, 200, 20, False, "", finished)


@pytest.mark.parametrize(
    ("gaps", "state", "words"),
    [
        ({"nngp": 0.01, "hk": 0.005}, "holds", "error of HN minus NNGP's +0.0100 [+0.0099, +0.0101], HK's +0.0050 ["),
        ({"nngp": 0.01, "hk": -0.005}, "differs", "HK's −0.0050 ["),
        ({"nngp": 0.01, "hk": 0.0}, "undecided", "HK's +0.0000 ["),
        ({"hk_released": 0.01}, "holds", "HK as released's +0.0100 ["),
    ],
)
def test_the_verdict_is_that_of_the_paired_differences(gaps, state, words):
    found = made([0.1, 0.0, 0.02], **gaps)
    said = finite_network_report.verdict(found, InpaintingSettings())
    assert said.state == state
    assert words in said.text
    assert f"HN {found.tested[1].mean():.4f}" in said.text
    assert "(its best step, 20)" in said.text
    early = finite_network_report.verdict(made([0.1, 0.0], finished=False, **gaps), InpaintingSettings())
    assert early.state == "measuring"
    assert early.chip == f"{finite_network_report.CLAIM}: still measuring"


def test_its_table_is_tidy_and_its_charts_hold_its_numbers():
    settings = InpaintingSettings(images=20, view="network", kernel="nngp")
    *_, result = inpainting.stream(settings)
    rows = inpainting_report.table(result)
    assert np.isfinite(rows["value"].astype(float)).all()
    trained = rows[(rows.kernel == "hn") & (rows.quantity == "mse")]
    np.testing.assert_allclose(trained.value, np.mean(result.view.tested, axis=1))
    assert list(trained.step) == list(result.view.steps)
    assert set(trained.pixels) == {20}
    chart = figures.CHARTS["learning"].draw(result)
    (line,) = [t for t in chart.data if t.name == "HN, 200 test digits"]
    np.testing.assert_allclose(line.y, trained.value)
    (dashed,) = [t for t in chart.data if t.name.startswith("NNGP")]
    assert dashed.line.dash == "dash"
    assert dashed.y[0] == pytest.approx(result.view.kernels["nngp"].mean())
    sheet = figures.CHARTS["network"].draw(result)
    assert list(sheet.layout.yaxis.ticktext) == ["truth", "f sees", f"HN, step {result.view.shown}", "NNGP"]
    np.testing.assert_array_equal(np.asarray(sheet.data[0].z)[58:86, :28], np.maximum(result.view.pictures["hn"][0], 1))
    assert "HN at step" in inpainting_report.alt(result, "network")
