"""/taylor in a real browser."""

import re

import pytest

from tests.pages.browser import alt, move, open_page, trace, wait_for_alt

pytestmark = pytest.mark.browser


def slopes(tab) -> list[float]:
    said = re.search(r"Slopes of terms r = 1 to \d: ([^(]*) \(", alt(tab))
    return [float(s.replace("−", "-")) for s in said[1].split(", ")]


def test_a_shallower_g_makes_the_second_term_fall(tab, address):
    """Theorem 1: with H = 2 the second term stays, with H = 1 it falls like 1/n."""
    open_page(tab, f"{address}/taylor?draws=40&orders=3")
    wait_for_alt(tab, "r = H = 2 do not fall")
    assert slopes(tab)[1] == pytest.approx(0, abs=0.4)
    before = trace(tab, "r = 2")
    move(tab, "depth of g, H", -1)
    wait_for_alt(tab, "An ordinary network (H = 1)")
    assert slopes(tab)[1] == pytest.approx(-1, abs=0.4)
    after = trace(tab, "r = 2")
    assert after[-1] / after[0] < 0.1 * before[-1] / before[0]
    assert "depth_g=1" in tab.url
