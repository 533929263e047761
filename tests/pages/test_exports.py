"""What leaves a page: pictures whose labels are whole in any font, tables, recipes, and nothing to a cloud."""

import io
import itertools
import os
import re
import subprocess
import sys

import pandas as pd
import pytest

from hyperviz.studies.registry import STUDIES
from tests import ROOT
from tests.pages.browser import CHART

pytestmark = pytest.mark.browser
FONTS = ["DejaVu Sans", "Liberation Sans", "sans-serif", "serif"]
MEASURE = """([svg, font]) => {
  const family = svg.match(/font-family="([^"]+)"/)[1];
  document.body.innerHTML = svg.replaceAll(family, font).replace(/font-family: [^;"]+/g, `font-family: ${font}`);
  return [...document.querySelectorAll('text')].filter((t) => t.textContent.trim() && t.getBoundingClientRect().width)
    .map((t) => [t.textContent, t.getBoundingClientRect()])
    .map(([text, b]) => [text, b.left, b.top, b.right, b.bottom]);
}"""
CLOSE = 2  # pixels that the boxes of two letters may share: boxes are higher than letters


def saved(tab, item: str, chart: int) -> bytes:
    tab.locator(".live .more").nth(chart).click()
    with tab.expect_download() as download:
        tab.locator(".live .menu:visible").get_by_role("menuitem", name=item).click()
    return download.value.path().read_bytes()


def opened(tab, address, name):
    tab.goto(f"{address}/{name}")
    tab.locator(".st-key-status").get_by_text("Stored on ").wait_for()
    tab.wait_for_selector(CHART)
    tab.wait_for_timeout(1500)


@pytest.mark.parametrize("name", STUDIES)
def test_every_label_of_a_saved_picture_is_whole_and_apart_in_any_font(tab, address, name):
    opened(tab, address, name)
    tab.emulate_media(color_scheme="dark")  # a picture for a slide is light all the same
    pictures = [saved(tab, "Picture for print", i).decode() for i in range(tab.locator(".live .more").count())]
    for svg, font in itertools.product(pictures, FONTS):
        assert "#e8eaf0" not in svg
        boxes = tab.evaluate(MEASURE, [svg, font])
        beyond = [text for text, left, top, right, bottom in boxes if min(left, top) < 0 or right > 976 or bottom > 556]
        assert beyond == [], font
        for (one, l1, t1, r1, b1), (two, l2, t2, r2, b2) in itertools.combinations(boxes, 2):
            apart = r1 <= l2 + CLOSE or r2 <= l1 + CLOSE or b1 <= t2 + 3 * CLOSE or b2 <= t1 + 3 * CLOSE
            assert apart, (font, one, two)


def test_a_picture_for_slides_is_white_wide_and_names_the_page(tab, address):
    opened(tab, address, "convergence")
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


def test_no_chart_and_no_menu_offers_a_cloud(tab, address):
    opened(tab, address, "convergence")
    tab.locator(".live .more").first.click()
    words = tab.locator("body").inner_text() + tab.content().split("<script")[0]
    assert "cloud" not in words.lower()
    assert tab.locator(".modebar").count() == 0


def test_a_chart_s_menu_is_one_tab_stop_and_its_numbers_are_those_drawn(tab, address):
    opened(tab, address, "convergence")
    tab.locator(".live .more").first.focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.textContent") == "Picture for slides (PNG)"
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.className") == "more"
    found = pd.read_csv(io.BytesIO(saved(tab, "Numbers of this chart", 0)))
    limit = found[found.trace == "the limit, n = m = ∞"]
    assert len(limit) > 10
    assert (limit.y == 1).all()


def test_the_numbers_of_a_heat_map_name_its_rows_and_columns(tab, address):
    opened(tab, address, "dynamics")
    found = pd.read_csv(io.BytesIO(saved(tab, "Numbers of this chart", 1)))
    assert set(found.x) == {1, 2, 4, 8, 16}
    assert set(found.y) == {2, 3, 4, 5, 6}
    assert found.z.between(0, 1).all()
    assert len(found) == 25


def test_the_lines_on_a_page_run_as_printed_in_any_folder(tab, address, tmp_path):
    tab.goto(f"{address}/convergence?draws=16&depth_f=2&depth_g=2&width_f=16&width_g=8")
    tab.wait_for_selector(CHART)
    tab.get_by_text("The numbers, the code, the link").click()
    code, command, link = tab.locator("pre.lines").all_inner_texts()
    lines, importable = tmp_path / "lines.py", os.environ | {"PYTHONPATH": str(ROOT)}
    somewhere = {"cwd": tmp_path, "env": importable, "capture_output": True, "text": True, "check": False}
    lines.write_text(code.split("\n# or the library")[0] + "\nprint('ran')", "utf-8")
    done = subprocess.run([sys.executable, str(lines)], **somewhere)
    assert "relative_spread" in done.stdout, done.stderr
    assert done.stdout.endswith("ran\n")
    words = command.split()
    assert words[:5] == ["python", "-m", "hyperviz", "run", "convergence"]
    done = subprocess.run([sys.executable, *words[1:]], **somewhere)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "result.csv").exists()
    assert "seed=0" in link


def test_raw_draws_are_a_second_file(tab, address):
    opened(tab, address, "convergence")
    tab.get_by_text("The numbers, the code, the link").click()
    with tab.expect_download() as download:
        tab.get_by_text("Download raw draws").click()
    found = pd.read_csv(download.value.path())
    assert download.value.suggested_filename == "hyperviz-convergence-draws.csv"
    assert found.columns.tolist() == ["width_f", "width_g", "draw", "theta", "kernel"]
    assert (found.width_f.dtype, found.draw.dtype) == ("int64", "int64")


@pytest.mark.parametrize("name", ["", *STUDIES])
def test_a_link_s_preview_names_the_page_with_a_picture(tab, address, name):
    """What a chat or a search engine reads: no script runs there."""
    head = tab.request.get(f"{address}/{name}").text().split("</head>")[0]
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', head))
    assert (name.capitalize() or "hyperviz") in found["title"]
    assert len(found["description"]) > 20
    assert tab.request.get(found["image"]).headers["content-type"] == "image/png"
    tab.goto(f"{address}/{name}")
    tab.wait_for_function("word => document.title.includes(word)", arg=name.capitalize() or "hyperviz")
