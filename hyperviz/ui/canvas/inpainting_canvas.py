"""Turn what is drawn and hidden on the canvas of the inpainting page into settings, and so into the link."""

from __future__ import annotations

import numpy as np
import streamlit as st

from hyperviz.studies.common.images.drawing import SIZE, Drawing, encode, encode_mask
from hyperviz.studies.common.options import options
from hyperviz.studies.inpainting import image_set
from hyperviz.studies.inpainting.masks import over
from hyperviz.studies.inpainting.query_image import query_image
from hyperviz.studies.inpainting.settings import TEST_IMAGE, InpaintingSettings
from hyperviz.ui import controls
from hyperviz.ui.canvas import digit_canvas, image_sources

WIDTH = 384  # screen pixels of a picture that nobody draws on
DIM = 4  # how much darker it is where f does not see


def show(study: str, settings: InpaintingSettings) -> None:
    """Mount the canvas with the one digit and what is hidden of it; the picture alone where it cannot be drawn."""
    last = int(options(InpaintingSettings)["digits"].high)
    if not image_set.drawable(settings):
        st.image(_dimmed(settings))
        st.button("Next test image", on_click=image_sources.turn, args=(study, last))
        st.caption(_why(settings))
        return
    query = query_image(settings)
    given = Drawing(query.picture, query.hidden)
    digit_canvas.draw(study, given.image, given.hidden, changed=lambda now: _take(study, given, now))
    image_sources.offer(study, TEST_IMAGE, last, image_set.image_noun(settings))


def _dimmed(settings: InpaintingSettings) -> np.ndarray:
    """Return the picture in large pixels, darker where it is hidden."""
    query = query_image(settings)
    image = query.picture
    image = np.where(over(query.hidden, image), image // DIM, image)
    times = max(1, WIDTH // len(image))
    return image.repeat(times, axis=0).repeat(times, axis=1)


def _why(settings: InpaintingSettings) -> str:
    side, *colours = image_set.shape(settings)
    said = f"The canvas draws {SIZE} × {SIZE} in grey. These images are {side} × {side} in "
    said += f"{'colour' if colours else 'grey'}: here is one of the test images, darker where f does not see."
    if settings.drawing != TEST_IMAGE:
        said += " The drawing in the link stays there, and is shown again with digits."
    return said


def _take(study: str, before: Drawing, now: Drawing) -> None:
    """Set what the canvas holds (a callback): a stroke makes the digit a drawn one, a changed mask the hidden part."""
    controls.hold_link(study, not now.done)
    if (now.hidden != before.hidden).any():
        _set(study, mask=encode_mask(now.hidden), hidden="drawn", task="inpainting")
    if encode(now.image) != encode(before.image):
        _set(study, drawing=encode(now.image))


def _set(study: str, **values) -> None:
    for name, value in values.items():
        st.session_state[f"{study}.{name}"] = value
