"""A drawing and its text are the same experiment; a text that holds none is refused, whatever it would inflate to."""

import base64
import contextlib
import io
import string
import zlib

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hyperviz.data import digits
from hyperviz.errors import InvalidInput
from hyperviz.studies.common.images import drawing

ALPHABET = set(string.ascii_letters + string.digits + "-_")
CANVASES = st.binary(min_size=784, max_size=784).map(lambda data: np.frombuffer(data, np.uint8).reshape(28, 28))
READERS = [drawing.decode, drawing.decode_mask]


@given(CANVASES)
@hypothesis.settings(max_examples=50, deadline=None)
def test_any_picture_comes_back_from_its_text_as_the_nearest_of_sixteen_greys(image):
    text = drawing.encode(image)
    back = drawing.decode(text)
    assert set(text) <= ALPHABET
    assert np.abs(back.astype(int) - image).max() <= 8
    np.testing.assert_array_equal(back, drawing.quantise(image))
    assert drawing.encode(back) == text


@given(CANVASES)
@hypothesis.settings(max_examples=50, deadline=None)
def test_any_mask_comes_back_from_its_text(image):
    text = drawing.encode_mask(image > 127)
    assert set(text) <= ALPHABET
    np.testing.assert_array_equal(drawing.decode_mask(text), image > 127)


def test_a_digit_is_a_short_text_and_an_empty_canvas_is_none():
    assert max(len(drawing.encode(image)) for image in digits.test().images) < 300
    assert drawing.encode(np.zeros((28, 28), np.uint8)) == drawing.encode_mask(np.zeros((28, 28), bool)) == ""
    assert not drawing.decode("").any()
    assert not drawing.decode_mask("").any()
    assert drawing.decode(drawing.encode(np.full((28, 28), 255, np.uint8))).min() == 255


def test_a_text_that_was_cut_is_refused():
    for image in digits.test().images[:20]:
        text = drawing.encode(image)
        for cut in (1, 4, len(text) // 2, len(text) - 1):
            with pytest.raises(InvalidInput, match="drawing must be a text that the canvas wrote"):
                drawing.decode(text[:-cut])


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("text", ["A", "!", "é", "digits", "A" * 4000, "%00", "=", " ", "AAAA\n"])
def test_a_text_that_holds_no_drawing_is_refused(read, text):
    with pytest.raises(InvalidInput, match=f"got {len(text)} characters"):
        read(text)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("count", [97, 99, 391, 393, 5_000_000])
def test_a_text_that_inflates_to_another_size_is_refused_without_inflating_it(read, count):
    deflated = zlib.compress(bytes(count), 9, wbits=-15)
    with pytest.raises(InvalidInput):
        read(base64.urlsafe_b64encode(deflated).decode().rstrip("="))


@given(st.text(sorted(ALPHABET), max_size=40))
@hypothesis.settings(max_examples=200, deadline=None)
def test_no_text_is_read_into_anything_but_a_canvas(text):
    for read in READERS:
        with contextlib.suppress(InvalidInput):
            assert read(text).shape == (28, 28)


def test_a_drawing_in_a_corner_is_scaled_and_centred_as_mnist_does():
    image = digits.test().images[3]
    small = np.zeros((28, 28), np.uint8)
    small[1:11, 2:12] = image[4:24:2, 4:24:2]
    fitted = drawing.decode(drawing.fitted(small))
    np.testing.assert_array_equal(drawing.decode(drawing.fitted(image)), drawing.quantise(image))
    rows, columns = np.nonzero(fitted)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 >= 19
    with pytest.raises(InvalidInput, match="no digit"):
        drawing.fitted(np.zeros((28, 28), np.uint8))


def test_an_uploaded_picture_becomes_the_text_of_a_digit():
    image, stream = digits.test().images[3], io.BytesIO()
    Image.fromarray(255 - image.repeat(10, axis=0).repeat(10, axis=1)).save(stream, "PNG")
    found = drawing.decode(drawing.from_file(stream.getvalue())).astype(int)
    assert np.abs(found - drawing.quantise(image)).mean() < 2
    with pytest.raises(InvalidInput, match="no PNG, JPEG"):
        drawing.from_file(b"text")
