"""A digit comes back from photos and scans as people make them; where none stands out, a sentence says so."""

import contextlib
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, JpegImagePlugin

from hyperviz.data import digit_images, digits
from hyperviz.errors import InvalidInput

HIGH, WIDE, SIDE = 450, 600, 210  # of a photo, and of the digit in it
Y, X = np.mgrid[:HIGH, :WIDE]
PAPER = np.full((HIGH, WIDE), 220.0)
DIGITS = digits.test().images


def five(side, width=0.1):
    """A five of straight strokes, 0 to 1."""
    big = Image.new("L", (2 * side, 2 * side))
    corners = [(0.72, 0.12), (0.32, 0.12), (0.29, 0.46), (0.55, 0.43), (0.74, 0.57), (0.72, 0.76), (0.56, 0.88)]
    line = [(2 * side * x, 2 * side * y) for x, y in [*corners, (0.26, 0.82)]]
    ImageDraw.Draw(big).line(line, fill=255, width=int(2 * side * width), joint="curve")
    return np.asarray(big.resize((side, side), Image.Resampling.LANCZOS), float) / 255


def handwritten(number):
    """A digit of the test set, enlarged."""
    return lambda side: np.asarray(Image.fromarray(DIGITS[number]).resize((side, side), 3), float).clip(0, 255) / 255


SHAPES = {"five": five, "thin five": lambda side: five(side, 0.07), "written": handwritten(1), "round": handwritten(8)}


def written(paper, shape, ink=0.75, at=(120, 190), side=SIDE):
    photo = paper.copy()
    photo[at[0] : at[0] + side, at[1] : at[1] + side] *= 1 - ink * shape(side)
    return photo


def lines(ink, step, thick, squared=False, tilt=0.0):
    across, along = Y + tilt * X, X - tilt * Y
    paper = PAPER.copy()
    paper[(across % step < thick) | (squared & (along % step < thick))] *= 1 - ink
    return paper


def with_dust(shape):
    photo, rng = written(PAPER, shape), np.random.default_rng(1)
    photo[rng.integers(0, HIGH, 12), rng.choice([*range(150), *range(450, WIDE)], 12)] = 0
    return photo


def with_strip(shape):
    photo = written(PAPER, shape)
    photo[:, -13:] = 10
    return photo


def with_frame(shape):
    photo = written(PAPER, shape)
    for row, column in ((np.s_[90:95], np.s_[160:430]), (np.s_[355:360], np.s_[160:430])):
        photo[row, column] = 40
    photo[90:360, 160:165] = photo[90:360, 425:430] = 40
    return photo


def on_a_card(shape):
    desk = 90 + 25 * np.sin(X / 8.0)
    desk[60:390, 130:470] = 230
    return written(desk, shape)


FALLING = 225 - 105 * (X / WIDE + Y / HIGH) / 2
PHOTOS = {
    "falling light": lambda shape: written(FALLING, shape),
    "a vignette": lambda shape: written(230 * (1 - (X / WIDE - 0.5) ** 2 - (Y / HIGH - 0.5) ** 2), shape),
    "a shadow": lambda shape: written(225 * (1 - 0.4 / (1 + np.exp(-(Y - X * 0.4 - 125) / 12))), shape),
    "pencil": lambda shape: written(225 - 30 * (X / WIDE + Y / HIGH) / 2, shape, 0.45),
    "pencil in falling light": lambda shape: written(FALLING, shape, 0.45),
    "chalk": lambda shape: 255 - written(PAPER, shape),
    "dust": with_dust,
    "a strip": with_strip,
    "a frame": with_frame,
    "a card": on_a_card,
    "ruled": lambda shape: written(lines(0.35, 35, 1.5), shape),
    "squared": lambda shape: written(lines(0.3, 25, 1, True), shape),
    "squared, held askew": lambda shape: written(lines(0.3, 25, 1.5, True, 0.1), shape),
    "small in its photo": lambda shape: written(PAPER, shape, at=(250, 350), side=90),
}
SHIFT = 50  # of a digit by a pixel: the centre is brought to a whole pixel, and noise decides between two


def file(photo, kind="JPEG", **options) -> bytes:
    stream = io.BytesIO()
    image = photo if isinstance(photo, Image.Image) else Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8))
    image.save(stream, kind, **options)
    return stream.getvalue()


def away(found, shape) -> float:
    """Root mean square of the difference to the same digit drawn cleanly."""
    clean = digit_images.fit(255 - 255 * np.pad(shape(420), 60))
    return float(np.sqrt(np.mean((found.astype(float) - clean) ** 2)))


@pytest.mark.parametrize(
    "kind",
    [kind if i % 2 == 0 else pytest.param(kind, marks=pytest.mark.slow) for i, kind in enumerate(PHOTOS)],
)
def test_a_digit_comes_back_from_a_photo(kind):
    noise = np.random.default_rng(0).normal(0, 3, (HIGH, WIDE))
    apart = {
        name: away(digit_images.read(file(PHOTOS[kind](shape) + noise, quality=90)), shape)
        for name, shape in SHAPES.items()
    }
    assert np.median([*apart.values()]) < 25
    assert max(apart.values()) < SHIFT


def test_two_digits_are_one_too_many():
    photo = written(written(PAPER, five, at=(120, 70)), handwritten(1), at=(120, 320))
    with pytest.raises(InvalidInput, match="one digit at a time"):
        digit_images.read(file(photo))


@pytest.mark.parametrize("paper", [PAPER, FALLING, lines(0.35, 35, 1.5), lines(0.4, 25, 1.5, True)])
def test_paper_without_a_digit_is_refused(paper):
    noisy = paper + np.random.default_rng(0).normal(0, 3, paper.shape)
    with pytest.raises(InvalidInput, match=r"no digit|No single digit"):
        digit_images.read(file(noisy))


def test_a_detached_stroke_belongs_to_its_digit():
    def with_gap(side):
        shape = five(side)
        shape[round(0.2 * side) : round(0.24 * side)] = 0
        return shape

    assert away(digit_images.read(file(written(PAPER, with_gap))), with_gap) < 25


@pytest.mark.parametrize(("ink", "paper"), [((255, 0, 0), (0, 130, 0)), ((0, 0, 255), (70, 20, 0))])
def test_two_colours_that_are_equally_light_are_told_apart(ink, paper):
    share = np.pad(five(SIDE), 60)[..., None]
    photo = share * np.array(ink) + (1 - share) * np.array(paper)
    assert away(digit_images.read(file(photo, "PNG")), five) < 25


@pytest.mark.parametrize("largest", [65535, 4095, 1023, 255])
def test_sixteen_bits_are_read_whatever_their_white_is(largest):
    values = np.round(largest * np.pad(five(280), 30)).astype(np.uint16)
    assert away(digit_images.read(file(Image.fromarray(values), "PNG")), five) < 10


def test_a_transparency_key_that_the_paper_has_only_nearly_is_a_colour_like_others():
    rng = np.random.default_rng(0)
    page = np.clip(np.round(written(PAPER + 34, five) + rng.integers(-1, 2, PAPER.shape)), 0, 255).astype(np.uint8)
    data = file(Image.fromarray(page), "PNG", transparency=254)
    assert away(digit_images.read(data), five) < 25


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "BMP", "MPO", "JPEG"])
def test_the_formats_that_people_have_are_read(kind):
    photo = Image.fromarray(written(PAPER, five).astype(np.uint8))
    photo = photo.convert("CMYK") if kind == "JPEG" else photo
    options = {"save_all": True, "append_images": [photo]} if kind == "MPO" else {}
    assert away(digit_images.read(file(photo, kind, **options)), five) < 25


def test_a_photo_of_fifty_million_pixels_is_decoded_at_a_smaller_size(monkeypatch):
    decoded = []
    load = JpegImagePlugin.JpegImageFile.load
    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load", lambda image: decoded.append(image.size) or load(image))
    large = Image.fromarray(written(PAPER, five).astype(np.uint8)).resize((8160, 6120))
    assert away(digit_images.read(file(large, quality=80)), five) < 25
    assert max(decoded[0]) <= 8160 / 4


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 3), (2, 2), (5, 700)])
def test_a_strip_of_an_image_is_a_digit_or_a_sentence(shape):
    strip = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    with contextlib.suppress(InvalidInput):
        assert digit_images.read(file(Image.fromarray(strip), "PNG")).shape == (28, 28)
