"""Words on a page: the claim, the verdict chip, what one sees, the formula."""

from __future__ import annotations

import re

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

CHIPS = {
    "holds": (":material/check_circle:", "green"),
    "differs": (":material/error:", "red"),
    "undecided": (":material/help:", "gray"),
    "too large": (":material/terminal:", "blue"),
    "measured": (":material/straighten:", "blue"),
    "measuring": (":material/hourglass_top:", "orange"),
}


def claim(text: str) -> DeltaGenerator:
    """The page's title; returns the line below it, where the verdict goes."""
    st.title(text)
    return st.empty()


def say(line: DeltaGenerator, text: str, state: str) -> None:
    """One computed sentence with its chip."""
    icon, colour = CHIPS[state]
    line.markdown(f":{colour}-badge[{icon} {state.replace('measuring', 'still measuring')}] {text}")


def fold(title: str, text: str, formula: str = "") -> None:
    """Folded explanation with an optional formula."""
    with st.expander(title):
        st.markdown(text)
        if formula:
            st.latex(formula)


def literal(text: str) -> str:
    """Text that Markdown leaves alone: what a link says must not become a link."""
    return re.sub(r"([\\`*_\[\](){}<>#+!|$~:])", r"\\\1", text)
