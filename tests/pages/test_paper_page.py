"""/paper: a row a claim, filtered by verdict, opening to its figure and to the live experiment."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from hyperviz.data import stored
from hyperviz.studies.paper import ledger
from tests.pages.conftest import PATIENCE, visitor

pytestmark = pytest.mark.browser
ROWS = ".claims details"
RECORDS = ledger.read(stored.CLAIMS).records


def rows(tab, verdict: str) -> None:
    """Waits until the rows of this verdict are there, and no other."""
    wanted = sorted(record.id for record in RECORDS if verdict in ("all", record.verdict))
    script = "ids => [...document.querySelectorAll('.claims details')].map(e => e.id).sort().join() === ids"
    tab.wait_for_function(script, arg=",".join(wanted))


def test_rows_are_filtered_by_verdict_open_to_their_figure_and_lead_to_the_experiment(tab, address):
    tab.goto(f"{address}/paper?verdict=differs")
    rows(tab, "differs")
    tab.get_by_role("radio", name="all").click()
    rows(tab, "all")
    assert tab.url == f"{address}/paper"
    tab.get_by_role("radio", name="not run here").click()
    rows(tab, "not run here")
    tab.wait_for_url("**/paper?verdict=not+run+here")
    tab.goto(f"{address}/paper")
    row = tab.locator("#theorem-1-h3-r4")
    row.locator("summary").click()
    picture = row.locator(".whole")
    assert picture.bounding_box()["height"] > 200
    assert "data:image/svg+xml" in picture.evaluate("e => getComputedStyle(e).backgroundImage")
    assert row.get_by_text("It does not hold there.").is_visible()
    row.get_by_role("link").click()
    tab.wait_for_url("**/taylor?depth_f=3&depth_g=3")


def test_on_a_screen_and_on_a_phone_axe_finds_nothing_and_nothing_overflows(chromium, address):
    for width, scheme in ((1280, "light"), (390, "dark")):
        context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{address}/paper")
        page.wait_for_selector(ROWS, timeout=1000 * PATIENCE)
        page.locator(f"{ROWS} summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(f"{ROWS} summary").first.bounding_box()["height"] >= 44
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == [], (width, scheme)
        context.close()


def test_commands_are_those_of_the_readers_system(chromium, address):
    agent = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    )
    with visitor(chromium, user_agent=agent) as page:
        page.goto(f"{address}/paper")
        assert page.locator("pre.lines").inner_text() == "py -m hyperviz paper --stored --out claims"
        assert "python -m hyperviz" not in page.locator(".claims").last.text_content()
