"""The canvas of the inpainting page: what is drawn and hidden there becomes settings, and so part of the link."""

from __future__ import annotations

import streamlit as st

from hyperviz.studies.drawing import Drawing, encode, encode_mask
from hyperviz.studies.inpainting import InpaintingSettings
from hyperviz.studies.masks import hidden
from hyperviz.studies.own import PICKED, picture
from hyperviz.studies.settings import options
from hyperviz.ui import canvas, controls, starting


def show(study: str, settings: InpaintingSettings) -> None:
    """Mounts the canvas with the one digit and what is hidden of it."""
    given = Drawing(picture(settings), hidden(settings))
    canvas.draw(study, given.image, given.hidden, changed=lambda now: _take(study, given, now))
    starting.offer(study, PICKED, int(options(InpaintingSettings)["digits"].high))


def _take(study: str, before: Drawing, now: Drawing) -> None:
    """A callback: a stroke makes the digit a drawn one, a changed mask the hidden part a drawn one."""
    controls.hold_link(study, not now.done)
    if (now.hidden != before.hidden).any():
        _set(study, mask=encode_mask(now.hidden), hidden="drawn", task="inpainting")
    if encode(now.image) != encode(before.image):
        _set(study, drawing=encode(now.image))


def _set(study: str, **values) -> None:
    for name, value in values.items():
        st.session_state[f"{study}.{name}"] = value
