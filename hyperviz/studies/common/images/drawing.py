"""Turn a drawn digit and a mask set by hand into short texts that stand in a link: the link is the experiment."""

from __future__ import annotations

import base64
import binascii
import contextlib
import zlib
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from hyperviz.data import digit_images, image_files
from hyperviz.errors import InvalidInput

SIZE = digit_images.SIDE
TYPES = [ending.removeprefix(".") for ending in (*image_files.ENDINGS, ".heic", ".heif")]  # HEIC is refused by name
GREYS, BITS = 16, 4  # of a drawing in a link: half a step is 3 % of white
KEPT = 256  # decoded texts, a kB each: a stroke is decoded where its setting is checked, and looked up from there on
EMPTY = ""  # the text of a black picture, and of a mask that hides nothing


class Drawing(NamedTuple):
    """Hold a picture and what is hidden of it, as the canvas holds them."""

    image: np.ndarray  # uint8 (28, 28), 0 black
    hidden: np.ndarray  # bool (28, 28), what f does not see
    done: bool = True  # whether no stroke is under way


def blank() -> Drawing:
    """Return a black picture of which nothing is hidden."""
    return Drawing(np.zeros((SIZE, SIZE), np.uint8), np.zeros((SIZE, SIZE), bool))


def quantise(image: np.ndarray) -> np.ndarray:
    """Return the picture in the nearest of 16 greys, so that it and its text are the same experiment."""
    step = 255 // (GREYS - 1)
    return (np.round(image / step) * step).astype(np.uint8)


def encode(image: np.ndarray) -> str:
    """Return the URL-safe text of a quantised picture, uint8 (28, 28): two pixels a byte, deflated."""
    levels = np.round(image / (255 // (GREYS - 1))).astype(np.uint8).ravel()
    return _pack((levels[::2] << BITS | levels[1::2]).tobytes()) if levels.any() else EMPTY


@lru_cache(maxsize=KEPT)
def decode(text: str) -> np.ndarray:
    """Return the picture that a text holds, read-only, the same array each time; InvalidInput where it holds none."""
    pairs = _unpack(text, SIZE * SIZE * BITS // 8, "drawing")
    levels = np.stack([pairs >> BITS, pairs & (GREYS - 1)], axis=-1)
    return _read_only((levels * (255 // (GREYS - 1))).astype(np.uint8))


def from_file(data: bytes) -> str:
    """Return the text of a PNG or JPEG of a digit, brought to the form of MNIST; InvalidInput where it shows none."""
    return encode(digit_images.read(data))


def fitted(image: np.ndarray) -> str:
    """Return the text of a drawing scaled and centred as MNIST does; InvalidInput where nothing is drawn."""
    return encode(digit_images.fit(image))


def encode_mask(hidden: np.ndarray) -> str:
    """Return the URL-safe text of a mask, bool (28, 28): eight pixels a byte, deflated."""
    return _pack(np.packbits(hidden).tobytes()) if hidden.any() else EMPTY


@lru_cache(maxsize=KEPT)
def decode_mask(text: str) -> np.ndarray:
    """Return the mask that a text holds, bool (28, 28), read-only; InvalidInput where it holds none."""
    return _read_only(np.unpackbits(_unpack(text, SIZE * SIZE // 8, "mask")).astype(bool))


def _read_only(pixels: np.ndarray) -> np.ndarray:
    """Return the pixels as a square that nobody can write into: a decoded text is shared by all who ask for it."""
    square = pixels.reshape(SIZE, SIZE)
    square.setflags(write=False)
    return square


def _pack(data: bytes) -> str:
    deflated = zlib.compress(data, 9, wbits=-15)
    return base64.urlsafe_b64encode(deflated).decode().rstrip("=")


def _unpack(text: str, count: int, name: str) -> np.ndarray:
    """Return exactly `count` bytes; never more, whatever the text would inflate to."""
    if text == EMPTY:
        return np.zeros(count, np.uint8)
    inflate, data = zlib.decompressobj(wbits=-15), b""
    with contextlib.suppress(binascii.Error, ValueError, zlib.error):
        deflated = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        data = inflate.decompress(deflated, count + 1)
    if len(data) != count or not inflate.eof or inflate.unused_data:
        raise InvalidInput(f"{name} must be a text that the canvas wrote; got {len(text)} characters that hold none.")
    return np.frombuffer(data, np.uint8)
