"""A Plotly chart that is mounted once and fed: it neither flickers nor forgets the zoom."""

from __future__ import annotations

import html
import pathlib
from typing import NamedTuple

import plotly.graph_objects as go
import streamlit as st
import streamlit.components.v2 as components
from streamlit.delta_generator import DeltaGenerator

_chart = components.component(
    "hyperviz.live_chart",
    html='<div class="live"></div>',
    isolate_styles=False,
    js=pathlib.Path(__file__).with_name("live.js").read_text(),
)


class Chart(NamedTuple):
    """Where the pictures of one chart go."""

    slot: DeltaGenerator
    dark: bool

    def show(self, figure: go.Figure, alt: str) -> None:
        """Sends a picture; the browser redraws what changed. alt: what one sees, for those who do not."""
        figure.update_layout(meta={**(figure.layout.meta or {}), "alt": alt})
        body = html.escape(figure.to_json() or "", quote=False)
        self.slot.html(f'<div class="fig" hidden>{body}</div>')


def plotly_path() -> str:
    """Where the app itself serves plotly.js: no other server is ever asked, also under a base path."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/plotly" if base else "/plotly"


def dark() -> bool:
    """Whether this viewer looks at the dark theme."""
    return st.context.theme.type == "dark"


def hero(name: str, *, height: int = 430) -> Chart:
    """Mounts the page's main chart: on a phone it stands above the controls, and is at most 300 pixels high."""
    with st.container(key="hero"):
        return chart(name, height=height)


def chart(name: str, *, height: int = 420) -> Chart:
    """Mounts a chart; `name` is its key and the file name of its downloads."""
    with st.container(key=f"{name}_box", gap=None):
        data = {
            "feed": f"{name}_feed",
            "height": height,
            "library": f"{plotly_path()}/plotly.min.js",
            "file": f"hyperviz-{name}",
        }
        _chart(key=f"chart_{name}", data=data)
        slot = st.container(key=f"{name}_feed", height=1).empty()
    return Chart(slot, dark())
