"""Let a canvas start from a test digit, an uploaded picture, or what is drawn, centred."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from hyperviz.errors import HypervizError
from hyperviz.studies.common import budget
from hyperviz.studies.common.images import drawing
from hyperviz.ui import page_text
from hyperviz.ui.canvas import digit_canvas


def offer(study: str, picked: str, last: int, noun: str = "digit") -> None:
    """Show a row below the canvas.

    Its widgets write the setting `drawing`, or turn to the next test digit, or other noun.

    picked: the value of `drawing` for a test digit; last: the highest value of the setting `digits`.
    """
    said = page_text.literal(st.session_state.pop(f"{study}:refused", ""))
    with st.container(horizontal=True, gap="small"):
        st.button(f"Next test {noun}", on_click=_next, args=(study, picked, last))
        st.button(
            "Centre", on_click=_write, args=(study, lambda: _centred(study)), help="scale and centre as MNIST does"
        )
        with st.popover("Upload"):
            st.file_uploader(
                "a photo, scan or drawing of one digit",
                drawing.TYPES,
                key=f"{study}:upload",
                max_upload_size=budget.current().megabytes,
                on_change=lambda: _write(study, lambda: _uploaded(study)),
                help="PNG, JPEG, WebP, GIF or BMP of any size: the digit is found, scaled and centred as MNIST does",
            )
            if said and st.session_state[f"{study}:upload"]:
                st.error(said)  # below the file that it is about: the open window would cover it elsewhere
    if said and not st.session_state[f"{study}:upload"]:
        st.error(said)


def turn(study: str, last: int) -> None:
    """Turn to the next test digit or image (a callback)."""
    st.session_state[f"{study}.digits"] = (st.session_state[f"{study}.digits"] + 1) % (last + 1)


def _next(study: str, picked: str, last: int) -> None:
    """Turn to the test digit after the one shown; first back to that one, where something else is drawn."""
    shown = f"{study}.drawing"
    if st.session_state[shown] == picked:
        turn(study, last)
    st.session_state[shown] = picked


def _write(study: str, text: Callable[[], str | None]) -> None:
    """Set the drawing to what `text` makes, or leave it, with a sentence that says why (a callback)."""
    try:
        found = text()
    except HypervizError as error:
        st.session_state[f"{study}:refused"] = str(error)
        return
    if found is not None:
        st.session_state[f"{study}.drawing"] = found


def _uploaded(study: str) -> str | None:
    file = st.session_state[f"{study}:upload"]
    return drawing.from_file(file.getvalue()) if file else None  # None: taken away again


def _centred(study: str) -> str:
    return drawing.fitted(digit_canvas.held(study).image)
