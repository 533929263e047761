"""What happens when somebody leaves, or asks for too much."""

import pytest

from tests.pages.browser import open_page, to_the_left, wait_for_alt
from tests.pages.conftest import serving, wait_until

pytestmark = pytest.mark.browser
SLOW = "convergence?width_f=1000000&width_g=1000000&draws=1024"


def test_a_closed_tab_ends_its_computation(tab, tmp_path):
    """The stream that is served never ends by itself: it says in a file that it has been closed."""
    began, closed = tmp_path / "began", tmp_path / "closed"
    with serving(script="tests/pages/endless_app.py", ready="/_stcore/health", ENDLESS=str(tmp_path)) as address:
        tab.goto(f"{address}/?seed=5")  # of the default settings a finished picture is stored
        wait_until(began.exists, "no step was taken")
        assert not closed.exists()
        tab.close()
        wait_until(closed.exists, "the server still computes for a tab that is gone")


def test_a_moved_slider_ends_the_slow_computation_it_replaces(tab, address):
    open_page(tab, f"{address}/{SLOW}")
    tab.get_by_role("paragraph").filter(has_text="of the next").wait_for()
    to_the_left(tab, "width of f, n")
    to_the_left(tab, "width of g, m")
    wait_for_alt(tab, "drawn at n = 1, m = 1.")
