"""The load tool works: viewers at a real server get their pictures, and one that takes nothing costs little memory."""

import numpy as np
import pytest

from hyperviz.ui.export import SAID
from tests.load.__main__ import STOCK, grown, played
from tests.load.server import memory, peak, served
from tests.load.together import beside_heavy, on_one_link
from tests.load.viewer import Viewer
from tests.pages.conftest import answers, wait_until

FOLD = SAID[0].encode()


def test_ten_viewers_of_the_stock_loop_all_get_a_picture_for_every_move():
    with served(STOCK, ready="/_stcore/health") as (address, process):
        found = played(address, ("",), 10, 0)
        assert peak(process) >= memory(process) > 10
    assert found.failed == []
    assert len(found.moves) == len(found.opened[""]) == 10
    assert min(found.moves) > 0


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


@pytest.mark.slow
def test_a_light_viewer_waits_less_than_a_second_beside_heavy_ones_and_so_do_a_hundred_on_one_link():
    with served("app.py") as (address, process):
        for times in (beside_heavy(address, process, 20)[0], on_one_link(address, 100, 60)):
            assert np.percentile(times, 95) <= 1
