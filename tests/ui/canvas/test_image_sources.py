"""What a canvas starts from: a test digit, an uploaded picture, or what is drawn, centred."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from hyperviz.data import digits
from hyperviz.studies.common.images import drawing

DIGIT = digits.test().images[3]


def page():
    import streamlit as st

    from hyperviz.studies.common.images import drawing
    from hyperviz.ui.canvas import digit_canvas, image_sources

    st.session_state.setdefault("test.drawing", "picked")
    st.session_state.setdefault("test.digits", 3)
    text = st.session_state["test.drawing"]
    digit_canvas.draw("test", None if text == "picked" else drawing.decode(text))
    image_sources.offer("test", "picked", 4)


@pytest.fixture
def app():
    return AppTest.from_function(page, default_timeout=600).run()


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()


def values(app):
    return app.session_state["test.drawing"], app.session_state["test.digits"]


def upload(app, data, name="digit.png"):
    app.file_uploader[0].set_value((name, data, "image/png")).run()


def png(image) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def test_the_next_test_digit_goes_round_and_leads_back_from_a_drawing(app):
    press(app, "Next test digit")
    assert values(app) == ("picked", 4)
    press(app, "Next test digit")
    assert values(app) == ("picked", 0)
    app.session_state["test.drawing"] = drawing.encode(DIGIT)
    app.run()
    press(app, "Next test digit")
    assert values(app) == ("picked", 0)


def test_an_uploaded_picture_becomes_the_drawing(app):
    upload(app, png(255 - DIGIT.repeat(10, axis=0).repeat(10, axis=1)))
    found = drawing.decode(values(app)[0]).astype(int)
    assert np.abs(found - drawing.quantise(DIGIT)).mean() < 2
    assert not app.error


def test_what_is_no_picture_is_refused_in_place_once_and_the_drawing_stays(app):
    upload(app, b"no image at all")
    assert "no PNG, JPEG, WebP, GIF or BMP" in app.error[0].value
    assert values(app) == ("picked", 3)
    app.run()
    assert not app.error


def test_a_drawing_is_centred_and_an_empty_canvas_cannot_be(app):
    press(app, "Centre")
    assert "There is no digit" in app.error[0].value
    app.session_state["test.drawing"] = drawing.encode(np.roll(DIGIT, (3, -3), axis=(0, 1)))
    app.run()
    press(app, "Centre")
    np.testing.assert_array_equal(drawing.decode(values(app)[0]), drawing.quantise(DIGIT))
