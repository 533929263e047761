"""Read where a visitor is in a tour from the link: tour=2, answer=yes, lecture=1."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import streamlit as st

from hyperviz.studies import lecture
from hyperviz.studies.common.options import GUIDE, LONG, changed, options, texts
from hyperviz.studies.common.tour import TourStep
from hyperviz.studies.lecture import Stop
from hyperviz.studies.registry import STUDIES

ANSWERS = ("yes", "no", "shown")  # shown: the picture without a guess


class TourPlace(NamedTuple):
    """Hold the step that is open."""

    stop: Stop
    step: TourStep
    answer: str  # one of ANSWERS, or nothing yet


def in_lecture() -> bool:
    """Return whether the page is shown to a hall."""
    return st.query_params.get("lecture") == "1"


def place(study: str) -> TourPlace | None:
    """Return the step of the page's tour that the link names, or None where it names none that there is."""
    steps, asked = STUDIES[study].tour if study in STUDIES else (), st.query_params.get("tour", "")
    stops = [Stop(study, i + 1) for i in range(len(steps))]
    found = next((stop for stop in stops if asked == str(stop.number)), None)
    given = st.query_params.get("answer", "")
    return TourPlace(found, lecture.step(found), given if given in ANSWERS else "") if found else None


def at(found: TourPlace, settings: Any) -> bool:
    """Return whether settings are those of a step; what was drawn is a visitor's own."""
    mine = {name: getattr(settings, name) for name in texts(type(settings))}
    return settings == dataclasses.replace(found.step.settings, **mine)


def drawn(study: str) -> dict[str, str]:
    """Return what a link says of a visitor's own drawing: it goes with him from step to step of a page."""
    declared = options(STUDIES[study].settings)
    mine = {name: st.session_state.get(f"{study}.{name}", o.default) for name, o in declared.items() if o.text}
    return {name: str(value) for name, value in mine.items() if value != declared[name].default}


def fields(study: str) -> dict[str, str]:
    """Return what the link keeps of the tour, whatever the settings."""
    found = place(study)
    kept = {"tour": str(found.stop.number)} if found else {}
    kept |= {"answer": found.answer} if found and found.answer else {}
    return kept | ({"lecture": "1"} if in_lecture() else {})


def said(settings: Any, study: str) -> dict[str, str]:
    """Return what the link says of the settings: those that differ from the defaults.

    Where none does and the step has others, one is said: a link that says none has the settings of its step.
    """
    link, found = {name: str(value) for name, value in changed(settings).items()}, place(study)
    if found is None or at(found, settings) or _settled(type(settings), link):
        return link
    slider = found.step.slider
    return link | {slider: str(getattr(settings, slider))}


def settings_of(given: dict[str, str]) -> dict[str, str]:
    """Return the fields of a link that are no part of the guide."""
    return {name: value for name, value in given.items() if name not in GUIDE}


def completed(study: str, given: dict[str, str]) -> dict[str, str]:
    """Return a link with the settings of its step, where it names a step and no setting: as one types it by hand."""
    found = place(study)
    if found is None or _settled(type(found.step.settings), given):
        return given
    return given | lecture.link(found.stop, in_lecture())


def _settled(kind: type, given: dict[str, str]) -> bool:
    """Return whether a link says any setting; what was drawn is none."""
    return any(name in given and not declared.text for name, declared in options(kind).items())


def arrived(study: str) -> bool:
    """Return, once for each step, whether the link names another step than the last run: its settings are taken."""
    found, key = place(study), f"{study}:stop"
    now = found.stop if found else None
    before = st.session_state.get(key)
    st.session_state[key] = now
    return now is not None and now != before


def depart(study: str) -> None:
    """Make the next run take the settings of the link's step, even if it is the one that was shown."""
    st.session_state.pop(f"{study}:stop", None)


def marked(study: str) -> str:
    """Return the one setting that stands open in a tour and in a lecture, or nothing where all may."""
    found = place(study)
    return found.step.slider if found else "width_g" if in_lecture() else ""


def unknown(study: str) -> list[str]:
    """Return a sentence where the link names a step that there is not."""
    asked = st.query_params.get("tour", "")
    if not asked or place(study):
        return []
    steps = len(STUDIES[study].tour) if study in STUDIES else 0
    there = f"the tour of this page has the steps 1 to {steps}" if steps else "this page has no tour"
    return [f"tour={asked[:LONG]} was left out: {there}."]
