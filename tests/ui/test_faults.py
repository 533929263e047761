"""What goes wrong for one viewer: a sentence there, the page lives on, and nobody else notices."""

import asyncio
import itertools
import os

import jax
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from hyperviz.errors import NotPositiveDefinite
from hyperviz.studies.convergence import study as convergence
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.ui import page_loop, streaming
from hyperviz.ui.hosting import backlog, fair_lock
from tests import ROOT
from tests.ui.without_browser import PATIENCE, opened, pictures, replace_stream, short, shown

SMALL = ConvergenceSettings(draws=16, depth_f=2, depth_g=2)
SECRET = f"{ROOT}/secret.py HOME={os.environ.get('HOME')}"


def failing_once(monkeypatch, failure):
    """The page's study fails at its first run, and works from then on."""
    original, runs = convergence.stream, itertools.count()

    def stream(settings):
        if next(runs) == 0:
            raise failure
        yield from short(original, SMALL)

    replace_stream(monkeypatch, "convergence", stream)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (MemoryError(SECRET), streaming.OUT_OF_MEMORY),
        (jax.errors.JaxRuntimeError(f"RESOURCE_EXHAUSTED: Out of memory {SECRET}"), streaming.OUT_OF_MEMORY),
        (RuntimeError(SECRET), streaming.UNEXPECTED),
        (FileNotFoundError(2, "No such file", SECRET), streaming.UNEXPECTED),
    ],
    ids=["memory", "accelerator memory", "error", "file"],
)
def test_a_study_that_fails_costs_its_viewer_one_sentence_without_paths_and_the_next_move_works(
    monkeypatch, failure, said
):
    failing_once(monkeypatch, failure)
    app = opened("convergence", depth_f="3")
    assert not app.exception
    assert [error.value for error in app.error] == [said]
    for secret in (str(ROOT), "Traceback", "HOME", "secret"):
        assert secret not in shown(app)
    other = opened("convergence", depth_f="2")
    assert not other.error
    app.slider(key="convergence.depth_f").set_value(2).run()
    assert not app.error
    assert len(pictures(app)) == 5


def test_two_viewers_do_not_share_their_settings(monkeypatch):
    original = convergence.stream
    replace_stream(monkeypatch, "convergence", lambda settings: short(original, SMALL))
    first, second = opened("convergence", depth_f="3"), opened("convergence")
    second.slider(key="convergence.depth_g").set_value(2).run()
    first.run()
    found = [[app.slider(key=f"convergence.depth_{n}").value for n in "fg"] for app in (first, second)]
    assert found == [[3, 4], [4, 2]]
    assert [np.ravel(app.query_params.get("depth_f", "4"))[-1] for app in (first, second)] == ["3", "4"]


def test_a_browser_that_takes_nothing_is_sent_its_first_picture_and_the_last_only(monkeypatch):
    monkeypatch.setattr(streaming, "PICTURES", 1e9)
    monkeypatch.setattr(streaming.visits, "wait", lambda study: None)
    stalled = [True]
    monkeypatch.setattr(backlog, "behind", lambda: stalled[0])
    assert list(streaming._throttled("convergence", iter_(range(200)))) == [0, 199]
    stalled[0] = False
    assert len(list(streaming._throttled("convergence", iter_(range(200))))) == 200


def iter_(values):
    yield from values


@pytest.mark.parametrize(("waiting", "wanted"), [(0, False), (backlog.MOST, False), (backlog.MOST + 1, True)])
def test_a_viewer_is_behind_when_more_messages_wait_than_a_page_keeps(monkeypatch, waiting, wanted):
    class Client:
        _send_queue = asyncio.Queue()

    class Server:
        def get_client(self, session):
            return {"one": Client}[session]

    for message in range(waiting):
        Client._send_queue.put_nowait(message)
    monkeypatch.setattr(backlog, "get_script_run_ctx", lambda: type("", (), {"session_id": "one"}))
    monkeypatch.setattr(backlog.runtime, "exists", lambda: True)
    monkeypatch.setattr(backlog.runtime, "get_instance", Server)
    assert backlog.behind() is wanted


def test_what_is_no_number_is_said_and_judged_by_no_verdict(monkeypatch):
    *_, result = convergence.stream(SMALL)
    replace_stream(monkeypatch, "convergence", lambda settings: short(lambda _: iter([spoilt]), settings))
    spoilt = result._replace(curves=result.curves * np.nan)
    app = opened("convergence", depth_f="3")
    assert not app.exception
    assert page_loop.NO_NUMBER in shown(app)
    assert "nan" not in shown(app).replace("NaN", "")
    app.slider(key="convergence.depth_f").set_value(2)
    spoilt = result
    app.run()
    assert page_loop.NO_NUMBER not in shown(app)


def test_a_study_that_refuses_shows_its_sentence_in_place_and_the_page_lives(monkeypatch):
    def stream(settings):
        raise NotPositiveDefinite("The kernel needs a ridge of 1e-6 or more.")
        yield

    replace_stream(monkeypatch, "convergence", stream)
    app = opened("convergence", depth_f="3")
    assert not app.exception
    assert [error.value for error in app.error] == ["The kernel needs a ridge of 1e-6 or more."]
    assert "ConvergenceSettings(depth_f=3" in shown(app)
    assert any("Reset" in button.label for button in app.button)


@pytest.mark.parametrize("after", [0, 1])
def test_a_study_that_breaks_shows_one_sentence_and_no_traceback_but_logs_it(monkeypatch, caplog, after):
    original = convergence.stream

    def stream(settings):
        yield from short(original, settings, after)
        raise RuntimeError("secret detail")

    replace_stream(monkeypatch, "convergence", stream)
    app = opened("convergence", draws="16")
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith("The computation stopped on an unexpected error.")
    assert "secret detail" not in shown(app)
    assert "Traceback" not in shown(app)
    assert "secret detail" in caplog.text
    assert len(pictures(app)) == 5 * after
    with fair_lock.gate.turn(0):
        pass  # the gate is open again


def test_an_unexpected_error_of_a_page_is_one_sentence(caplog):
    def page():
        from hyperviz.ui.hosting import warm

        assert warm.failed(RuntimeError("secret detail")) is True

    app = AppTest.from_function(page).run(timeout=PATIENCE)
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith("This page stopped on an unexpected error.")
    assert "secret detail" not in error.value
    assert "secret detail" in caplog.text
