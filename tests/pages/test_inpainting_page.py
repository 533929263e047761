"""/inpainting in a real browser."""

import io

import numpy as np
import pandas as pd
import pytest

from hyperviz.studies.inpainting import study
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views.any_mask import MASKS, METHODS
from tests.pages.browser import Canvas, alt, move, open_page, still, to_the_left, trace, wait_for_alt

PIXELS = "Array.from(document.querySelector('.js-plotly-plot').calcdata[0][0].z.flat()).slice(0, 3000).join()"
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("compiled_lightly")]  # as the server: numbers are compared
GALLERY = 1


def pixels(tab) -> list[int]:
    return tab.evaluate("Array.from(document.querySelector('.js-plotly-plot').calcdata[0][0].z.flat())")


def solved(tab, images: int) -> None:
    """Until the gallery, the second chart, holds the completions of so many images."""
    wait_for_alt(tab, f"N = {images}, all pixels: squared error NNGP", GALLERY)


@pytest.mark.slow
def test_more_training_images_change_the_completed_digits(tab, address):
    open_page(tab, f"{address}/inpainting?images=20")
    solved(tab, 20)
    before = pixels(tab)
    move(tab, "training images, N", 1)
    solved(tab, 50)
    assert pixels(tab) != before
    assert "images=50" in tab.url


def test_a_link_hides_another_part_of_the_digits(tab, address):
    open_page(tab, f"{address}/inpainting?images=16&hidden=left")
    solved(tab, 16)
    sheet = np.array(
        tab.evaluate("document.querySelectorAll('.js-plotly-plot')[1].calcdata[0][0].z.map(r => Array.from(r))")
    )
    seen = sheet[29:57, :28]
    truth = sheet[:28, :28]
    assert seen[:, :14].max() == 1  # 0 is the line between two digits
    np.testing.assert_array_equal(seen[:, 14:], truth[:, 14:])


def test_the_csv_holds_the_study_s_errors_and_the_paper_s(tab, address):
    open_page(tab, f"{address}/inpainting?images=50")
    tab.get_by_text("4 of 4 points of the curve").or_(tab.get_by_text("3 of 3 points of the curve")).wait_for()
    tab.get_by_text("The numbers, the code, the link").click()
    with tab.expect_download() as download:
        tab.get_by_text("Download CSV").click()
    found = pd.read_csv(io.BytesIO(download.value.path().read_bytes()))
    *_, result = study.stream(InpaintingSettings(images=50))
    row = found[(found.images == 50) & (found.kernel == "nngp") & (found.quantity == "mse")].iloc[0]
    assert row.value == pytest.approx(result.errors[50, "nngp"].mse, rel=1e-9)
    assert row.paper == 0.054


def test_settings_too_large_for_a_page_get_a_sentence_and_the_page_lives(tab, address):
    tab.goto(f"{address}/inpainting?images=4000")
    tab.get_by_text("run from the command line").wait_for()
    to_the_left(tab, "training images, N")
    solved(tab, 10)
    assert "N = 10, all pixels" in alt(tab, GALLERY)


def test_a_stroke_changes_the_completion_and_so_does_another_mask(tab, address):
    open_page(tab, f"{address}/inpainting?images=20&view=finer")
    wait_for_alt(tab, "does not see 392 pixels, completed")
    before = pixels(tab)
    Canvas(tab).drag((6, 6), (20, 10))
    tab.wait_for_url("**drawing=*")
    wait_for_alt(tab, "completed")
    tab.wait_for_function(f"{PIXELS} !== {before[:3000]!r}.join()")
    drawn = pixels(tab)
    tab.locator(".st-key-status").get_by_text("Done.").wait_for()  # a page that still runs may close the list
    chosen = tab.get_by_role("combobox", name="hidden part")
    chosen.scroll_into_view_if_needed()
    still(tab)  # a list closes while the page scrolls
    chosen.click()
    tab.get_by_role("option", name="rows").click()
    tab.wait_for_url("**hidden=rows*")
    tab.wait_for_function(f"{PIXELS} !== {drawn[:3000]!r}.join()")
    with tab.expect_download() as download:
        tab.locator(".live .more").first.click()
        tab.get_by_role("menuitem", name="Picture for slides").first.click()
    assert download.value.suggested_filename.startswith("hyperviz-inpainting-own")


def test_hn_is_seen_learning_and_its_error_is_drawn_beside_the_kernels(tab, address):
    sheet = "document.querySelectorAll('.js-plotly-plot')[1].calcdata[0][0].z.flat()"
    open_page(tab, f"{address}/inpainting?images=50&view=network")
    wait_for_alt(tab, "NNGP, HK", GALLERY)
    wait_for_alt(tab, "HN at step", GALLERY)
    early = tab.evaluate(f"Array.from({sheet}).join()")
    tab.wait_for_function(f"before => Array.from({sheet}).join() !== before", arg=early)
    tab.wait_for_function("document.querySelectorAll('.js-plotly-plot')[2].data.at(-1).customdata >= 40")
    errors = trace(tab, "HN, 200 test digits", GALLERY + 1)
    assert min(errors) < 0.9 * errors[0]
    assert trace(tab, "NNGP", GALLERY + 1)


def test_plain_methods_stand_beside_the_nngp_under_every_mask_and_in_its_log_likelihood(tab, address):
    open_page(tab, f"{address}/inpainting?images=10&view=rivals")
    wait_for_alt(tab, "Beside a Gaussian learnt once: ", GALLERY)
    tab.locator(".st-key-status").get_by_text("Done.").wait_for()
    names = "document.querySelectorAll('.js-plotly-plot')[1].data.map(one => [one.name, one.y.length])"
    tab.wait_for_function(f"count => {names}.every(([_, drawn]) => drawn === count)", arg=len(MASKS))
    assert {name for name, _ in tab.evaluate(names)} == set(METHODS.values())
    tab.get_by_role("radio", name="uncertainty").or_(tab.get_by_role("button", name="uncertainty")).click()
    wait_for_alt(tab, "Log-likelihood a pixel: NNGP", GALLERY + 1)
    assert len(tab.evaluate("document.querySelectorAll('.js-plotly-plot')[2].data.map(one => one.x[0])")) == 3


def test_a_stroke_is_one_step_of_the_address_and_its_link_opens_the_same_drawing(tab, address):
    open_page(tab, f"{address}/inpainting?images=10&view=finer&kernel=nngp")
    tab.wait_for_selector(".overlay")
    steps = tab.evaluate("history.length")
    Canvas(tab).drag((6, 6), (20, 6), (20, 12), (8, 12))
    tab.wait_for_url("**drawing=*")
    link, picture = tab.url, "document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot"
    shown = f"[...{picture}.querySelector('.picture').getContext('2d').getImageData(0, 0, 28, 28).data].join()"
    assert tab.evaluate("history.length") == steps + 1
    drawn = tab.evaluate(shown)
    tab.get_by_role("button", name="Next test digit").click()
    tab.wait_for_function(f"before => {shown} !== before", arg=drawn)
    tab.goto(link)
    tab.wait_for_selector(".overlay")
    tab.wait_for_function(f"before => {picture}.querySelector('.picture') && {shown} !== before", arg="")
    again, before = (np.array(text.split(","), int) for text in (tab.evaluate(shown), drawn))
    assert np.abs(again - before).max() <= 8  # a link keeps sixteen greys
