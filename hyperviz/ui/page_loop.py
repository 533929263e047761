"""Run the loop of every page: each result says what is seen, and redraws the charts whose parts have changed."""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hyperviz.studies.common.contract import changed
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import answer, controls, drag, embed, export, live, page_text, streaming
from hyperviz.ui.teaching import tours

FOLDED = "folds of page"  # in the session: the page that was shown with its folds last
NO_NUMBER = "What was computed here is not a number: choose other widths, depths or steps."


class _Page(NamedTuple):
    """Hold a page that stands: its places, and what they show."""

    study: str
    kind: type
    line: DeltaGenerator
    said: Mapping[DeltaGenerator, Callable[[Any], str]]
    places: Mapping[str, live.ChartSlot]
    charts: Mapping[str, Any]
    latest: list
    networks: DeltaGenerator
    explained: DeltaGenerator
    away: DeltaGenerator
    too_large: Callable[[Any], str]
    of_page: Mapping[str, Any]
    dragged: drag.DraggedPage


def run(
    study: str,
    settings: Any,
    line: DeltaGenerator,
    said: Mapping[DeltaGenerator, Callable[[Any], str]],
    places: Mapping[str, live.ChartSlot],
    charts: Mapping[str, Any],
    latest: list | None = None,
    too_large: Callable[[Any], str] = lambda settings: "",
    **of_page: Any,
) -> None:
    """Show a page's study until it has ended; a moved control is answered by the pictures alone, where that is enough.

    The page's folds come before its first picture, or after it on a move: what stands below it can wait that long.

    Args:
        study, settings: what is asked.
        line: where the verdict stands.
        said: what else is told of each result, by the place where it stands.
        places, charts: where the charts are mounted and the figures.chart.Chart of each, by name.
        latest: a list that holds the latest result, for callbacks.
        too_large: says why settings are for the command line, in a sentence; the page then shows that.
        of_page: what the stream takes beside the settings: what a visitor brought.
    """
    latest = [] if latest is None else latest
    networks = st.container(key="networks").empty() if hasattr(settings, "networks") else st.empty()
    around = (networks, st.container(), st.container())
    _networks(networks, settings, charts)
    places = embed.fed(places)
    dragged = _dragged(study, settings, places, charts, too_large, of_page)
    drag.mount(dragged)
    _answer(_Page(study, type(settings), line, said, places, charts, latest, *around, too_large, of_page, dragged))


def _dragged(study: str, settings: Any, places: Mapping, charts: Mapping, too_large: Callable, of_page: Mapping):
    """Return what the page's first chart shows of a slider that still moves."""
    name, slot = next(iter(places.items()))
    stream = functools.partial(STUDIES[study].stream, **of_page)

    def draw(result: Any) -> str:
        return live.written(charts[name].draw(result), STUDIES[study].report.alt(result, name))

    return drag.DraggedPage(study, settings, stream, slot.name, draw, too_large)


@st.fragment(key=answer.KEY)
def _answer(page: _Page) -> None:
    """Play the study at what the controls say now."""
    settings = answer.settings(page.study, page.kind)
    if answer.alone() and page.too_large(settings):
        st.rerun()
    controls.keep(page.study, settings)
    page.dragged.settings = settings
    shown, around = None, False
    if not answer.alone() and st.session_state.get(FOLDED) != page.study:
        around = _around(page, settings)
    for result in streaming.play(page.study, settings, page.dragged.results):
        _show(page, settings, result, shown)
        shown, page.latest[:] = result, [result]
        around = around or _around(page, settings)
    if not around:  # no picture came
        _around(page, settings)


@answer.as_page()
def _show(page: _Page, settings: Any, result: Any, shown: Any) -> None:
    """Send the first picture that has changed, what is said, and the other pictures. shown: the result before."""
    report, mark = STUDIES[page.study].report, drag.mark(settings)
    first, *others = [*(name for name in page.places if changed(result, shown, page.charts[name].parts)), ""]
    _draw(page, first, result, mark)
    page_text.say(page.line, _sound(report.verdict(result)))
    tours.reply(page.study, settings, result)
    for place, text in page.said.items():
        place.caption(text(result))
    for name in others:
        _draw(page, name, result, mark)


def _draw(page: _Page, name: str, result: Any, mark: str) -> None:
    if name == next(iter(page.places)):
        page.places[name].send(page.dragged.written(result), mark)
    elif name:
        page.places[name].show(page.charts[name].draw(result), STUDIES[page.study].report.alt(result, name))


@answer.as_page()
def _around(page: _Page, settings: Any) -> bool:
    """Show what surrounds the pictures at these settings; return that it is shown."""
    report = STUDIES[page.study].report
    if answer.alone():
        controls.follow(page.study, settings)
        streaming.follow(page.study, settings)
        _networks(page.networks, settings, page.charts)
    else:
        with page.explained:
            page_text.fold(*report.EXPLANATION)
    with copy.deepcopy(page.away):  # from its beginning each time; a place that is emptied would close the fold
        export.take_away(page.study, settings, page.latest, report)
    st.session_state[FOLDED] = page.study
    if not page.of_page:
        answer.stands(page.study)
    return True


def _networks(place: DeltaGenerator, settings: Any, charts: Mapping[str, Any]) -> None:
    """Show f and g at these settings: beside the title, and on a phone below the controls (page.css)."""
    if drawn := next(iter(charts.values())).networks(settings):
        place.html(drawn)


def _sound(verdict: Verdict) -> Verdict:
    """Return the verdict, or that there is none where a number in it is none."""
    return Verdict(NO_NUMBER, "measured") if re.search(r"\bnan\b", verdict.here) else verdict
