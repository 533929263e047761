"""A digit drawn and a mask set by hand, as short texts that stand in a link: the link is the experiment."""

from __future__ import annotations

import base64
import binascii
import contextlib
import zlib
from typing import NamedTuple

import numpy as np

from hyperviz.data import digit_images
from hyperviz.errors import InvalidInput

SIZE = 28
GREYS, BITS = 16, 4  # of a drawing in a link: half a step is 3 % of white
EMPTY = ""  # the text of a black picture, and of a mask that hides nothing


class Drawing(NamedTuple):
    """A picture and what is hidden of it."""

    image: np.ndarray  # uint8 (28, 28), 0 black
    hidden: np.ndarray  # bool (28, 28), what f does not see
    done: bool = True  # whether no stroke is under way


def blank() -> Drawing:
    """Black, and nothing hidden."""
    return Drawing(np.zeros((SIZE, SIZE), np.uint8), np.zeros((SIZE, SIZE), bool))


def quantise(image: np.ndarray) -> np.ndarray:
    """The nearest of 16 greys, so that a picture and its text are the same experiment."""
    step = 255 // (GREYS - 1)
    return (np.round(image / step) * step).astype(np.uint8)


def encode(image: np.ndarray) -> str:
    """Quantised (28, 28) uint8 -> URL-safe text: two pixels a byte, deflated."""
    levels = np.round(image / (255 // (GREYS - 1))).astype(np.uint8).ravel()
    return _pack((levels[::2] << BITS | levels[1::2]).tobytes()) if levels.any() else EMPTY


def decode(text: str) -> np.ndarray:
    """The picture that a text holds; InvalidInput where it holds none."""
    pairs = _unpack(text, SIZE * SIZE * BITS // 8, "drawing")
    levels = np.stack([pairs >> BITS, pairs & (GREYS - 1)], axis=-1)
    return (levels * (255 // (GREYS - 1))).astype(np.uint8).reshape(SIZE, SIZE)


def from_file(data: bytes) -> str:
    """The text of a PNG or JPEG of a digit, brought to the form of MNIST; InvalidInput where it shows none."""
    return encode(digit_images.read(data))


def fitted(image: np.ndarray) -> str:
    """The text of a drawing scaled and centred as MNIST does; InvalidInput where nothing is drawn."""
    return encode(digit_images.fit(image))


def encode_mask(hidden: np.ndarray) -> str:
    """(28, 28) bool -> URL-safe text: eight pixels a byte, deflated."""
    return _pack(np.packbits(hidden).tobytes()) if hidden.any() else EMPTY


def decode_mask(text: str) -> np.ndarray:
    """The mask that a text holds, (28, 28) bool; InvalidInput where it holds none."""
    return np.unpackbits(_unpack(text, SIZE * SIZE // 8, "mask")).astype(bool).reshape(SIZE, SIZE)


def _pack(data: bytes) -> str:
    deflated = zlib.compress(data, 9, wbits=-15)
    return base64.urlsafe_b64encode(deflated).decode().rstrip("=")


def _unpack(text: str, count: int, name: str) -> np.ndarray:
    """Exactly `count` bytes; never more, whatever the text would inflate to."""
    if text == EMPTY:
        return np.zeros(count, np.uint8)
    inflate, data = zlib.decompressobj(wbits=-15), b""
    with contextlib.suppress(binascii.Error, ValueError, zlib.error):
        deflated = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        data = inflate.decompress(deflated, count + 1)
    if len(data) != count or not inflate.eof or inflate.unused_data:
        raise InvalidInput(f"{name} must be a text that the canvas wrote; got {len(text)} characters that hold none.")
    return np.frombuffer(data, np.uint8)
