"""One figure in another site's page, by the line that the menu of its chart copies."""

import pytest

from tests.pages.browser import open_ended, slider

pytestmark = pytest.mark.browser
SEEN = "parts => parts.filter(part => part.checkVisibility()).length"


def test_the_line_of_a_chart_shows_that_chart_with_its_sliders_alone(tab, address):
    open_ended(tab, f"{address}/convergence")
    tab.locator(".st-key-convergence-lines_box .more").click()
    tab.get_by_role("menuitem", name="Copy the line that embeds it").click()
    line = tab.evaluate("navigator.clipboard.readText()")
    tab.goto(f"{address}/_stcore/health")
    tab.set_content(line)
    frame = tab.frame_locator("iframe")
    frame.locator(".st-key-convergence-lines_box .main-svg").first.wait_for()
    assert frame.locator(".live").evaluate_all(SEEN) == 1
    assert frame.locator(".js-plotly-plot").count() == 1  # no other picture is sent
    assert frame.locator(".stMainBlockContainer .stSlider").evaluate_all(SEEN) == 2
    assert frame.locator("header, h1, .stDownloadButton").evaluate_all(SEEN) == 0
    assert not frame.get_by_test_id("stAlert").count()
    way = frame.get_by_role("link", name="Open in hyperviz").get_attribute("href")
    assert "width_f=64" in way
    assert "embed" not in way
    slider(frame, "width of f, n").press("End")
    frame.locator(".verdict .here").filter(has_text="n = 1,000,000").wait_for()
    assert frame.locator(".live").evaluate_all(SEEN) == 1
