"""Play a study on a page: its stored end state at once, or its stream, every step under the gate."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any, NamedTuple, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hyperviz.errors import HypervizError, out_of_memory
from hyperviz.studies import stored_results
from hyperviz.ui import answer, drag, page_text
from hyperviz.ui.hosting import backlog, visitors, visits
from hyperviz.ui.hosting.fair_lock import gate
from hyperviz.ui.teaching import tours

Result = TypeVar("Result")
UNEXPECTED = "The computation stopped on an unexpected error. Reset, or move a slider: nothing is lost."
OUT_OF_MEMORY = "There is not enough memory here for these settings: choose fewer draws or images, or a smaller width."
PICTURES = 4  # a second: more keep the browser from answering a hand
LOOK = 0.05  # seconds between two looks at whether a slider still moves


class _Status(NamedTuple):
    """Hold the places of the button and of the note beside it."""

    button: DeltaGenerator
    note: DeltaGenerator


def status(study: str, settings: Any) -> DeltaGenerator:
    """Mount the line below the hero: how far the run is, and the button that pauses it, or runs a stored one live."""
    with st.container(key="status", horizontal=True, vertical_alignment="center"):
        button, line, note = st.empty(), st.empty(), st.empty()  # the button first: no word that changes moves it
        st.session_state[f"{study}:status"], st.session_state[f"{study}:status shown"] = _Status(button, note), None
        follow(study, settings)
        tours.offer(study)
    return line


def follow(study: str, settings: Any) -> None:
    """Let the button do what can be done at these settings; what it shows already is not sent again."""
    found = _stored(study, settings)
    paused = not found and st.session_state.get(f"{study}:paused") == settings
    label = "Run live" if found else "Go on" if paused else "Pause"
    if st.session_state[f"{study}:status shown"] == (label, found and found.date):
        return
    st.session_state[f"{study}:status shown"] = label, found and found.date
    place: _Status = st.session_state[f"{study}:status"]
    icon = ":material/pause:" if label == "Pause" else ":material/play_arrow:"
    place.button.button(label, icon=icon, on_click=_live if found else _pause, args=(study,))
    if found:
        place.note.caption(f"Stored on {found.date}, hyperviz {found.version}.")
    elif answer.alone():
        place.note.empty()


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
    with answer.as_page():
        st.session_state[f"{study}:status"].button.empty()  # nothing is left to pause
    st.session_state[f"{study}:status shown"] = None


def _throttled(study: str, results: Generator[Result]) -> Generator[Result]:
    """Yield the first result at once, the others when the page is mounted, at most PICTURES a second; and the last.

    What the connection has not taken yet is not added to: memory stays bounded, however slow the phone is.
    """
    pending, shown = None, 0.0
    with contextlib.closing(results):
        for result in _at_rest(study, results):
            pending = result
            if shown and (time.monotonic() - shown < 1 / PICTURES or backlog.behind()):
                continue
            yield pending
            if not shown:
                visits.wait(study)
            pending, shown = None, time.monotonic()
    if pending is not None:
        yield pending


def _at_rest(study: str, results: Iterator[Result]) -> Iterator[Result]:
    """Yield the first result at once, and the others while no slider of the page moves."""
    for result in results:
        st.session_state.get(study)  # Streamlit ends a replaced run here too, though nothing is written
        yield result
        while not drag.resting(study):
            time.sleep(LOOK)
            st.session_state.get(study)


def steps(results: Iterator[Result]) -> Generator[Result]:
    """Yield what an iterator yields, each step under the gate.

    It ends where the page next writes, if nobody looks any more.
    """
    shown = 0
    with contextlib.closing(results):  # type: ignore[type-var]
        while True:
            try:
                with gate.turn(shown):
                    result = next(results, None)
            except HypervizError as error:
                st.error(page_text.literal(str(error)))
                return
            except Exception as error:
                logging.getLogger(__name__).exception("a study stopped")
                st.error(OUT_OF_MEMORY if out_of_memory(error) else UNEXPECTED)
                return
            if result is None:
                return
            yield result
            shown += 1


def _stored(study: str, settings: Any) -> stored_results.Stored | None:
    live = st.session_state.get(f"{study}:live") == settings
    return None if live else stored_results.find(study, settings)


def _live(study: str) -> None:
    """Run the settings that are shown, whatever is stored of them (a callback)."""
    st.session_state[f"{study}:live"] = st.session_state[f"{study}:kept"]


def _pause(study: str) -> None:
    """Stop the run that is shown and keep its last picture, or go on with it (a callback)."""
    now, key = st.session_state[f"{study}:kept"], f"{study}:paused"
    st.session_state[key] = None if st.session_state.get(key) == now else now
