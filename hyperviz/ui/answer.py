"""Answer a moved control by the pictures alone: the page around them stays as it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from hyperviz.studies.common import budget
from hyperviz.studies.common.options import options
from hyperviz.studies.registry import STUDIES
from hyperviz.ui.hosting import backlog
from hyperviz.ui.teaching import guide

KEY = "answer"  # of the fragment that is run again (page_loop)


def settings(study: str, kind: type) -> Any:
    """Return the settings as the controls stand now."""
    return kind(**{name: st.session_state[f"{study}.{name}"] for name in options(kind)})


def begin(study: str) -> None:
    """Note that the page is being built: until it stands, a moved control builds it anew."""
    st.session_state.pop(f"{study}:stands", None)


def stands(study: str) -> None:
    """Note that the page stands."""
    st.session_state[f"{study}:stands"] = True


def alone() -> bool:
    """Return whether this run is an answer to a moved control, on a page that stands."""
    context = get_script_run_ctx()
    return bool(context and context.fragment_ids_this_run)


def moved(study: str, kind: type) -> None:
    """Have the pictures alone answer a control (a callback): a page is 80 messages, this is 6."""
    if st.session_state.get(f"{study}:stands") and backlog.connected() and _stays(study, settings(study, kind)):
        st.rerun(KEY)


def _stays(study: str, now: Any) -> bool:
    """Return whether the page around the pictures says the same at these settings."""
    before = st.session_state[f"{study}:kept"]
    asked = options(type(now)).items()
    return (
        not any(declared.page and getattr(now, name) != getattr(before, name) for name, declared in asked)
        and not st.session_state.get(f"{study}:warned")
        and st.session_state.get(f"{study}:paused") != before
        and guide.place(study) is None
        and not (budget.current().capped and budget.within(now, STUDIES[study].caps)[1])
    )


@contextlib.contextmanager
def as_page() -> Iterator[None]:
    """Write as the page itself does, from within the fragment: what is written stays when the fragment is run again.

    Streamlit would put each place of the page into a block of the fragment's own, and send all of these at each move;
    and a button in it would not end what the fragment computes.
    """
    with ThreadState.scoped(fragment_id=None, delta_path=None):
        yield
