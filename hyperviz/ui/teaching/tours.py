"""Show a tour on a page: the step's question, the answer that the picture gives, and the way to the next step."""

from __future__ import annotations

import html
from typing import Any

import streamlit as st

from hyperviz.studies import lecture
from hyperviz.studies.common.options import changed
from hyperviz.studies.common.tour import TourStep
from hyperviz.studies.common.verdict import SIGNS
from hyperviz.studies.lecture import Stop
from hyperviz.studies.registry import STUDIES
from hyperviz.ui.hosting import server
from hyperviz.ui.teaching import guide

BUTTONS = {"yes": "yes", "no": "no", "show me": "shown"}
SAID = {True: "yes", False: "no"}
PAGES = server.SERVED / "pages"


def show(study: str, settings: Any) -> None:
    """Show the step that the link names; the picture stays hidden until its question is answered.

    A visitor who moves a control sees the picture at once, and the way back to the step.
    """
    found = guide.place(study)
    if found is None:
        return
    here = guide.at(found, settings)
    with st.container(key="tour"):
        st.html(_words(found, asks=here and not found.answer))
        with st.empty().container():  # what stood here goes at once, and not when the stream has ended
            if not here:
                _back(study)
            elif found.answer:
                st.session_state[f"{study}:reply"] = st.empty()
            else:
                _ask()
        _ways(found.stop, settings)


def _words(found: guide.TourPlace, asks: bool) -> str:
    stops = lecture.walk(guide.in_lecture())
    at, of = _count(found.stop, stops)
    words = {"where": f"Step {at} of {of}", "look": found.step.look, "question": found.step.question}
    told = "".join(f'<p class="{name}">{_whole(text)}</p>' for name, text in words.items())
    return f'<div class="tour{" asks" if asks else ""}">{told}</div>'


def _whole(text: str) -> str:
    """Return a text for a page, in which no equation is broken over two lines."""
    return html.escape(text).replace(" = ", "\u00a0=\u00a0")


def _count(stop: Stop, stops: list[Stop]) -> tuple[int, int]:
    """Return which step it is of how many: of the lecture, or of this page's tour."""
    if guide.in_lecture() and stop in stops:
        return stops.index(stop) + 1, len(stops)
    return stop.number, len(STUDIES[stop.study].tour)


def _ask() -> None:
    with st.container(horizontal=True, key="tour-answers"):
        for label, answer in BUTTONS.items():
            kind = "tertiary" if answer == "shown" else "secondary"
            st.button(label, key=f"tour:{answer}", type=kind, on_click=_answered, args=(answer,))


def _answered(answer: str) -> None:
    """Write an answer into the link (a callback): it is still there after a reload."""
    st.query_params["answer"] = answer


def _back(study: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The controls have left this step.")
        st.button("Back to its settings", key="tour:back", on_click=_returned, args=(study,))


def _returned(study: str) -> None:
    """Take the settings of the step again (a callback); what was answered stays."""
    if found := guide.place(study):
        guide.depart(study)
        follow(guide.drawn(study) | lecture.link(found.stop, guide.in_lecture()) | guide.fields(study))


def _ways(stop: Stop, settings: Any) -> None:
    """Show the ways to the steps beside this one, and out of the tour."""
    before, after = lecture.beside(stop, guide.in_lecture())
    with st.container(horizontal=True, key="tour-ways"):
        for name, other in (("Previous", before), ("Next", after)):
            if other:
                with st.container(key=f"tour-{name.lower()}", width="content"):
                    _way(name, other, stop.study)
        left = {name: str(value) for name, value in changed(settings).items()}
        st.button("Leave the tour", key="tour:leave", on_click=follow, args=(left,))
    with st.container(key="tour-keys"):
        st.caption("Keys: `n` next step, `p` previous step.")


def _way(name: str, other: Stop, study: str) -> None:
    """Show a link to a step of another page, and a button to one of the same page.

    Streamlit does not change the address where a link leads to the page that is shown.
    """
    if other.study == study:
        link = guide.drawn(study) | lecture.link(other, guide.in_lecture())
        st.button(name, key=f"tour:{name}", on_click=follow, args=(link,))
    else:
        to(other, f"{name}: {other.study.capitalize()}", guide.in_lecture())


def follow(link: dict[str, str]) -> None:
    """Show this page as a link says (a callback)."""
    st.query_params.from_dict(link)


def to(stop: Stop, label: str, in_lecture: bool) -> None:
    """Show a link to a step, from another page."""
    st.page_link(PAGES / f"{stop.study}.py", label=label, query_params=lecture.link(stop, in_lecture))


def reply(study: str, settings: Any, result: Any) -> None:
    """Say whether the picture agrees with the visitor and with the theory, once the question is answered."""
    found = guide.place(study)
    if found is None or not found.answer or not guide.at(found, settings):
        return
    seen, because = found.step.seen(result), _whole(found.step.because)
    state, said = _agreement(found.step, seen, result.finished)
    guess = "" if found.answer == "shown" else f"You said {found.answer}. "
    chip = f'<span class="chip {state}">{SIGNS[state]} {said}</span>'
    st.session_state[f"{study}:reply"].html(
        f'<div class="verdict reply" role="status"><p>{chip}</p><p>{guess}{because}</p></div>'
    )


def _agreement(step: TourStep, seen: bool | None, finished: bool) -> tuple[str, str]:
    """Return the state of the chip, and its words: what picture and theory answer."""
    theory = f"{step.says} says {SAID[step.theory]}"
    if seen is None:
        left = ("undecided", "leaves it open") if finished else ("measuring", "is still being measured")
        return left[0], f"The picture {left[1]}, {theory}"
    if seen == step.theory:
        return "holds", f"The picture says {SAID[seen]}, as {step.says} does"
    return "differs", f"The picture says {SAID[seen]}, {theory}"


def offer(study: str) -> None:
    """Show the link to the first step of the page's tour, where none is open."""
    if STUDIES[study].tour and guide.place(study) is None:
        link = lecture.link(Stop(study, 1), guide.in_lecture())
        with st.container(key="tour-offer", width="content"):
            st.button("Take the tour", key="tour:take", icon=":material/tour:", on_click=follow, args=(link,))
