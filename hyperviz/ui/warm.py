"""Compiling before the first visitor, and the page that an unexpected error shows."""

from __future__ import annotations

import gc
import logging
import os
import threading

import streamlit as st

from hyperviz.studies.registry import STUDIES

VARIABLE = "HYPERVIZ_WARM_UP"  # the environment variable that names other studies, or none, for a small host
ORDER = "convergence,inpainting,taylor,rotation,dynamics,prior"  # quickest pages first: all take two minutes


def begin() -> threading.Thread:
    """Compiles the studies in the background, outside the gate: compiling needs no turn on the accelerator."""
    thread = threading.Thread(target=_all, name="warm-up", daemon=True)
    thread.start()
    return thread


def _all() -> None:
    for name in os.environ.get(VARIABLE, ORDER).split(","):
        if name in STUDIES:
            STUDIES[name].warm()
    gc.collect()
    gc.freeze()  # what is compiled stays: no later collection need go through it while a picture waits


def failed(error: Exception) -> bool:
    """One sentence in place of a traceback; the rest of the app stays alive."""
    logging.getLogger(__name__).error("a page stopped", exc_info=error)
    st.error(
        "This page stopped on an unexpected error. Reload it, or go on to another page: the link keeps the settings."
    )
    return True
