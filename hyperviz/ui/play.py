"""Plays a study's stream on a page: every step under the gate, every failure one sentence in place."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator, Iterator
from typing import TypeVar

import streamlit as st

from hyperviz.errors import HypervizError
from hyperviz.ui import prose
from hyperviz.ui.gate import gate

Result = TypeVar("Result")


def play(results: Iterator[Result]) -> Generator[Result]:
    """The results as they come. A rerun or a closed tab ends the stream where the page next writes something."""
    place, shown = st.empty(), 0
    with contextlib.closing(results):  # type: ignore[type-var]
        while True:
            try:
                with gate.turn(shown):
                    result = next(results, None)
            except HypervizError as error:
                place.error(prose.literal(str(error)))
                return
            except Exception:
                logging.getLogger(__name__).exception("a study stopped")
                place.error("The computation stopped on an unexpected error. Reset, or move a slider: nothing is lost.")
                return
            if result is None:
                return
            yield result
            shown += 1
