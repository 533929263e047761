"""The load tool works: viewers at a real server get their pictures, and one that takes nothing costs little memory."""

import pytest

from hyperviz.ui.export import SAID
from tests.load.__main__ import STOCK, grown, played
from tests.load.server import memory, served
from tests.load.viewer import Viewer
from tests.pages.conftest import answers, wait_until

FOLD = SAID[0].encode()


def test_ten_viewers_of_the_stock_loop_all_get_a_picture_for_every_move():
    with served(STOCK, ready="/_stcore/health") as (address, process):
        times, failed = played(address, ("",), 10, 0)
        assert memory(process) > 10
    assert failed == 0
    assert len(times) == 10
    assert min(times) > 0


def test_a_viewer_of_the_app_moves_its_slider_and_sees_new_pictures(address):
    wait_until(lambda: answers(f"{address}/ready"), "studies are left")
    viewer = Viewer(address, "convergence")
    assert viewer.open() > 0
    assert viewer.options[int(viewer.value)] == "64"
    viewer.rest()
    viewer.record = True
    viewer.move()
    assert viewer.options[int(viewer.value)] == "128"
    assert viewer.before_picture <= 25
    assert FOLD not in b"".join(viewer.seen)  # of a page that is there, what stands below the picture waits
    viewer.until(FOLD)
    viewer.close()


@pytest.mark.slow
def test_2000_moves_grow_the_server_by_less_than_50_mb():
    with served("app.py") as (address, process):
        assert grown(address, process, 2000) < 50
