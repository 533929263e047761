"""/dynamics in a real browser."""

import re

import pytest

from tests.pages.browser import alt, open_page, slider, wait_for_alt

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BRIEF = "points=3&depth_f=2&depth_g=2&starts=32&time=4&step=0.01&width_f=16"


def arrived(text: str) -> int:
    return int(re.search(r"(\d+) of 32 starts learn", text)[1])


def test_a_wider_g_lets_more_starts_arrive(tab, address):
    open_page(tab, f"{address}/dynamics?{BRIEF}&width_g=1")
    tab.get_by_text("Finished.").wait_for()
    narrow = arrived(alt(tab))
    slider(tab, "width of g, m").focus()
    tab.keyboard.press("End")
    for _ in range(2):
        tab.keyboard.press("ArrowLeft")
    wait_for_alt(tab, "m = 16, H = 2, f infinitely wide: ")
    tab.get_by_text("Finished.").wait_for()
    assert arrived(alt(tab)) > narrow + 8
    assert "width_g=16" in tab.url
