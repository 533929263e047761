"""Compile before the first visitor, say when that is done, and what a page shows on an unexpected error."""

from __future__ import annotations

import gc
import logging
import os
import threading

import streamlit as st
from starlette.responses import JSONResponse
from starlette.routing import Route

from hyperviz.studies.registry import STUDIES, compile_on_disk
from hyperviz.ui.hosting import memory, paths, visitors

# seconds: who opens a page at once has its chart 6 s after the server's start, and 8 s beside the warm-up
QUIET, MOST = 4.0, 15.0
VARIABLE = "HYPERVIZ_WARM_UP"  # the environment variable that names other studies, or none, for a small host


_left: list[str] = []  # the studies that are still to be compiled


def order() -> str:
    """Return the studies as the variable lists them, those that are compiled quickly first: all take two minutes."""
    return ",".join(sorted(STUDIES, key=lambda name: STUDIES[name].warm_up))


def begin() -> threading.Thread:
    """Compile the studies in the background, once no page is being opened.

    It needs no turn at the gate: compiling does not use the accelerator.
    """
    _left[:] = [name for name in os.environ.get(VARIABLE, order()).split(",") if name in STUDIES]
    thread = threading.Thread(target=_all, name="warm-up", daemon=True)
    thread.start()
    return thread


def _all() -> None:
    if _left:
        visitors.visitors.rest(QUIET, MOST)
    for name in tuple(_left):
        try:
            compile_on_disk(name)
        except Exception:  # it stays among those that are left; the others can be compiled all the same
            logging.getLogger(__name__).exception("%s is not compiled", name)
        else:
            _left.remove(name)
        memory.give_back()
    gc.collect()
    gc.freeze()  # what is loaded stays: no later collection need go through it while a picture waits


def _ready(request) -> JSONResponse:
    return JSONResponse({"left": _left}, 503 if _left else 200, {"Cache-Control": "no-store"})


def route() -> Route:
    """Return the route that answers 200 when the studies are compiled, before that 503, with the names of the rest."""
    return Route(paths.ready(), _ready)


def failed(error: Exception) -> bool:
    """Show one sentence in place of a traceback and return True; the rest of the app stays alive."""
    logging.getLogger(__name__).error("a page stopped", exc_info=error)
    st.error(
        "This page stopped on an unexpected error. Reload it, or go on to another page: the link keeps the settings."
    )
    return True
