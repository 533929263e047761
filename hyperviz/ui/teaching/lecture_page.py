"""Show the lecture as a list: what it needs, how long it takes, and where it starts."""

from __future__ import annotations

import streamlit as st

from hyperviz.studies import lecture
from hyperviz.ui.teaching import tours

LINK = {"tour": "lecture"}  # of this list, on the first page


def asked() -> bool:
    """Return whether the link of the first page asks for the list."""
    return st.query_params.get("tour") == LINK["tour"]


def begin() -> None:
    """Show where a visitor of the first page may go: through all tours, or to the lecture."""
    with st.container(horizontal=True, key="tour-begin"):
        tours.to(lecture.walk(False)[0], "Start the tour", False)
        label = f"A lecture of {lecture.minutes()} minutes"
        st.button(label, key="tour:lecture", on_click=tours.follow, args=(LINK,))


def show() -> None:
    """Show the lecture: what it needs, how long it takes, and every step as a link."""
    st.title(f"A lecture of {lecture.minutes()} minutes: when is a hypernetwork simple?", anchor=False)
    st.markdown(
        "For students who have trained a network and know what its gradient is. Each step asks the hall, then shows "
        "the picture; all pictures are stored, nothing has to be waited for. In a lecture the type is large, the arrow "
        "keys move the one slider that is shown, `n` and `p` go to the next and the previous step, space pauses."
    )
    first = lecture.walk(True)[0]
    with st.container(horizontal=True, key="lecture-start"):
        tours.to(first, "Start the lecture", True)
        tours.to(lecture.walk(False)[0], "Walk through every tour alone", False)
        st.button("Back to the first page", key="tour:home", on_click=tours.follow, args=({},))
    number = 0
    for chapter in lecture.CHAPTERS:
        st.header(f"{chapter.title} · {sum(chapter.minutes.values())} minutes", anchor=False)
        st.caption(f"Needs: {chapter.needs}.")
        for stop in chapter.stops:
            number += 1
            tours.to(stop, f"{number}. {lecture.step(stop).question} ({chapter.minutes[stop.number]} min)", True)
