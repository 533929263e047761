"""A moved control is answered by the pictures alone: what the page's script sends, whatever the speed."""

import numpy as np
import pytest
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from hyperviz.studies.common import budget
from hyperviz.studies.convergence import study as convergence
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import export
from hyperviz.ui.hosting import backlog
from tests.ui.without_browser import QUERIES, opened, replace_stream, short

MOST = 4  # messages up to the first picture; the whole page is about 80
STEP = {"convergence": "depth_f", "prior": "depth_f", "taylor": "depth_f", "rotation": "depth_g"}
STEP["inpainting"] = "depth_g"


@pytest.fixture
def sent(monkeypatch):
    """What pages send, in order, to a browser that is connected."""
    found, enqueue = [], ScriptRunContext.enqueue
    monkeypatch.setattr(ScriptRunContext, "enqueue", lambda self, msg: (found.append(msg), enqueue(self, msg))[1])
    monkeypatch.setattr(backlog, "connected", lambda: True)
    return found


@pytest.fixture
def page(monkeypatch, sent):
    """The page of convergence, of which a stream is one result."""
    stream = convergence.stream
    replace_stream(monkeypatch, "convergence", lambda settings: short(stream, settings))
    return lambda **query: opened("convergence", **QUERIES["convergence"], **query)


def kinds(messages) -> list[str]:
    """The elements sent; of anything else what it is."""
    elements = [m.delta.new_element.WhichOneof("type") or m.delta.WhichOneof("type") for m in messages]
    return [element or m.WhichOneof("type") for element, m in zip(elements, messages, strict=True)]


def is_picture(message) -> bool:
    return 'class="fig"' in message.delta.new_element.html.body


def move(app, sent, name="convergence.depth_f", value=3):
    """Moves a slider by hand; what was sent before is forgotten."""
    sent.clear()
    app.slider(key=name).set_value(value).run()
    assert not app.exception


@pytest.mark.parametrize("name", STEP)
def test_a_moved_slider_is_answered_by_a_picture_with_next_to_nothing_before_it(monkeypatch, sent, name):
    stream = STUDIES[name].stream
    replace_stream(monkeypatch, name, lambda settings: short(stream, settings))
    app = opened(name, **QUERIES[name])
    key = f"{name}.{STEP[name]}"
    move(app, sent, key, app.slider(key=key).value + 1)
    first = next(i for i, message in enumerate(sent) if is_picture(message))
    assert first < MOST, kinds(sent[:first])
    assert not {"slider", "selectbox", "heading", "bidi_component", "navigation"} & set(kinds(sent))
    assert sum(map(is_picture, sent)) >= 2


def test_what_a_moved_slider_changes_around_the_pictures_is_sent_after_the_first(page, sent):
    app = page()
    move(app, sent)
    assert np.ravel(app.query_params["depth_f"])[-1] == "3"
    texts = [message.delta.new_element.html.body for message in sent]
    assert any("L = 3" in text and 'class="settings"' in text for text in texts)
    assert any(f"{export.SAID[0]}" in text and "ConvergenceSettings(depth_f=3" in text for text in texts)
    assert kinds(sent).count("download_button") == 2  # their tables are dropped with every run that does not send them
    first = next(i for i, message in enumerate(sent) if is_picture(message))
    assert kinds(sent).index("page_info_changed") > first


def test_a_page_without_a_browser_is_built_whole(page, sent, monkeypatch):
    monkeypatch.setattr(backlog, "connected", lambda: False)
    app = page()
    move(app, sent)
    assert "slider" in kinds(sent)


def test_a_page_that_did_not_stand_yet_is_built_whole(page, sent):
    app = page()
    del app.session_state["convergence:stands"]
    move(app, sent)
    assert "slider" in kinds(sent)


def test_a_sentence_about_a_mended_link_goes_with_the_next_move(page, sent):
    app = page(colour="red")
    assert len(app.warning) == 1
    move(app, sent)
    assert not app.warning
    assert "slider" in kinds(sent)


def test_what_a_public_site_does_not_allow_is_mended_in_the_control_itself(page, sent, monkeypatch):
    monkeypatch.setenv(budget.VARIABLE, "hosted")
    app = page(width_f="1000000")
    sent.clear()
    app.select_slider(key="convergence.draws").set_value(1024).run()
    assert app.select_slider(key="convergence.draws").value == 64
    assert len(app.warning) == 1


def test_a_setting_that_other_parts_of_a_page_depend_on_builds_the_page(monkeypatch, sent):
    stream = STUDIES["inpainting"].stream
    replace_stream(monkeypatch, "inpainting", lambda settings: short(stream, settings))
    app = opened("inpainting", **QUERIES["inpainting"])
    sent.clear()
    app.selectbox(key="inpainting.task").select("representation").run()
    assert not app.exception
    assert "slider" in kinds(sent)


def test_a_tour_is_built_whole(page, sent):
    app = page(tour="1", answer="shown")
    step = app.session_state["convergence:kept"]
    assert STUDIES["convergence"].tour
    sent.clear()
    one = STUDIES["convergence"].tour[0].slider
    app.select_slider(key=f"convergence.{one}").set_value(4096 if getattr(step, one) != 4096 else 8).run()
    assert "slider" in kinds(sent)
