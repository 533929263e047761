"""The loop of every page: each result says what is seen, and redraws the charts whose parts have changed."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hyperviz.studies.common.contract import changed
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import embed, export, live, page_text
from hyperviz.ui.streaming import play
from hyperviz.ui.teaching import tours

FOLDED = "folds of page"  # in the session: the page that was shown with its folds last
NO_NUMBER = "What was computed here is not a number: choose other widths, depths or steps."


def run(
    study: str,
    settings: Any,
    line: DeltaGenerator,
    said: Mapping[DeltaGenerator, Callable[[Any], str]],
    places: Mapping[str, live.ChartSlot],
    charts: Mapping[str, Any],
    latest: list | None = None,
    **of_page: Any,
) -> None:
    """Show a page's study until it has ended; the page's folds come before its first picture, or after it on a move.

    A move is answered by a picture: what stands below it, a quarter of all messages, can wait that long.

    Args:
        study, settings: what is asked.
        line: where the verdict stands.
        said: what else is told of each result, by the place where it stands.
        places, charts: where the charts are mounted and the figures.chart.Chart of each, by name.
        latest: a list that holds the latest result, for callbacks.
        of_page: what the stream takes beside the settings: what a visitor brought.
    """
    stream, report = STUDIES[study].stream, STUDIES[study].report
    latest = [] if latest is None else latest
    _networks(settings, charts)
    fed = embed.fed(places)
    below, folded = st.container(), False
    if st.session_state.get(FOLDED) != study:
        folded = _folds(below, study, settings, latest)
    for result in play(study, settings, functools.partial(stream, **of_page)):
        page_text.say(line, _sound(report.verdict(result)))
        tours.reply(study, settings, result)
        for place, text in said.items():
            place.caption(text(result))
        for name, place in fed.items():
            if changed(result, latest[-1] if latest else None, charts[name].parts):
                place.show(charts[name].draw(result), report.alt(result, name))
        latest[:] = [result]
        if not folded:
            folded = _folds(below, study, settings, latest)
    if not folded:  # no picture came
        _folds(below, study, settings, latest)


def _folds(below: DeltaGenerator, study: str, settings: Any, latest: list) -> bool:
    """Show what is explained, and what can be taken away; return that it is shown."""
    report = STUDIES[study].report
    with below:
        page_text.fold(*report.EXPLANATION)
        export.take_away(study, settings, latest, report)
    st.session_state[FOLDED] = study
    return True


def _networks(settings: Any, charts: Mapping[str, Any]) -> None:
    """Mount f and g at these settings: beside the title, and on a phone below the controls (page.css)."""
    if drawn := next(iter(charts.values())).networks(settings):
        st.container(key="networks").html(drawn)


def _sound(verdict: Verdict) -> Verdict:
    """Return the verdict, or that there is none where a number in it is none."""
    return Verdict(NO_NUMBER, "measured") if re.search(r"\bnan\b", verdict.here) else verdict
