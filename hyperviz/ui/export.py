"""Taking a figure away: its numbers, the code that makes them, its link; and starting over."""

from __future__ import annotations

import dataclasses
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from hyperviz.studies.settings import changed
from hyperviz.ui import controls


def command(study: str, settings: Any) -> str:
    """The same settings on the command line."""
    given = " ".join(f"--{name.replace('_', '-')}={value}" for name, value in changed(settings).items())
    return f".venv/bin/python -m hyperviz run {study} {given} --out results"


def take_away(study: str, settings: Any, latest: list, report: ModuleType) -> None:
    """Download, code, link and reset, folded; the table is made of the latest result when somebody asks for it."""
    with st.expander("The numbers, the code, the link"):
        row, file = st.container(horizontal=True), f"hyperviz-{study}.csv"
        icons: dict[str, Any] = {"icon": ":material/download:", "on_click": "ignore"}
        row.download_button(
            "Download CSV",
            lambda: report.table(latest[-1]).to_csv(index=False) if latest else "no result yet\n",
            file,
            "text/csv",
            **icons,
        )
        again: dict[str, Any] = {
            "icon": ":material/restart_alt:",
            "on_click": controls.reset,
            "args": (study, type(settings)),
        }
        row.button("Reset to defaults", **again)
        st.caption("These lines reproduce the numbers with the library:")
        st.code(report.code(settings), language="python")
        st.caption(
            "This link shows the same experiment, seed included. Pictures: camera (PNG) and disk (SVG) on each chart."
        )
        query = urlencode(dataclasses.asdict(settings))  # every one: a default may change one day
        st.code(f"{st.context.url or ''}?{query}", language=None, wrap_lines=True)
