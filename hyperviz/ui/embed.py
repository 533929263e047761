"""Show one figure in another site's page, and the line that puts it there."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from hyperviz.ui import page_text
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


def address(settings: Any) -> str:
    """Return the link of this page with every setting: a default may change one day."""
    return f"{st.context.url or ''}?{urlencode(dataclasses.asdict(settings))}"


def offer(settings: Any, claim: str, table: pd.DataFrame) -> None:
    """Show, folded, the numbers of a page's one picture, and the line that shows it in another page."""
    link = address(settings)
    with st.expander("The numbers of the picture, and the line that embeds it"):
        shown = table.to_html(index=False, border=0, float_format="{:.4g}".format)
        st.html(f'<div class="numbers" tabindex="0" role="region" aria-label="Numbers">{shown}</div>')
        st.caption("This line shows the picture with its sliders in any other page:")
        page_text.lines(line(link, claim))
    way_out(link)


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
