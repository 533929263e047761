"""Show the first picture of a slider that still moves: Streamlit hears of it when the hand has let go.

Until then the page's script (drag.js) asks here for the first picture of where the slider is. Nothing else follows the
hand: the link, the downloads and what is said are those of the settings that Streamlit knows. Where a hand rests on the
keys of a slider, it asks for the pictures of the places beside (drag_ahead.js): the next key shows one at once.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import threading
import time
import uuid
import weakref
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from urllib.parse import quote

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hyperviz.errors import HypervizError
from hyperviz.studies import stored_results
from hyperviz.studies.common import budget
from hyperviz.studies.common.options import Option, options
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import places
from hyperviz.ui.hosting import paths
from hyperviz.ui.hosting.fair_lock import gate

REST = 0.4  # seconds after such a picture in which the hand may still move: no refinement takes the accelerator then
FIRST = 0.06  # seconds that a page leaves to such a picture, where the browser asks for them
NEWS = 0.15  # seconds in which a study may get to a picture that is not the last one again: a digit is blurred at first
TURN = 1  # of such a picture at the gate: after the first pictures of those whose hand rests
BEGUN = 2  # streams that wait for a hand: the places beside the one it rests at
_threads = ThreadPoolExecutor(4, "drag")
_asked: weakref.WeakValueDictionary[str, DraggedPage] = weakref.WeakValueDictionary()  # each ends with its session


class Picture(NamedTuple):
    """Hold a picture as the browser reads it, the mark of its settings, and what its slider says there."""

    text: str
    mark: str
    words: str


class _Begun:
    """Hold a stream that has begun: what it has got to, and what comes after."""

    def __init__(self, results: Iterator[Any]) -> None:
        """Hold a stream."""
        self.others, self.latest = results, None

    def results(self) -> Iterator[Any]:
        """Yield what it has got to, and the others."""
        if self.latest is not None:
            yield self.latest
        yield from self.others


class DraggedPage:
    """Hold what a viewer's page shows, and draw its first picture at other settings."""

    def __init__(
        self,
        study: str,
        settings: Any,
        stream: Callable[[Any], Iterator[Any]],
        chart: str,
        draw: Callable[[Any], str],
        too_large: Callable[[Any], str],
    ) -> None:
        """Hold it. stream, too_large: of the page; chart, draw: the name of its first chart, and what draws it."""
        self.study, self.settings, self.stream = study, settings, stream
        self.chart, self.draw, self.too_large = chart, draw, too_large
        self.moved = 0.0  # when a slider moved last
        self._lock = threading.Lock()
        self._begun: dict[Any, _Begun] = {}  # by settings; at most BEGUN
        self._drawn = threading.Condition()
        self._texts: list[tuple[Any, str]] = []  # the last results, each with its picture
        self._shown = ""  # the picture that the browser was given last

    def results(self, settings: Any) -> Iterator[Any]:
        """Return the stream at these settings: what a slider on its way there has begun goes on.

        A browser that asks for pictures of a moving slider asks for this one too: it is drawn once, and shown before
        what the page sends.
        """
        if self.moved and settings not in self._begun:
            with self._drawn:
                self._drawn.wait_for(lambda: settings in self._begun, FIRST)
            time.sleep(max(0.0, min(self.moved + FIRST - time.monotonic(), FIRST)))
        with self._lock:
            begun, self._begun = self._begun.get(settings), {}
        return begun.results() if begun else self.stream(settings)

    def picture(self, name: str, said: str) -> Picture | None:
        """Return the picture where a setting has this value; None where it has to wait.

        One picture of a viewer is drawn at a time.
        """
        declared = self._declared(name)
        if declared is None or not self._lock.acquire(timeout=FIRST):  # the place beside is being drawn
            return None
        try:
            value = places.value_of(declared, getattr(self.settings, name), said)
            found = self._at(dataclasses.replace(self.settings, **{name: value}), said)
            self._shown = found.text if found else self._shown
            return found
        finally:
            self.moved = time.monotonic()
            self._lock.release()
            with self._drawn:
                self._drawn.notify_all()

    def ahead(self, name: str, said: str, side: int, shown: str) -> Picture | None:
        """Return the picture one place beside where the hand rests, before it goes there; None where it has to wait.

        That nobody else waits for the accelerator is asked first: nobody has asked for this picture yet. It is of
        what the browser shows, the settings of this mark, or none at all.
        """
        declared, now = self._declared(name), self.settings
        if declared is None or mark(now) != shown or gate.waited_for() or not self._lock.acquire(blocking=False):
            return None
        try:
            value = getattr(now, name)
            if places.value_of(declared, value, said) != value:
                return None  # between two places of its slider: the browser does not see which
            further = places.beside(declared, value, side)
            words = "" if further is None else places.words(declared, further)
            return self._at(dataclasses.replace(now, **{name: further}), words) if words else None
        finally:
            self._lock.release()

    def written(self, result: Any) -> str:
        """Return the picture of a result as the browser reads it."""
        self._shown = self._text(result)
        return self._shown

    def _text(self, result: Any) -> str:
        """Return the picture of a result; those drawn last are kept."""
        kept = next((text for drawn, text in self._texts if drawn is result), None)
        if kept is None:
            kept = self.draw(result)
            self._texts = [*self._texts[-BEGUN:], (result, kept)]
        return kept

    def _declared(self, name: str) -> Option | None:
        """Return what is known of a setting; None where there is none, or where the page is built anew for it."""
        declared = options(type(self.settings)).get(name)
        return None if declared is None or declared.page else declared

    def _at(self, settings: Any, words: str) -> Picture | None:
        if _over(settings, self.study) or self.too_large(settings):
            return None
        return Picture(self._news(settings), mark(settings), words)

    def _news(self, settings: Any) -> str:
        """Return the first picture that is not the last one again, as far as NEWS allows."""
        if found := stored_results.find(self.study, settings):
            return self._text(found.result)
        begun = self._begun.pop(settings, None) or _Begun(self.stream(settings))
        self._begun = dict([*self._begun.items(), (settings, begun)][-BEGUN:])
        ends = time.monotonic() + NEWS
        while begun.latest is None or (self._text(begun.latest) == self._shown and time.monotonic() < ends):
            with gate.turn(TURN):
                better = next(begun.others, None)
            if better is None:
                break
            begun.latest = better
        return self._text(begun.latest)


def _over(settings: Any, study: str) -> bool:
    """Return whether a public site answers these settings only when the hand rests: in words, or in their turn."""
    caps = STUDIES[study].caps
    return budget.current().capped and (bool(budget.within(settings, caps)[1]) or budget.heavy(settings, caps))


def mark(settings: Any) -> str:
    """Return what tells the pictures of these settings from those of others."""
    return f"{zlib.crc32(repr(settings).encode()):08x}"


def mount(page: DraggedPage) -> None:
    """Let the browser ask for pictures of this page while a slider moves."""
    key = f"{page.study}:dragged"
    token, _ = st.session_state.get(key, (uuid.uuid4().hex, None))
    st.session_state[key], _asked[token] = (token, page), page
    where = f'data-url="{paths.near(paths.drags())}/{token}" data-study="{page.study}"'
    st.html(f'<div class="hyperviz-drag" hidden {where} data-chart="{page.chart}"></div>')


def resting(study: str) -> bool:
    """Return whether no slider of this viewer's page moves."""
    _, page = st.session_state.get(f"{study}:dragged", ("", None))
    return page is None or time.monotonic() - page.moved > REST


async def _draw(request: Request) -> Response:
    page, given = _asked.get(request.path_params["token"]), request.query_params
    if page is None:
        return Response(status_code=404)
    found = await asyncio.get_running_loop().run_in_executor(_threads, _asked_for, page, given)
    if found is None:
        return Response(status_code=204)
    about = {"X-Mark": found.mark, "X-Words": quote(found.words), "Cache-Control": "no-store"}
    return Response(found.text, headers=about, media_type="application/json")


def _asked_for(page: DraggedPage, given: Mapping[str, str]) -> Picture | None:
    """Return what a browser asks for: where a slider is, or where it may go next."""
    name, said, side = (given.get(one, "") for one in ("name", "value", "side"))
    try:
        if side:
            return page.ahead(name, said, 1 if side == "1" else -1, given.get("shown", ""))
        return page.picture(name, said)
    except (HypervizError, ValueError, OverflowError):
        return None  # the page says it in words when the hand rests
    except Exception:
        logging.getLogger(__name__).exception("no picture of a moving slider")
        return None


def route() -> Route:
    """Return the route that draws where a slider is on its way."""
    return Route(f"{paths.drags()}/{{token}}", _draw, methods=["POST"])
