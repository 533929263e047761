"""/prior in a real browser."""

import io
import re

import numpy as np
import pytest

from tests.pages.browser import alt, move, open_page, trace, wait_for_alt

pytestmark = pytest.mark.browser


def distance(tab) -> float:
    """The gap to the bell curve, in per cent, that the histogram's alt text says."""
    return float(re.search(r"bell curve up to ([\d.]+) %", alt(tab)).group(1))


@pytest.mark.slow
def test_a_wider_g_brings_the_output_nearer_to_its_gaussian(tab, address):
    """Theorem 2: f is wide, so that only m stands in the way."""
    open_page(tab, f"{address}/prior?depth_f=2&depth_g=2&width_f=4096&width_g=2&draws=256&view=depth")
    wait_for_alt(tab, "256 of 256 random networks drawn at n = 4,096, m = 2.")
    narrow = distance(tab)
    move(tab, "width of g, m", 9)
    wait_for_alt(tab, "256 of 256 random networks drawn at n = 4,096, m = 1,024.")
    assert narrow > 10
    assert distance(tab) < narrow / 5
    assert "width_g=1024" in tab.url


def test_the_buttons_choose_what_is_below_the_histogram_and_the_link_says_it(tab, address):
    open_page(tab, f"{address}/prior?depth_f=2&depth_g=2&draws=64&view=depth")
    tab.get_by_text("Condition number", exact=False).first.wait_for()
    assert tab.get_by_text("Corollary 1", exact=False).count() <= 2  # a preset, and the folded words
    tab.get_by_role("radio", name="kernel", exact=True).or_(
        tab.get_by_role("button", name="kernel", exact=True)
    ).first.click()
    tab.wait_for_function("document.querySelectorAll('.js-plotly-plot').length === 6")
    wait_for_alt(tab, "Measured at pairs of random points", chart=1)
    assert "view=kernel" in tab.url
    tab.get_by_role("radio", name="initialisation", exact=True).or_(
        tab.get_by_role("button", name="initialisation", exact=True)
    ).first.click()
    wait_for_alt(tab, "Variance of g's neurons layer by layer", chart=1)
    assert trace(tab, "He, predicted", chart=1)[-1] > 100 * trace(tab, "hyperfan-in, predicted", chart=1)[-1]
    tab.wait_for_selector(".verdict .here:has-text('g\\'s variance stays near 1 under NTK scaling')")
    tab.get_by_role("radio", name="scale", exact=True).or_(
        tab.get_by_role("button", name="scale", exact=True)
    ).first.click()
    tab.wait_for_selector(".verdict .here:has-text('it grows like |x| to the power 4 (2H = 4)')")
    assert trace(tab, "Λᴴ, limit", chart=1)[-1] > 100
    tab.get_by_role("radio", name="generator", exact=True).or_(
        tab.get_by_role("button", name="generator", exact=True)
    ).first.click()
    wait_for_alt(tab, "Weights of f's last layer, dense, in chunks of rows", chart=1)
    wait_for_alt(tab, "Variance of h against the number of chunks: ", chart=3)
    limits = trace(tab, "chunks of columns, predicted", chart=3)
    assert limits[-1] > 5 * limits[0]
    assert trace(tab, "chunks of rows, predicted", chart=3) == pytest.approx([1] * len(limits))


def test_uploaded_points_are_shown_as_kernels_that_can_be_taken_away_and_what_are_none_is_refused_there(tab, address):
    open_page(tab, f"{address}/prior?depth_f=2&depth_g=2&draws=64&view=points")
    wait_for_alt(tab, "Kernels of an example, 24 pairs", chart=1)
    assert tab.get_by_text("the link does not hold them").count() == 1
    x, z = np.random.default_rng(0).normal(size=(2, 7, 3))
    text, files = "\n".join(",".join(map(str, row)) for row in z), tab.locator("input[type=file]")
    file = io.BytesIO()
    np.save(file, x)
    files.nth(0).set_input_files({"name": "x.npy", "mimeType": "", "buffer": file.getvalue()})
    tab.get_by_text("Now z too").wait_for()
    files.nth(1).set_input_files({"name": "z.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,two\n"})
    tab.get_by_text("got 'two' in row 1, column 2").wait_for()
    files.nth(1).set_input_files({"name": "z.csv", "mimeType": "text/csv", "buffer": text.encode()})
    wait_for_alt(tab, "Kernels of 7 pairs (xᵢ, zᵢ)", chart=1)
    wait_for_alt(tab, "Λᴴ: condition number", chart=2)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download NPZ").click()
    with np.load(download.value.path()) as saved:
        np.testing.assert_allclose(saved["x"], x)
        np.testing.assert_allclose(saved["hyperkernel"], saved["ntk_f"] * saved["ntk_g"], rtol=1e-12)
