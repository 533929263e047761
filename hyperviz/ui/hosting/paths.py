"""Say where the app's own files lie, also under a base path: no other server is ever asked."""

from __future__ import annotations

import streamlit as st


def base() -> str:
    """Return the path that all addresses of the app begin with, or nothing."""
    path = st.get_option("server.baseUrlPath").strip("/")
    return f"/{path}" if path else ""


def near(path: str) -> str:
    """Return a path of the app relative to any of its pages: a proxy may serve them under a prefix that it takes away.

    All pages lie side by side, so that the browser finds it beside the page that it shows.
    """
    return "./" + path.removeprefix(base()).lstrip("/")


def plotly() -> str:
    """Return where the app serves plotly.js."""
    return f"{base()}/plotly"


def visits() -> str:
    """Return where a page reports that it is mounted."""
    return f"{base()}/mounted"


def drags() -> str:
    """Return where a page asks for pictures of a slider that moves."""
    return f"{base()}/drag"


def ready() -> str:
    """Return where the app says whether its studies are compiled."""
    return f"{base()}/ready"


def previews() -> str:
    """Return where the pictures for shared links lie."""
    return f"{base()}/preview"
