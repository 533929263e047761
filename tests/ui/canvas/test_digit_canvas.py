"""What the server takes from the canvas in a browser, and what it loads into it."""

import base64
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from hyperviz.data import digits
from hyperviz.studies.common.images import drawing
from hyperviz.ui.canvas import digit_canvas
from tests import ROOT

APP = ROOT / "tests" / "pages" / "canvas_app.py"


def text(array) -> str:
    return base64.b64encode(np.asarray(array, np.uint8).tobytes()).decode()


def message(**others) -> dict:
    board = {"serial": 3, "image": text(np.full(784, 255)), "hidden": text(np.arange(784) < 28), "done": False}
    return board | others


def test_a_message_of_the_browser_is_a_picture_a_mask_and_whether_the_stroke_is_over():
    found = digit_canvas.read(message(), 3)
    assert found.image.min() == 255
    assert found.hidden.dtype == bool
    assert found.hidden.sum() == found.hidden[0].sum() == 28
    assert not found.done


def test_what_was_drawn_on_a_picture_that_has_been_replaced_is_dropped():
    assert digit_canvas.read(message(), 4) is None


@pytest.mark.parametrize(
    "fault",
    [
        {"image": ""},
        {"image": "!" * 1048},
        {"image": text(np.zeros(783))},
        {"image": 5},
        {"hidden": None},
        {"hidden": []},
    ],
    ids=str,
)
def test_a_message_that_holds_no_drawing_is_dropped(fault):
    assert digit_canvas.read(message(**fault), 3) is None


@pytest.mark.parametrize("board", [None, 5, "text", [], {}, {"serial": 3}])
def test_what_is_no_message_at_all_is_dropped(board):
    assert digit_canvas.read(board, 3) is None


def sent(app) -> dict:
    """What the server hands the canvas."""
    (component,) = app.get("bidi_component")
    return json.loads(component.proto.json)


def test_a_given_picture_is_loaded_once_and_what_is_there_is_not_sent_as_new():
    app = AppTest.from_file(str(APP), default_timeout=600).run()
    first = sent(app)
    app.run()
    assert sent(app) == first
    app.button[0].click().run()
    loaded = sent(app)
    assert loaded["serial"] == first["serial"] + 1
    seven = digits.test().images[digits.test().labels == 7][0]
    assert loaded["image"] == text(drawing.quantise(seven))
    app.run()
    assert sent(app) == loaded
    assert not app.exception
