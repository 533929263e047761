"""Plays a study on a page: its stored end state at once, or its stream, every step under the gate."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hyperviz.errors import HypervizError, out_of_memory
from hyperviz.studies import stored_results
from hyperviz.ui import page_text
from hyperviz.ui.hosting import backlog, visitors, visits
from hyperviz.ui.hosting.fair_lock import gate
from hyperviz.ui.teaching import tours

Result = TypeVar("Result")
UNEXPECTED = "The computation stopped on an unexpected error. Reset, or move a slider: nothing is lost."
OUT_OF_MEMORY = "There is not enough memory here for these settings: choose fewer draws or images, or a smaller width."
PICTURES = 4  # a second: more keep the browser from answering a hand


def status(study: str, settings: Any) -> DeltaGenerator:
    """Mount the line below the hero: how far the run is, and the button that pauses it, or runs a stored one live."""
    with st.container(key="status", horizontal=True, vertical_alignment="center"):
        button, line, note = st.empty(), st.empty(), st.empty()  # the button first: no word that changes moves it
        if found := _stored(study, settings):
            note.caption(f"Stored on {found.date}, hyperviz {found.version}.")
            button.button("Run live", icon=":material/play_arrow:", on_click=_live, args=(study, settings))
        else:
            paused = st.session_state.get(f"{study}:paused") == settings
            look = ("Go on", ":material/play_arrow:") if paused else ("Pause", ":material/pause:")
            button.button(look[0], icon=look[1], on_click=_pause, args=(study, None if paused else settings))
            st.session_state[f"{study}:button"] = button
        tours.offer(study)
    return line


def play(study: str, settings: Any, stream: Callable[[Any], Iterator[Result]]) -> Generator[Result]:
    """Yield the stored end state of these settings, unless they are to be run live; else the results as they come."""
    if found := _stored(study, settings):
        yield found.result
        return
    shown = st.session_state.get(f"{study}:last")
    if shown and shown[0] == settings == st.session_state.get(f"{study}:paused"):
        yield shown[1]  # a paused page keeps what it had
        return
    with visitors.heavy_place(study, settings):
        for result in _throttled(study, steps(stream(settings))):
            st.session_state[f"{study}:last"] = settings, result
            yield result
    st.session_state[f"{study}:button"].empty()  # nothing is left to pause


def _throttled(study: str, results: Generator[Result]) -> Generator[Result]:
    """Yield the first result at once, the others when the page is mounted, at most PICTURES a second; and the last.

    What the connection has not taken yet is not added to: memory stays bounded, however slow the phone is.
    """
    pending, shown = None, 0.0
    with contextlib.closing(results):
        for result in results:
            pending = result
            st.session_state.get(study)  # Streamlit ends a replaced run here too, though nothing is written
            if shown and (time.monotonic() - shown < 1 / PICTURES or backlog.behind()):
                continue
            yield pending
            if not shown:
                visits.wait(study)
            pending, shown = None, time.monotonic()
    if pending is not None:
        yield pending


def steps(results: Iterator[Result]) -> Generator[Result]:
    """Yield what an iterator yields, each step under the gate.

    It ends where the page next writes, if nobody looks any more.
    """
    place, shown = st.empty(), 0
    with contextlib.closing(results):  # type: ignore[type-var]
        while True:
            try:
                with gate.turn(shown):
                    result = next(results, None)
            except HypervizError as error:
                place.error(page_text.literal(str(error)))
                return
            except Exception as error:
                logging.getLogger(__name__).exception("a study stopped")
                place.error(OUT_OF_MEMORY if out_of_memory(error) else UNEXPECTED)
                return
            if result is None:
                return
            yield result
            shown += 1


def _stored(study: str, settings: Any) -> stored_results.Stored | None:
    live = st.session_state.get(f"{study}:live") == settings
    return None if live else stored_results.find(study, settings)


def _live(study: str, settings: Any) -> None:
    """Run these settings, whatever is stored of them (a callback)."""
    st.session_state[f"{study}:live"] = settings


def _pause(study: str, settings: Any) -> None:
    """Stop the run of these settings, and keep its last picture; None: it goes on (a callback)."""
    st.session_state[f"{study}:paused"] = settings
