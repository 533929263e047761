"""What leaves a page: pictures whose labels are whole in any font, tables, recipes, and nothing to a cloud."""

import io
import os
import re
import subprocess
import sys

import pandas as pd
import pytest

from hyperviz.studies.convergence import report
from hyperviz.studies.convergence.settings import ConvergenceSettings
from tests import ROOT
from tests.pages.browser import CHART, alt, move, open_ended, open_page, saved, to_the_left, trace, wait_for_alt
from tests.pages.conftest import visitor

MOST = "8 of 10 networks lie here"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stored(chromium, address):
    """/convergence as it opens, with its stored end state, shared by the tests of what leaves it."""
    with visitor(chromium, viewport={"width": 1280, "height": 800}) as page:
        open_ended(page, f"{address}/convergence")
        yield page


def test_a_picture_for_slides_is_white_wide_and_names_the_page(stored):
    tab = stored
    png = saved(tab, "Picture for slides", 0)
    assert png[16:24] == (1920).to_bytes(4, "big") + (1080).to_bytes(4, "big")
    words = re.sub("<[^>]+>", " ", saved(tab, "Picture for print", 0).decode())
    for part in (
        "Is the kernel still random",
        "random networks disagree by a factor of",
        "Theorem 3 holds",
        "seed = 0",
    ):
        assert part in words
    assert "width_f=64" in words.replace(" ", "")


def test_the_first_correction_that_was_measured_stands_beside_what_is_known(stored):
    assert "known: 10; its mean is off by" in alt(stored, 4)


def test_no_chart_and_no_menu_offers_a_cloud(stored):
    tab = stored
    tab.locator(".live .more").first.click()
    words = tab.locator("body").inner_text() + tab.content().split("<script")[0]
    tab.keyboard.press("Escape")
    assert "cloud" not in words.lower()
    assert tab.locator(".modebar").count() == 0


def test_a_chart_s_menu_is_one_tab_stop_and_its_numbers_are_those_drawn(stored):
    tab = stored
    tab.locator(".live .more").first.focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.textContent") == "Picture for slides (PNG)"
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.className") == "more"
    found = pd.read_csv(io.BytesIO(saved(tab, "Numbers of this chart", 0)))
    limit = found[found.trace == "the limit, n = m = ∞"]
    assert len(limit) > 10
    assert (limit.y == 1).all()
    assert found.y.notna().all()  # a gap between two curves is no point


def chosen(tab, item: str) -> None:
    """An item of the first chart's menu."""
    tab.locator(".live .more").first.click()
    tab.locator(".live .menu:visible").get_by_role("menuitem", name=item).click()


def test_the_table_of_a_chart_holds_its_numbers_and_opens_and_closes_by_keyboard(stored):
    tab = stored
    csv = pd.read_csv(io.BytesIO(saved(tab, "Numbers of this chart", 0)))
    tab.locator(".live .more").first.press("Enter")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        tab.keyboard.press(key)
    rows = "table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent))"
    head, *table = tab.locator("dialog.chart-table table").evaluate(rows)
    assert head == ["trace", "x", "y"]  # z is empty
    assert len(table) == min(len(csv), 1000)
    assert [float(row[2]) for row in table] == pytest.approx(csv.y[: len(table)].to_list(), rel=1e-5)
    tab.keyboard.press("Escape")
    tab.locator("dialog").wait_for(state="detached")
    assert tab.evaluate("document.activeElement.className") == "more"


KEPT = (
    "document.querySelector('.js-plotly-plot')._fullData.map(one => one.name).filter(name => name.startsWith('kept, '))"
)


def test_kept_curves_stay_behind_a_new_picture_named_by_what_differs_and_go_with_the_link(tab, address):
    open_page(tab, f"{address}/convergence?draws=16&depth_f=2&depth_g=2&width_f=16&width_g=8")
    wait_for_alt(tab, "16 of 16")
    band = trace(tab, MOST)
    chosen(tab, "Keep these curves")
    assert tab.locator(".kept button").all_inner_texts() == ["kept, as now ✕"]
    to_the_left(tab, "width of f, n")
    tab.wait_for_function("document.querySelector('.kept button')?.textContent.includes('n = 16')")
    tab.wait_for_function(
        f"document.querySelector('.js-plotly-plot')?.calcdata?.some(p => p[0].trace.name === '{MOST}')"
    )
    behind = [name for name in tab.evaluate(KEPT) if name.startswith("kept, n = 16")]
    assert len(behind) > 2
    ghost = trace(tab, next(name for name in behind if MOST in name))
    assert ghost == pytest.approx(band, rel=1e-3)
    assert trace(tab, MOST) != band
    tab.wait_for_url("**width_f=1&**#kept=*")
    chosen(tab, "Copy the link")
    assert tab.evaluate("navigator.clipboard.readText()").split("#")[1] == tab.url.split("#")[1]
    shared = tab.context.new_page()
    shared.goto(tab.url)
    shared.wait_for_function("document.querySelector('.kept button')?.textContent.includes('n = 16')")
    shared.wait_for_function(f"{KEPT}.length > 2")
    assert trace(shared, behind[0]) == trace(tab, behind[0])
    shared.goto("about:blank")
    shared.goto(tab.url[:-40])  # as a mail cuts it
    shared.get_by_text("The kept curves of this link could not be read").wait_for()
    assert "#" not in shared.url
    shared.close()
    tab.get_by_role("button", name="Put away the curves kept at n = 16").click()
    assert tab.locator(".kept button").count() == 0
    assert tab.evaluate(KEPT) == []
    tab.wait_for_function("!location.hash")


def test_the_numbers_of_a_heat_map_name_its_rows_and_columns(tab, address):
    open_ended(tab, f"{address}/dynamics")
    found = pd.read_csv(io.BytesIO(saved(tab, "Numbers of this chart", 1)))
    assert set(found.x) == {1, 2, 4, 8, 16}
    assert set(found.y) == {2, 3, 4, 5, 6}
    assert found.z.between(0, 1).all()
    assert len(found) == 25


def test_the_lines_on_a_page_are_the_study_s_and_its_command_runs_as_printed_in_any_folder(tab, address, tmp_path):
    tab.goto(f"{address}/convergence?draws=16&depth_f=2&depth_g=2&width_f=16&width_g=8")
    tab.wait_for_selector(CHART)
    tab.get_by_text("The numbers, the code, the link").click()
    code, command, link, frame = tab.locator("pre.lines").all_inner_texts()
    settings = ConvergenceSettings(draws=16, depth_f=2, depth_g=2, width_f=16, width_g=8)
    assert code.strip() == report.code(settings).strip()  # tests/studies/test_recipes.py runs them
    words, importable = command.split(), os.environ | {"PYTHONPATH": str(ROOT)}
    somewhere = {"cwd": tmp_path, "env": importable, "capture_output": True, "text": True, "check": False}
    assert words[:5] == ["python", "-m", "hyperviz", "run", "convergence"]
    done = subprocess.run([sys.executable, *words[1:]], **somewhere)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "result.csv").exists()
    assert "seed=0" in link
    assert frame.startswith("<iframe src=")
    move(tab, "width of f, n", 1)  # the fold stays open, and follows
    tab.locator("pre.lines", has_text="--width-f=32").wait_for()
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download CSV").click()
    assert 32 in set(pd.read_csv(download.value.path()).width_f)


def test_raw_draws_are_a_second_file(stored):
    tab = stored
    tab.get_by_text("The numbers, the code, the link").click()
    with tab.expect_download() as download:
        tab.get_by_text("Download raw draws").click()
    found = pd.read_csv(download.value.path())
    assert download.value.suggested_filename == "hyperviz-convergence-draws.csv"
    assert found.columns.tolist() == ["width_f", "width_g", "draw", "theta", "kernel"]
    assert (found.width_f.dtype, found.draw.dtype) == ("int64", "int64")
