"""Mount a Plotly chart once and feed it: it neither flickers nor forgets the zoom."""

from __future__ import annotations

import html
import pathlib
from typing import NamedTuple

import plotly.graph_objects as go
import streamlit as st
import streamlit.components.v2 as components
from streamlit.delta_generator import DeltaGenerator

from hyperviz.ui.hosting import paths

HERE = pathlib.Path(__file__).parent
HERO, LOW = 430, 280  # pixels of a hero; on a phone it is lower: the picture is on the first screen
_chart = components.component(
    "hyperviz.live_chart",
    html=(HERE / "live.html").read_text("utf-8"),
    isolate_styles=False,
    js="\n".join(
        (HERE / f"{name}.js").read_text("utf-8")
        for name in ("kept_curves", "chart_table", "chart_menu", "player", "live")
    ),
)


class ChartSlot(NamedTuple):
    """Say where the pictures of one chart go."""

    slot: DeltaGenerator
    name: str

    def show(self, figure: go.Figure, alt: str) -> None:
        """Send a picture. alt: what one sees, for those who do not."""
        self.send(written(figure, alt))

    def send(self, text: str, mark: str = "") -> None:
        """Send a picture as `written`; the browser redraws what changed. mark: of its settings (drag.py)."""
        body = html.escape(text, quote=False)
        self.slot.html(f'<div class="fig" translate="no" data-mark="{mark}" hidden>{body}</div>')


def written(figure: go.Figure, alt: str) -> str:
    """Return a picture as the browser reads it. alt: what one sees, for those who do not."""
    figure.update_layout(meta={**(figure.layout.meta or {}), "alt": alt})
    return figure.to_json() or ""


def hero(name: str, *, height: int = HERO) -> ChartSlot:
    """Mount the page's main chart: on a phone it stands above the controls, and is at most LOW pixels high."""
    with st.container(key="hero"):
        return chart(name, height=height, low=LOW)


def chart(name: str, *, height: int = 420, low: int = 0) -> ChartSlot:
    """Mount a chart; `name` is its key and the file name of its downloads, low: its height on a phone, if another."""
    with st.container(key=f"{name}_box", gap=None):
        data = {
            "feed": f"{name}_feed",
            "height": height,
            "low": low,
            "library": paths.near(f"{paths.plotly()}/plotly.min.js"),
            "file": f"hyperviz-{name}",
        }
        _chart(key=f"chart_{name}", data=data)
        slot = st.container(key=f"{name}_feed", height=1).empty()
    return ChartSlot(slot, name)
