"""Compiling before the first visitor, and the page that an unexpected error shows."""

from __future__ import annotations

import logging
import threading

import streamlit as st

from hyperviz.studies import convergence
from hyperviz.ui.gate import gate

PICTURES = {convergence: (convergence.ConvergenceSettings(), 8)}  # enough results to have compiled everything


def begin() -> threading.Thread:
    """Runs the first pictures of every study in the background."""
    thread = threading.Thread(target=_all, name="warm-up", daemon=True)
    thread.start()
    return thread


def _all() -> None:
    for study, (settings, pictures) in PICTURES.items():
        results = study.stream(settings)
        for picture in range(pictures):
            with gate.turn(picture):
                next(results, None)


def failed(error: Exception) -> bool:
    """One sentence in place of a traceback; the rest of the app stays alive."""
    logging.getLogger(__name__).error("a page stopped", exc_info=error)
    st.error("This page stopped on an unexpected error. Reload it, or go on with another page; the settings are in the link.")  # fmt: skip
    return True
