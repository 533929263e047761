"""For everyone: a theme that changes, and less motion."""

import pytest

from hyperviz.figures import style
from tests.pages.browser import INK, open_ended, open_page, recolour
from tests.pages.conftest import visitor

pytestmark = pytest.mark.browser
# when a picture was shown: each has other words
WATCH = """() => {
  const chart = document.querySelector('.js-plotly-plot'), shown = window.shown = [];
  chart.setAttribute = function (name, value) {
    if (name === 'aria-label') shown.push(Date.now());
    Element.prototype.setAttribute.call(this, name, value);
  };
}"""


def test_the_theme_follows_the_system_at_once_and_can_be_switched_by_a_button_that_says_so(tab, address):
    open_ended(tab, f"{address}/convergence")
    recolour(tab, "dark")
    tab.locator("[data-testid=stMainMenu] button").click()
    tab.get_by_role("menuitemradio", name="Light").click()
    tab.wait_for_function(f"{INK}.every(colour => colour === '{style.LIGHT.ink}')")


def test_who_asked_for_less_motion_gets_a_picture_every_three_seconds_at_most(chromium, address):
    with visitor(chromium, reduced_motion="reduce") as page:
        open_page(page, f"{address}/convergence?draws=1024&seed=11")  # more than can be drawn meanwhile
        page.evaluate(WATCH)
        page.wait_for_function("window.shown.length > 2")
        first, *_, last = shown = page.evaluate("window.shown")
    assert (last - first) / (len(shown) - 1) > 2000  # a busy machine may be late with one, and in time with the next
