"""/dynamics in a real browser."""

import re

import pytest

from tests.pages.browser import alt, open_page, slider, wait_for_alt

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BRIEF = "points=3&depth_f=2&depth_g=2&starts=32&time=4&step=0.01&width_f=16"


def arrived(text: str) -> int:
    return int(re.search(r"(\d+) reach loss", text)[1])


def test_a_wider_g_lets_more_starts_arrive(tab, address):
    open_page(tab, f"{address}/dynamics?{BRIEF}&width_g=1")
    wait_for_alt(tab, "not there by time 4")
    narrow = arrived(alt(tab))
    slider(tab, "width of g, m").focus()
    tab.keyboard.press("End")
    for _ in range(2):
        tab.keyboard.press("ArrowLeft")
    wait_for_alt(tab, "m = 16,")
    tab.wait_for_function("document.querySelector('.js-plotly-plot').ariaLabel.match(/m = 16,.*not there by time 4/)")
    assert arrived(alt(tab)) > narrow + 8
    assert "width_g=16" in tab.url
