"""One figure in another site's page: what is shown there, and the line that puts it there."""

from __future__ import annotations

import html
from collections.abc import Mapping

import streamlit as st

from hyperviz.ui.live import ChartSlot

SIZE = 'width="960" height="700" style="border: 0"'


def begin() -> None:
    """Note which figure the link asks for: what writes the link drops its name."""
    if figure := st.query_params.get("figure"):
        st.session_state["embed:figure"] = figure


def fed(places: Mapping[str, ChartSlot]) -> Mapping[str, ChartSlot]:
    """Return the charts that pictures are sent to: in a frame the chosen one alone, or the page's first."""
    if not st.context.is_embedded:
        return places
    asked = st.session_state.get("embed:figure")
    return {name: chart for name, chart in places.items() if chart.name == asked} or dict([*places.items()][:1])


def way_out(link: str) -> None:
    """Show the link from the frame to the whole page."""
    if st.context.is_embedded:
        st.container(key="open").link_button("Open in hyperviz", link, icon=":material/open_in_new:")


def line(link: str, claim: str) -> str:
    """Return the line that shows the page's first figure with its sliders, in any other page."""
    address = html.escape(f"{link}&embed=true")
    return (
        f'<iframe src="{address}" title="{html.escape(claim)}" {SIZE} loading="lazy" allow="clipboard-write"></iframe>'
    )
