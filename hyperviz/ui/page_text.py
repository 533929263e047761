"""Write the words on a page: the claim, the verdict chip, what one sees, the formula."""

from __future__ import annotations

import html
import re
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hyperviz.studies.common.verdict import SIGNS, Verdict


def claim(text: str) -> DeltaGenerator:
    """Show the page's title; return the place below it, where the verdict goes."""
    st.title(text, anchor=False)
    with st.container(key="verdict"):
        return st.empty()


def say(line: DeltaGenerator, verdict: Verdict) -> None:
    """Show what is seen here, and the chip of the claim with its evidence; the rule on hover and on a tap."""
    here, chip, evidence, rule = map(html.escape, (verdict.here, verdict.chip, verdict.evidence, verdict.rule))
    kind = verdict.state.replace(" ", "-")
    badge = f'<span class="chip {kind}">{SIGNS[verdict.state]} {chip}</span> <span class="evidence">{evidence}</span>'
    ruled = f'<details><summary title="{rule}">{badge}</summary><p class="rule">{rule}</p></details>'
    line.html(
        f'<div class="verdict" role="status"><p class="here">{here}</p>{ruled if rule else f"<p>{badge}</p>"}</div>'
    )


def fold(title: str, text: str, formula: str = "") -> None:
    """Show a folded explanation with an optional formula."""
    with st.expander(title):
        st.markdown(text)
        if formula:
            st.latex(formula)


def literal(text: str) -> str:
    """Return text that Markdown leaves alone: what a link says must not become a link."""
    return re.sub(r"([\\`*_\[\](){}<>#+!|$~:])", r"\\\1", text)


def lines(text: str, *, linked: bool = False) -> None:
    """Show lines to be copied; linked: kept_link.js completes their address by the kept curves."""
    st.html(copied(text, linked=linked))


def copied(text: str, *, linked: bool = False) -> str:
    """Return lines to be copied. Not st.code: it loads 1.6 MB to colour them, in a fold that is closed."""
    return f'<pre class="lines" tabindex="0"{" data-link" if linked else ""}>{html.escape(text)}</pre>'


def value(value: Any) -> str:
    """Return a value as it stands on a slider: 16,384 and 0.000001."""
    return value if isinstance(value, str) else f"{value:,.7f}".rstrip("0").rstrip(".")
