"""What the browser is told of a slider that still moves."""

import asyncio
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from hyperviz.studies.common import budget
from hyperviz.studies.common.options import options
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import drag, page_text, places, streaming

ASKED = ConvergenceSettings(draws=16)


@pytest.fixture
def begun():
    """The settings of each stream that the page begins."""
    return []


@pytest.fixture
def page(begun):
    """What an open page is asked of; its results are words."""

    def stream(settings):
        begun.append(settings)
        yield from (f"n = {settings.width_f}, picture {i}" for i in range(3))

    return drag.DraggedPage("convergence", ASKED, stream, "curve", str, lambda settings: "")


def test_a_slider_on_its_way_shows_the_first_picture_there_and_the_page_goes_on_with_its_stream(page, begun):
    there = replace(ASKED, width_f=1024)
    assert page.picture("width_f", "1,024") == ("n = 1024, picture 0", drag.mark(there), "1,024")
    assert page.settings == ASKED
    assert [result[-1] for result in page.results(there)] == ["0", "1", "2"]
    assert begun == [there]


def test_a_first_picture_that_is_the_last_one_again_is_no_news(page):
    page.draw = lambda result: "blurred" if result.endswith("0") else result
    assert page.picture("width_f", "32")[0] == "blurred"
    assert page.picture("width_f", "16")[0] == "n = 16, picture 1"
    assert [result[-1] for result in page.results(replace(ASKED, width_f=16))] == ["1", "2"]


def test_a_page_begins_anew_where_the_hand_rests_elsewhere(page, begun):
    page.picture("width_f", "1,024")
    assert next(page.results(ASKED)) == "n = 64, picture 0"
    assert begun == [replace(ASKED, width_f=1024), ASKED]


@pytest.mark.parametrize("name", STUDIES)
def test_every_position_of_every_slider_is_read_as_it_is_shown(name):
    for declared in options(STUDIES[name].settings).values():
        steps = f"{declared.step:.7f}".rstrip("0") if declared.step and not declared.log else ""
        for value in () if declared.choices or declared.text else itertools.islice(declared.grid, 300):
            assert places.value_of(declared, declared.default, page_text.value(value)) == value
            if steps and not declared.words:  # st.slider writes every decimal of its step
                assert places.value_of(declared, declared.default, f"{value:.{len(steps.partition('.')[2])}f}") == value


def test_what_a_link_alone_can_set_stays_a_position_of_its_slider():
    assert places.value_of(options(ConvergenceSettings)["width_f"], 12345, "12,345") == 12345


def test_what_a_public_site_does_not_allow_waits_for_the_hand(page, monkeypatch):
    page.settings = replace(ASKED, draws=1024)
    assert page.picture("width_f", "1,000,000")
    monkeypatch.setenv(budget.VARIABLE, "hosted")
    assert page.picture("width_f", "1,000,000") is None
    assert page.picture("width_f", "128")


def test_what_a_page_is_built_anew_for_waits_for_the_hand(page):
    page.too_large = lambda settings: "Too large." if settings.width_f > 100 else ""
    assert page.picture("width_f", "128") is None
    assert page.picture("width_f", "32")
    assert options(InpaintingSettings)["task"].page
    page.settings = InpaintingSettings()
    assert page.picture("task", "representation") is None


def test_one_viewer_s_pictures_are_drawn_one_at_a_time(page):
    with page._lock:
        assert page.picture("width_f", "128") is None
    assert page.picture("width_f", "128")


def test_the_place_beside_a_hand_at_rest_is_drawn_before_it_goes_there_and_its_stream_goes_on(page, begun):
    drawn, here, there = [], drag.mark(ASKED), replace(ASKED, width_f=128)
    page.draw = lambda result: (drawn.append(result), result)[1]
    assert page.ahead("width_f", "64", 1, here) == ("n = 128, picture 0", drag.mark(there), "128")
    assert page.ahead("width_f", "64", -1, here) == ("n = 32, picture 0", drag.mark(replace(ASKED, width_f=32)), "32")
    assert [page.written(result)[-1] for result in page.results(there)] == ["0", "1", "2"]
    assert drawn.count("n = 128, picture 0") == 1
    assert begun == [there, replace(ASKED, width_f=32)]


def test_nothing_is_drawn_ahead_of_a_hand_where_somebody_waits_or_the_page_is_elsewhere(page, begun, monkeypatch):
    here = drag.mark(ASKED)
    with monkeypatch.context() as busy:
        busy.setattr(drag.gate, "waited_for", lambda: True)
        assert page.ahead("width_f", "64", 1, here) is None
    assert page.ahead("width_f", "64", 1, drag.mark(replace(ASKED, seed=1))) is None
    assert page.ahead("width_f", "128", 1, here) is None
    with page._lock:
        assert page.ahead("width_f", "64", 1, here) is None
    assert begun == []
    assert page.ahead("width_f", "64", 1, here)


def test_no_place_is_beside_the_ends_of_a_slider_and_each_says_what_the_slider_says():
    for study, declared in ((n, o) for n in STUDIES for o in options(STUDIES[n].settings).values()):
        grid = () if declared.choices or declared.text or len(declared.grid) > 300 else places.places(declared, "")
        for before, after in itertools.pairwise(grid):
            assert (places.beside(declared, before, 1), places.beside(declared, after, -1)) == (after, before), study
            assert places.value_of(declared, before, places.words(declared, after)) == after
        if grid:
            assert places.beside(declared, grid[0], -1) is places.beside(declared, grid[-1], 1) is None
    seed = options(ConvergenceSettings)["seed"]  # no slider
    assert places.beside(seed, 0, 1) is None
    step = options(InpaintingSettings)["bandwidth"]
    assert places.words(step, 2.0) == "2.0"


def test_refinements_wait_while_a_slider_moves(monkeypatch):
    moving, seen = threading.Event(), []
    monkeypatch.setattr(drag, "resting", lambda study: not moving.is_set())
    monkeypatch.setattr(streaming.time, "sleep", lambda seconds: (seen.append("waits"), moving.clear()))
    for result in streaming._at_rest("convergence", iter("abc")):
        seen.append(result)
        if result == "b":
            moving.set()
    assert seen == ["a", "b", "waits", "c"]


def asked(token: str, name: str, value: str, **about: str):
    """The answer of the route; in a thread of its own, as the browser tests' event loop runs in this one."""
    query = urlencode({"name": name, "value": value, **about}).encode()
    scope = {"type": "http", "method": "POST", "query_string": query, "headers": [], "path_params": {"token": token}}
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(drag.route().endpoint(Request(scope)))).result()


def test_who_has_no_page_open_and_who_asks_for_nonsense_gets_no_picture(page):
    drag._asked["here"] = page
    assert {asked("here", name, value).status_code for name, value in NONSENSE} == {204}
    assert asked("0", "width_f", "8").status_code == 404
    answer = asked("here", "width_f", "8")
    assert (answer.status_code, len(answer.headers["x-mark"])) == (200, 8)
    assert asked("here", "width_f", "64", side="-1", shown="0").status_code == 204
    assert asked("here", "width_f", "64", side="-1", shown=drag.mark(ASKED)).headers["x-words"] == "32"


NONSENSE = [("width_f", "many"), ("width_f", "0"), ("width_f", "1e400"), ("colour", "red"), ("width_f", ""), ("", "")]
