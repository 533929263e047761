"""/taylor in a real browser."""

import re

import pytest

from tests.pages.browser import alt, move, open_page, trace, wait_for_alt

pytestmark = pytest.mark.browser


def slopes(tab) -> list[float]:
    said = re.search(r"slopes (.*)\. ", alt(tab))
    return [float(s.replace("−", "-")) for s in re.findall(r"(\S+) \[", said[1])]


def test_a_shallower_g_makes_the_second_term_fall(tab, address):
    """Theorem 1: with H = 2 the second term stays, with H = 1 it falls like 1/n."""
    open_page(tab, f"{address}/taylor?draws=16&orders=3&depth_f=2")
    wait_for_alt(tab, "H = 2, n up to 16,384: term 2 of a training step stays")
    wait_for_alt(tab, ": slopes ")
    assert slopes(tab)[1] == pytest.approx(0, abs=0.4)
    before = trace(tab, "r = 2", 1)
    move(tab, "depth of g, H", -1)
    wait_for_alt(tab, "H = 1, n up to 16,384: term 2 of a training step falls")
    wait_for_alt(tab, ": slopes ")
    assert slopes(tab)[1] == pytest.approx(-1, abs=0.4)
    after = trace(tab, "r = 2", 1)
    assert after[-1] / after[0] < 0.1 * before[-1] / before[0]
    assert "depth_g=1" in tab.url
