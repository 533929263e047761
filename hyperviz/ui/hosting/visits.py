"""Wait until a page that was opened has mounted its controls: pictures that come earlier would hold them up."""

from __future__ import annotations

import threading
import uuid

import streamlit as st
from starlette.responses import Response
from starlette.routing import Route

from hyperviz.ui.hosting import paths

PATIENCE = 10  # seconds, for a browser that never reports
_waiting: dict[str, threading.Event] = {}


def wait(study: str) -> None:
    """Wait, once for each visit of a page, until the browser says that nothing on it is a grey box any more."""
    if st.session_state.get("mounted page") == study:
        return
    token, event = uuid.uuid4().hex, threading.Event()
    _waiting[token] = event
    try:
        st.html(f'<div class="visit" hidden data-url="{paths.near(paths.visits())}/{token}"></div>')
        event.wait(PATIENCE)
    finally:
        _waiting.pop(token, None)
    st.session_state["mounted page"] = study


async def _mounted(request):
    event = _waiting.get(request.path_params["token"])
    if event:
        event.set()
    return Response(status_code=204)


def route() -> Route:
    """Return the route of the reports."""
    return Route(f"{paths.visits()}/{{token}}", _mounted, methods=["POST"])
