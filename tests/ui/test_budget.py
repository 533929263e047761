"""A public site: what is over its caps is mended in place, and who finds it full is told to come back."""

import threading

import numpy as np

from hyperviz.studies.common import budget
from hyperviz.studies.convergence import study as convergence
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.registry import STUDIES
from hyperviz.ui.hosting import visitors
from tests.ui.without_browser import PATIENCE, opened, replace_stream, short, shown

LARGE = {"width_f": "1000000", "draws": "1024", "depth_f": "3"}


def played(monkeypatch) -> list:
    """What the page of convergence asks its study from now on."""
    asked, original = [], convergence.stream

    def stream(settings):
        asked.append(settings)
        yield from short(original, ConvergenceSettings(draws=16, depth_f=2, depth_g=2))

    replace_stream(monkeypatch, "convergence", stream)
    return asked


def test_a_public_site_computes_the_nearest_allowed_value_says_so_and_writes_it_in_the_link(monkeypatch):
    asked = played(monkeypatch)
    monkeypatch.setenv(budget.VARIABLE, "hosted")
    app = opened("convergence", **LARGE)
    assert not app.exception
    assert asked == [ConvergenceSettings(width_f=1_000_000, depth_f=3, draws=64)]
    (warning,) = app.warning
    assert "showing 64." in warning.value
    assert "draws" not in app.query_params  # 64 is the default
    app.select_slider(key="convergence.draws").set_value(256).run()  # by hand, as by link
    assert [settings.draws for settings in asked] == [64, 64]
    assert app.select_slider(key="convergence.draws").value == 64
    assert "showing 64." in app.warning[0].value


def test_one_s_own_machine_computes_what_is_asked(monkeypatch):
    asked = played(monkeypatch)
    app = opened("convergence", **LARGE)
    assert [settings.draws for settings in asked] == [1024]
    assert not app.warning
    assert np.ravel(app.query_params["draws"])[-1] == "1024"


def test_a_visitor_stays_one_too_many_waits_and_who_leaves_makes_room():
    site, connected = visitors.Visitors(), {"a", "b", "c"}
    assert [site.admits(one, 2, connected.__contains__) for one in ("a", "b", "c", "a")] == [True, True, False, True]
    connected.remove("b")
    assert site.admits("c", 2, connected.__contains__)
    assert not site.admits("b", 2, connected.__contains__)
    assert site.admits("b", None, connected.__contains__)


def test_who_finds_the_site_full_sees_a_page_that_says_to_come_back(monkeypatch):
    monkeypatch.setitem(budget.BUDGETS, "local", budget.BUDGETS["local"]._replace(sessions=0))
    monkeypatch.setattr(visitors, "visitors", visitors.Visitors())
    app = opened("convergence")
    assert not app.exception
    assert [title.value for title in app.title] == ["This site is full"]
    assert "Come back in a few minutes" in shown(app)


def test_heavy_runs_wait_for_a_place_and_light_ones_do_not(monkeypatch):
    monkeypatch.setitem(budget.BUDGETS, "local", budget.BUDGETS["local"]._replace(heavy=1))
    monkeypatch.setattr(visitors, "PAUSE", 0.001)
    heavy = ConvergenceSettings(width_f=1_000_000)
    assert budget.heavy(heavy, STUDIES["convergence"].caps)
    second = threading.Event()

    def run():
        with visitors.heavy_place("convergence", heavy):
            second.set()

    with visitors.heavy_place("convergence", heavy):
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        with visitors.heavy_place("convergence", ConvergenceSettings()):  # nobody is asked to wait
            assert not second.wait(0.1)
    assert second.wait(PATIENCE)
    thread.join(PATIENCE)
    assert not visitors._heavy
