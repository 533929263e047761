"""Say whether a browser still has pictures to take: a phone that stands still is sent no more of them."""

from __future__ import annotations

import asyncio

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

MOST = 24  # messages: Streamlit itself keeps up to 500, of up to 100 kB, for each viewer


def connected() -> bool:
    """Return whether a browser holds what this viewer's page has been sent."""
    return _waiting() is not None


def behind() -> bool:
    """Return whether more than MOST messages wait for this viewer's connection."""
    waiting = _waiting()
    return waiting is not None and waiting.qsize() > MOST


def _waiting() -> asyncio.Queue | None:
    """Return what waits for this viewer's connection, None where there is none."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return None
    client = runtime.get_instance().get_client(context.session_id)
    queue = getattr(client, "_send_queue", None)  # Streamlit 1.67 tells it in no other way
    return queue if isinstance(queue, asyncio.Queue) else None
