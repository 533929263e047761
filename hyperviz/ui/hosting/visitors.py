"""Count the visitors and the heavy runs of a public site: beyond so many the next ones are told, and wait."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from hyperviz.studies.common import budget
from hyperviz.studies.registry import STUDIES

LOOK = 0.1  # seconds between two looks at whether somebody has asked for a page
PAUSE = 0.5  # seconds between two looks at whether a heavy run may begin


class Visitors:
    """Hold the sessions that have been let in."""

    def __init__(self) -> None:
        """Let nobody be here."""
        self._lock = threading.Lock()
        self._inside: set[str] = set()
        self._asked = 0.0  # when a page was asked for last

    def admits(self, session: str, most: int | None, connected: Callable[[str], bool]) -> bool:
        """Return whether a session may stay: it is inside already, or there is room, those that have left set aside."""
        self._asked = time.monotonic()
        with self._lock:
            self._inside = {one for one in self._inside if one == session or connected(one)}
            if most is None or session in self._inside or len(self._inside) < most:
                self._inside.add(session)
            return session in self._inside

    def rest(self, quiet: float, most: float) -> None:
        """Wait until nobody has asked for a page for `quiet` seconds from now on, and at most `most` seconds."""
        began = time.monotonic()
        while time.monotonic() < min(began + most, max(began, self._asked) + quiet):
            time.sleep(LOOK)


visitors = Visitors()
_heavy: set[object] = set()  # the heavy runs under way
_lock = threading.Lock()


def begin() -> None:
    """Refuse a budget that there is not: at the start, not on each page."""
    budget.current()


def admit() -> None:
    """Show a page that says to come back, and stop there, where the site has all the visitors that it takes."""
    context, most = get_script_run_ctx(), budget.current().sessions
    if context and not visitors.admits(context.session_id, most, _connected):
        st.title("This site is full", anchor=False)
        st.write(f"{most} people use it now, as many as it takes. Come back in a few minutes: the link stays as it is.")
        st.button("Look again")
        st.stop()


def _connected(session: str) -> bool:
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


@contextlib.contextmanager
def heavy_place(study: str, settings: Any) -> Iterator[None]:
    """Hold one of the places for heavy runs while such a run plays; others need none."""
    most, run = budget.current().heavy, object()
    if most is None or not budget.heavy(settings, STUDIES[study].caps):
        yield
        return
    _wait(run, most)
    try:
        yield
    finally:
        _heavy.discard(run)


def _wait(run: object, most: int) -> None:
    """Return once the run has a place; a visitor who leaves or moves a slider leaves the line."""
    place = st.empty()
    while not _begun(run, most):
        place.info(f"{most} large runs are under way, as many as this site computes at a time: this one begins next.")
        time.sleep(PAUSE)
    place.empty()


def _begun(run: object, most: int) -> bool:
    with _lock:
        if len(_heavy) < most:
            _heavy.add(run)
        return run in _heavy
