"""A digit comes back as MNIST has it from any size, polarity and container; whatever is no digit is one sentence."""

import contextlib
import io
import struct
import zlib

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hyperviz.data import digit_images, digits, image_files
from hyperviz.errors import InvalidInput

DIGITS = digits.test().images[:40]
SHARP, SMOOTH = Image.Resampling.NEAREST, Image.Resampling.BICUBIC


def file(image, kind="PNG", **options) -> bytes:
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def enlarged(image, side, how=SHARP):
    return np.asarray(Image.fromarray(image).resize((side, side), how))


def away(found, image) -> float:
    """Root mean square of the difference; two digits of MNIST are 100 apart, a digit shifted by a pixel 50."""
    return float(np.sqrt(np.mean((found.astype(float) - image) ** 2)))


def test_a_digit_of_mnist_is_left_as_it_is():
    apart = [away(digit_images.fit(image), image) for image in DIGITS]
    assert np.median(apart) == 0
    assert max(apart) < 3  # where the brightest pixel is not quite white


@pytest.mark.parametrize("how", [SHARP, SMOOTH], ids=["sharp", "smooth"])
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("side", [56, 280, pytest.param(900, marks=pytest.mark.slow)])
def test_an_enlarged_shifted_and_inverted_digit_comes_back(side, inverted, how):
    apart = []
    for image in DIGITS[: 12 if side < 900 else 4]:
        large = np.pad(enlarged(image, side, how), ((side // 3, 0), (0, side // 2)))
        apart.append(away(digit_images.read(file(255 - large if inverted else large)), image))
    assert np.median(apart) < (5 if how == SHARP else 30)


def test_a_shift_by_two_pixels_is_seen_by_this_measure():
    assert np.median([away(np.roll(image, 2, axis=1), image) for image in DIGITS]) > 50


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1", "LA", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_read(mode):
    image = DIGITS[3]
    large = enlarged(image, 140)
    if mode == "I;16":
        stored = Image.fromarray(large.astype(np.uint16) * 257)
    else:
        stored = Image.fromarray(np.where(large > 127, 255, 0).astype(np.uint8) if mode == "1" else large).convert(mode)
    data = file(stored, "JPEG" if mode == "CMYK" else "PNG")
    assert away(digit_images.read(data), image) < (45 if mode == "1" else 15)


@pytest.mark.parametrize("ink", [0, 255])
@pytest.mark.parametrize("card", [False, True], ids=["strokes alone", "a card cut out"])
def test_what_is_transparent_sets_off_the_digit(ink, card):
    image = DIGITS[3]
    strokes = enlarged(image, 140)
    seen = np.full_like(strokes, 255) if card else strokes
    if card:
        seen[:8] = seen[-8:] = 0
    light = (strokes if ink else 255 - strokes) if card else np.full_like(strokes, ink)
    assert away(digit_images.read(file(Image.merge("LA", [Image.fromarray(light), Image.fromarray(seen)]))), image) < 15


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photograph_is_turned_as_its_exif_says(turn):
    image = DIGITS[3]
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that the tag undoes
    stored = Image.fromarray(enlarged(image, 140))
    stored = stored.transpose(Image.Transpose(back[turn])) if turn > 1 else stored
    exif = Image.Exif()
    exif[0x0112] = turn
    assert away(digit_images.read(file(stored, "JPEG", exif=exif, quality=95)), image) < 15
    if turn > 1:
        assert away(digit_images.read(file(stored, "JPEG", quality=95)), image) > 40


def test_a_noisy_grey_photograph_of_a_digit_is_read():
    rng = np.random.default_rng(0)
    image = DIGITS[3]
    photo = 200 - 0.6 * enlarged(image, 560) + rng.normal(0, 4, (560, 560))
    assert away(digit_images.read(file(np.clip(photo, 0, 255).astype(np.uint8), "JPEG")), image) < 25


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1), st.booleans())
@hypothesis.settings(max_examples=100, deadline=None)
def test_any_ink_fills_twenty_pixels_and_is_centred_whatever_its_polarity(height, width, seed, dark):
    image = np.zeros((height + 4, width + 4))
    image[2:-2, 2:-2] = np.random.default_rng(seed).integers(60, 256, (height, width))
    found = digit_images.fit(255 - image if dark else image)
    rows, columns = np.nonzero(found)
    assert found.dtype == np.uint8
    assert found.shape == (28, 28)
    assert found.max() == 255
    assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
    centre = [np.average(np.arange(28), weights=found.sum(axis=axis, dtype=float)) for axis in (1, 0)]
    assert np.abs(np.array(centre) - 14).max() < 0.6


FAULTS = {
    "nothing": (b"", "1 to 20,000,000 bytes; this one has 0"),
    "too many bytes": (bytes(image_files.LIMIT + 1), "this one has 20,000,001"),
    "text": (b"no image at all", "no PNG, JPEG, WebP, GIF or BMP"),
    "another type": (file(DIGITS[0], "TIFF"), "no PNG, JPEG, WebP, GIF or BMP"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC.*share it as JPEG"),
    "a blank page": (file(np.full((50, 50), 200, np.uint8)), "there is no digit|There is no digit"),
    "a faint page": (file((200 + np.arange(2500) % 7).astype(np.uint8).reshape(50, 50)), "There is no digit"),
    "transparent": (file(Image.new("LA", (40, 40))), "transparent everywhere"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_picture_of_a_digit_is_refused_in_one_sentence(fault):
    data, said = FAULTS[fault]
    with pytest.raises(InvalidInput, match=said) as refused:
        digit_images.read(data)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_file_that_breaks_off_is_refused_wherever_it_does(kind):
    data = file(enlarged(DIGITS[0], 200, SMOOTH), kind)
    for keep in (2, 10, 40, len(data) // 2, len(data) - 200):
        with pytest.raises(InvalidInput, match="damaged"):
            digit_images.read(data[:keep])


@given(st.data())
@hypothesis.settings(max_examples=150, deadline=None)
def test_no_damaged_byte_makes_anything_but_a_sentence(data):
    whole = bytearray(file(DIGITS[0], data.draw(st.sampled_from(["PNG", "JPEG"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InvalidInput):
        assert digit_images.read(bytes(whole)).shape == (28, 28)


@pytest.mark.parametrize(("width", "height"), [(6000, 6000), (10_000, 10_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_by_its_header(monkeypatch, width, height):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    def load(image):
        raise AssertionError("it was decoded")

    monkeypatch.setattr(Image.Image, "load", load)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10))) + chunk(b"IEND", b"")
    )
    with pytest.raises(InvalidInput, match="at most 30,000,000 pixels"):
        digit_images.read(bomb)


@pytest.mark.parametrize("shape", [(0, 5), (3,), (2, 2, 2)])
def test_an_array_that_is_no_grey_image_is_refused(shape):
    with pytest.raises(InvalidInput, match="shape"):
        digit_images.fit(np.zeros(shape))
