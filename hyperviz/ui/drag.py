"""Show the first picture of a slider that still moves: Streamlit hears of it when the hand has let go.

Until then the page's script (drag.js) asks here for the first picture of where the slider is. Nothing else follows the
hand: the link, the downloads and what is said are those of the settings that Streamlit knows.
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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hyperviz.errors import HypervizError
from hyperviz.studies import stored_results
from hyperviz.studies.common import budget
from hyperviz.studies.common.options import Option, options
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import page_text
from hyperviz.ui.hosting import paths
from hyperviz.ui.hosting.fair_lock import gate

REST = 0.4  # seconds after such a picture in which the hand may still move: no refinement takes the accelerator then
FIRST = 0.06  # seconds that a page leaves to such a picture, where the browser asks for them
NEWS = 0.15  # seconds in which a study may get to a picture that is not the last one again: a digit is blurred at first
TURN = 1  # of such a picture at the gate: after the first pictures of those whose hand rests
_threads = ThreadPoolExecutor(4, "drag")
_asked: weakref.WeakValueDictionary[str, DraggedPage] = weakref.WeakValueDictionary()  # each ends with its session


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
        self._lock, self._begun = threading.Lock(), (None, None, iter(()))  # settings, their first result, the others
        self._drawn = threading.Condition()
        self._written: tuple[Any, str] = None, ""  # a result, and its picture

    def results(self, settings: Any) -> Iterator[Any]:
        """Return the stream at these settings: what a slider on its way there has begun goes on.

        A browser that asks for pictures of a moving slider asks for this one too: it is drawn once, and shown before
        what the page sends.
        """
        if self.moved:
            with self._drawn:
                self._drawn.wait_for(lambda: self._begun[0] == settings, FIRST)
            time.sleep(max(0.0, min(self.moved + FIRST - time.monotonic(), FIRST)))
        with self._lock:
            (begun, first, others), self._begun = self._begun, (None, None, iter(()))
        return _after(first, others) if begun == settings else self.stream(settings)

    def picture(self, name: str, said: str) -> tuple[str, str] | None:
        """Return the picture where a setting has this value, and the mark of its settings; None where it has to wait.

        One picture of a viewer is drawn at a time.
        """
        declared = options(type(self.settings)).get(name)
        if declared is None or declared.page or not self._lock.acquire(blocking=False):
            return None
        try:
            value = value_of(declared, getattr(self.settings, name), said)
            settings = dataclasses.replace(self.settings, **{name: value})
            if _over(settings, self.study) or self.too_large(settings):
                return None
            return self._news(settings), mark(settings)
        finally:
            self.moved = time.monotonic()
            self._lock.release()
            with self._drawn:
                self._drawn.notify_all()

    def written(self, result: Any) -> str:
        """Return the picture of a result as the browser reads it; what was drawn last is kept."""
        last, text = self._written
        if last is not result:
            self._written = result, text = result, self.draw(result)
        return text

    def _news(self, settings: Any) -> str:
        """Return the first picture that is not the last one again, as far as NEWS allows."""
        if found := stored_results.find(self.study, settings):
            return self.written(found.result)
        if settings != self._begun[0]:
            self._begun = settings, None, self.stream(settings)
        last, ends = self._written[1], time.monotonic() + NEWS
        while self._begun[1] is None or (self.written(self._begun[1]) == last and time.monotonic() < ends):
            with gate.turn(TURN):
                better = next(self._begun[2], None)
            if better is None:
                break
            self._begun = settings, better, self._begun[2]
        return self.written(self._begun[1])


def _after(first: Any, others: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from others


def _over(settings: Any, study: str) -> bool:
    """Return whether a public site answers these settings only when the hand rests: in words, or in their turn."""
    caps = STUDIES[study].caps
    return budget.current().capped and (bool(budget.within(settings, caps)[1]) or budget.heavy(settings, caps))


def value_of(declared: Option, now: Any, said: str) -> Any:
    """Return the value that a slider shows in these words; now: what it stood at, a position of its own.

    Raises:
        ValueError: it shows no such value.
    """
    named = (*declared.words, now, *declared.grid) if declared.log or declared.words else ()  # as controls shows them
    found = next((v for v in named if page_text.value(v) == said), None)
    return declared.read(said) if found is None else found


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
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(_threads, page.picture, given.get("name", ""), given.get("value", ""))
    except (HypervizError, ValueError, OverflowError):
        found = None  # the page says it in words when the hand rests
    except Exception:
        logging.getLogger(__name__).exception("no picture of a moving slider")
        found = None
    if found is None:
        return Response(status_code=204)
    return Response(found[0], headers={"X-Mark": found[1], "Cache-Control": "no-store"}, media_type="application/json")


def route() -> Route:
    """Return the route that draws where a slider is on its way."""
    return Route(f"{paths.drags()}/{{token}}", _draw, methods=["POST"])
