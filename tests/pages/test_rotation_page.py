"""/rotation in a real browser."""

import pytest

from hyperviz.studies.rotation import stored_run
from hyperviz.studies.rotation.settings import Configuration
from tests.pages.browser import alt, move, open_page, trace, wait_for_alt

pytestmark = pytest.mark.browser
SMALL = "rotation?images=100&epochs=1&runs=1&size=7&width_g=10&width_f=10&depth_f=2&depth_g=2&compare=one"
LIVE = 1  # the chart of the run; the stored Figure 2 comes before it


def test_the_page_opens_with_the_stored_curves_and_a_moved_control_changes_the_live_ones(tab, address):
    open_page(tab, f"{address}/{SMALL}")
    wait_for_alt(tab, "Figure 2, stored run.")
    stored = stored_run.stored().curves[Configuration(3, 100, 10.0)].accuracy.mean(0)
    assert trace(tab, "m = 100") == pytest.approx(stored.tolist(), rel=1e-5)
    wait_for_alt(tab, "; finished.", LIVE)
    before, shown = alt(tab, LIVE), trace(tab, "m = 10", LIVE)
    assert "H = 2, m = 10, µ = 10" in before
    assert len(shown) == 2
    move(tab, "width of g, m", -1)
    wait_for_alt(tab, "H = 2, m = 5, µ = 10", LIVE)
    wait_for_alt(tab, "; finished.", LIVE)
    assert trace(tab, "m = 5", LIVE) != shown
    assert "width_g=5" in tab.url
