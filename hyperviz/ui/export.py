"""Let a figure be taken away: its numbers, the code that makes them, its link; and starting over."""

from __future__ import annotations

import html
from typing import Any

import streamlit as st

import hyperviz
from hyperviz.studies.common.options import options
from hyperviz.studies.common.recipe import command
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import controls, embed, page_text, terminal

NOTHING = "no result yet\n"
SAID = (
    "These lines reproduce the numbers with the library; a click marks them all:",
    "The same from a terminal, with a table and a page of charts in the folder results:",
    "This link shows the same experiment, seed included. The menu ⋯ of a chart saves it as a picture.",
    "This line shows the first figure with its sliders in any other page; the menu ⋯ copies that of its chart:",
)


def take_away(study: str, settings: Any, latest: list, report: Any) -> None:
    """Show downloads, code, link and reset, folded; a table is made of the latest result when somebody asks for it."""
    link = embed.address(settings)
    st.html(f'<div class="settings" hidden data-link="{html.escape(link)}">{html.escape(_said(settings))}</div>')
    with st.expander("The numbers, the code, the link"):
        row = st.container(horizontal=True)
        _download(row, "Download CSV", f"hyperviz-{study}.csv", report.table, latest)
        _download(row, "Download raw draws", f"hyperviz-{study}-draws.csv", report.draws, latest)
        again: dict[str, Any] = {"on_click": controls.reset, "args": (study, type(settings))}
        row.button("Reset to defaults", icon=":material/restart_alt:", **again)
        told = (report.code(settings), terminal.typed(command(study, settings)))
        linked = (link, embed.line(link, STUDIES[study].claim))
        shown = [*map(page_text.copied, told), *(page_text.copied(text, linked=True) for text in linked)]
        # one message: all of it is sent at each move
        st.html(
            "".join(f'<p class="what">{html.escape(said)}</p>{text}' for said, text in zip(SAID, shown, strict=True))
        )
    embed.way_out(link)


def _download(row: Any, label: str, file: str, table: Any, latest: list) -> None:
    row.download_button(
        label,
        lambda: table(latest[-1]).to_csv(index=False) if latest else NOTHING,
        file,
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _said(settings: Any) -> str:
    """Return the settings in words, for a picture that leaves the page."""
    words = [
        f"{declared.symbol or declared.label} = {_written(getattr(settings, name))}"
        for name, declared in options(type(settings)).items()
        if not declared.text
    ]
    return f"{', '.join(words)}; hyperviz {hyperviz.__version__}"


def _written(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}" if isinstance(value, float) else value
