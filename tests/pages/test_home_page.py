"""The home page, and what every page shares."""

import html
import re
import urllib.request

import pytest

from hyperviz.studies.home.study import POINTS
from hyperviz.studies.registry import STUDIES
from tests.pages.browser import CHART
from tests.pages.conftest import PATIENCE, PHONE, serving, visitor

pytestmark = pytest.mark.browser


def test_home_explains_a_hypernetwork_and_leads_to_every_page(tab, address):
    tab.goto(address)
    tab.get_by_role("img", name="weights v of g").wait_for()
    tab.get_by_text("Computing on: ").wait_for()
    tab.get_by_text("The numbers of the picture").click()
    assert tab.locator(".numbers tr").count() == POINTS + 1
    frame = re.search(r'src="([^"]+)"', tab.locator("pre.lines").inner_text())
    for name in STUDIES:
        assert tab.get_by_role("link", name=f"Open {name}").get_attribute("href").split("/")[-1] == name
    title = tab.get_by_role("heading", level=1).inner_text()
    tab.get_by_text("Open convergence").click()
    tab.wait_for_url("**/convergence*")
    tab.get_by_role("heading", level=1).filter(has_not_text=title).wait_for()
    tab.goto(html.unescape(frame[1] if frame else ""))
    tab.get_by_role("link", name="Open in hyperviz").wait_for()
    tab.get_by_role("img", name="weights v of g").wait_for()
    assert not tab.locator("h1").is_visible()
    assert tab.locator(".stSlider:visible").count() == 2


def test_moved_at_once_after_a_visit_the_picture_and_the_link_follow_the_sliders(tab, address):
    tab.goto(f"{address}/?width_f=2&width_g=4")
    tab.get_by_role("img", name="has 2 hidden neurons and outputs the 12 weights").wait_for()
    tab.get_by_role("slider").first.press("End")
    tab.get_by_role("img", name="has 512 hidden neurons and outputs the 12 weights").wait_for()
    tab.get_by_text("both wide", exact=True).click()
    tab.get_by_role("img", name="the 1,536 weights v of g").wait_for()
    tab.wait_for_url("**/?width_g=512")
    assert not tab.locator(".stException").count()


def test_on_a_phone_the_picture_comes_after_the_sentence_and_before_the_sliders(chromium, address):
    with visitor(chromium, **PHONE) as page:
        page.goto(address)
        page.get_by_role("img", name="weights v of g").wait_for()
        page.get_by_role("slider").first.wait_for()
        order = ("h1", ".st-key-verdict", ".st-key-hero", ".st-key-controls")
        tops = [page.locator(place).first.bounding_box()["y"] for place in order]
        assert tops == sorted(tops)
        small = page.locator(".st-key-hero .in-light img").first.bounding_box()["width"] / 392 * 14
        assert small >= 12


def test_nothing_is_loaded_from_anywhere_but_the_app(tab, address):
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}/convergence?draws=16")
    tab.wait_for_selector(CHART)
    assert any("/plotly/plotly.min.js" in url for url in asked)
    assert [
        url for url in asked if not url.startswith((address, "data:", "blob:", address.replace("http", "ws")))
    ] == []


def test_the_app_works_under_a_base_path(tab):
    with serving("--server.baseUrlPath=class/a", ready="/class/a/ready", HYPERVIZ_WARM_UP="") as address:
        tab.goto(f"{address}/class/a/convergence?draws=16")
        tab.wait_for_selector(CHART)
        with urllib.request.urlopen(f"{address}/class/a/", timeout=PATIENCE) as answer:
            assert answer.status == 200
