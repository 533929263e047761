"""What happens when somebody leaves, or asks for too much."""

import time

import psutil
import pytest

from tests.pages.browser import open_page, to_the_left, wait_for_alt
from tests.pages.conftest import serving

pytestmark = pytest.mark.browser
SLOW = "convergence?width_f=1000000&width_g=1000000&draws=1024"


def busy(process: psutil.Process, seconds: float) -> float:
    """CPU seconds the server spends in so many seconds."""
    before = sum(process.cpu_times()[:2])
    time.sleep(seconds)
    return sum(process.cpu_times()[:2]) - before


def server_of(address: str) -> psutil.Process:
    port = int(address.rsplit(":", 1)[1])
    for process in psutil.Process().children(recursive=True):
        if any(c.laddr.port == port and c.status == psutil.CONN_LISTEN for c in process.net_connections("tcp")):
            return process
    raise AssertionError("no server listens there")


def test_a_closed_tab_ends_its_computation(chromium):
    with serving(warm_up="convergence") as address:
        page = chromium.new_page()
        open_page(page, f"{address}/{SLOW}")
        page.get_by_role("paragraph").filter(has_text="of the next").wait_for(timeout=60_000)
        server = server_of(address)
        assert busy(server, 2) > 1
        page.close()
        deadline = time.monotonic() + 20
        while busy(server, 2) > 0.5:
            assert time.monotonic() < deadline, "the server still computes for a tab that is gone"


def test_a_moved_slider_ends_the_slow_computation_it_replaces(tab, address):
    open_page(tab, f"{address}/{SLOW}")
    tab.get_by_role("paragraph").filter(has_text="of the next").wait_for()
    to_the_left(tab, "width of f, n")
    to_the_left(tab, "width of g, m")
    wait_for_alt(tab, "drawn at n = 1, m = 1.")
