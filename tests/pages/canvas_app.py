"""A page with nothing but the canvas, and what the server holds of it."""

import numpy as np
import streamlit as st

from hyperviz.data import digits
from hyperviz.ui.canvas import digit_canvas

given = st.session_state.setdefault("given", [None, None])
heard = st.session_state.setdefault("heard", [])
if st.button("load a seven"):
    given[:] = [digits.test().images[digits.test().labels == 7][0], np.zeros((28, 28), bool)]


def changed(drawing):
    if given[0] is not None:
        given[:] = drawing.image, drawing.hidden
    heard.append(drawing.done)


drawing = digit_canvas.draw("test", *given, changed=changed)
st.caption(
    f"ink {int(drawing.image.sum())}, hidden {int(drawing.hidden.sum())}, done {drawing.done}, heard {len(heard)}"
)
st.code(" ".join(str(v) for v in drawing.image.ravel()), language=None)
