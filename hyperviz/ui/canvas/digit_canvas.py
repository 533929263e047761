"""Mount a canvas to draw a digit on and to hide parts of it, with mouse, finger, pen or keyboard."""

from __future__ import annotations

import base64
import binascii
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
import streamlit.components.v2 as components

from hyperviz.studies.common.images.drawing import SIZE, Drawing, blank, quantise

HERE = pathlib.Path(__file__).parent
_canvas = components.component(
    "hyperviz.canvas",
    html=(HERE / "digit_canvas.html").read_text(),
    css=(HERE / "digit_canvas.css").read_text(),
    js=(HERE / "digit_canvas.js").read_text(),
)


def draw(
    key: str,
    image: np.ndarray | None = None,
    hidden: np.ndarray | None = None,
    *,
    changed: Callable[[Drawing], None] | None = None,
) -> Drawing:
    """Mount the canvas and return what it holds: image uint8 (28, 28), hidden bool (28, 28).

    An `image` or `hidden` other than the canvas's own is loaded into it, once no stroke is under way; None leaves what
    is there. `changed` hears of every edit before the page runs again (a callback, about eight times a second while one
    draws): a page that passes `image` keeps it in step there.
    """
    serial, now = _held(key)
    given = Drawing(now.image if image is None else quantise(image), now.hidden if hidden is None else hidden)
    if not (np.array_equal(given.image, now.image) and np.array_equal(given.hidden, now.hidden)):
        serial, now = serial + 1, given
    st.session_state[_place(key)] = serial, now
    data = {"serial": serial, "image": _text(now.image), "hidden": _text(now.hidden)}
    _canvas(key=f"canvas_{key}", data=data, on_board_change=lambda: _heard(key, changed))
    return now


def held(key: str) -> Drawing:
    """Return what the canvas of that key holds now, also between two runs of the page."""
    return _held(key)[1]


def _held(key: str) -> tuple[int, Drawing]:
    return st.session_state.get(_place(key), (0, blank()))


def _place(key: str) -> str:
    return f"{key}:canvas"


def _heard(key: str, changed: Callable[[Drawing], None] | None) -> None:
    """Take over what the browser says, unless it was drawn on a picture that has been replaced since."""
    serial, _ = _held(key)
    drawing = read(st.session_state[f"canvas_{key}"].get("board"), serial)
    if drawing is None:
        return
    st.session_state[_place(key)] = serial, drawing
    if changed:
        changed(drawing)


def read(board: Any, serial: int) -> Drawing | None:
    """Return the drawing in a browser's message; None where it is of another serial or not a drawing at all."""
    try:
        if board["serial"] != serial:
            return None
        image, hidden = (
            np.frombuffer(base64.b64decode(board[n], validate=True), np.uint8) for n in ("image", "hidden")
        )
        image, hidden = quantise(image.reshape(SIZE, SIZE)), hidden.reshape(SIZE, SIZE) > 0
    except (TypeError, KeyError, ValueError, binascii.Error):
        return None
    return Drawing(image, hidden, bool(board.get("done", True)))


def _text(array: np.ndarray) -> str:
    return base64.b64encode(array.astype(np.uint8).tobytes()).decode()
