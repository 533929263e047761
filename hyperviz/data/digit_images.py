"""Bring a picture of a digit in any size, light and polarity to the form of MNIST."""

from __future__ import annotations

import numpy as np
from PIL import Image

from hyperviz.data import digit_ink, image_files
from hyperviz.errors import InvalidInput
from hyperviz.runtime import arrays

LARGE = 800  # a longer side than this is first brought to it
SIDE, BOX, MIDDLE = 28, 20, 14  # of MNIST: image, box that a digit fills, pixel of its centre of mass
FAINT, FLAT = 26, 16  # of 255: grey that is no ink yet; contrast that is no picture


def read(data: bytes) -> np.ndarray:
    """Read a photo, scan or drawing of one digit.

    Args:
        data: a file of image_files.FORMATS, of any size that image_files allows.

    Returns:
        uint8 (28, 28), white on black, scaled and centred as MNIST does.

    Raises:
        InvalidInput: no image that can be read, no digit found in it, or more than one.

    Example:
        >>> import io
        >>> stream, page = io.BytesIO(), np.full((90, 60), 255, np.uint8)
        >>> page[20:70, 28:34] = 0  # a one
        >>> Image.fromarray(page).save(stream, "PNG")
        >>> read(stream.getvalue()).shape
        (28, 28)
    """
    image = image_files.over_paper(image_files.opened(data, LARGE))
    return _boxed(digit_ink.found(np.asarray(image, np.float64)))


def fit(image: np.ndarray) -> np.ndarray:
    """Bring a clean grey drawing (h, w), 0 to 255, of either polarity, to MNIST's form, uint8 (28, 28).

    The border tells what is background. InvalidInput where there is no ink.
    """
    return _boxed(_ink(np.asarray(arrays.real("image", image), np.float64)))


def _boxed(ink: np.ndarray) -> np.ndarray:
    """Return the ink cropped, its longer side scaled to 20 pixels, and its centre of mass brought to pixel (14, 14)."""
    rows, columns = (np.flatnonzero((ink > FAINT).any(axis=axis)) for axis in (1, 0))
    part = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32))
    scale = BOX / max(part.size)
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    small = part.resize([max(1, round(side * scale)) for side in part.size], how)
    return _centred(np.clip(np.asarray(small), 0, None))


def _ink(grey: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from the background, 0 to 255, white where the digit is."""
    if grey.ndim != 2 or not grey.size:
        raise InvalidInput(f"A grey image has shape (h, w); got {grey.shape}: take one image, one channel of it.")
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    paper = np.median(border)
    ink = paper - grey if paper - grey.min() > grey.max() - paper else grey - paper
    noise = np.quantile(np.abs(border - paper), 0.9)
    ink = np.clip(ink - noise, 0, None)
    if ink.max() < FLAT:
        raise InvalidInput("There is no digit in the image: it is of one grey, or its strokes are too faint to see.")
    return ink / ink.max() * 255


def _centred(small: np.ndarray) -> np.ndarray:
    """Return the box moved by whole pixels until its centre of mass is in the middle."""
    canvas = np.zeros((SIDE, SIDE))
    centre = [np.average(np.arange(n), weights=small.sum(axis=1 - axis)) for axis, n in enumerate(small.shape)]
    top, left = (int(np.clip(round(MIDDLE - c), 0, SIDE - n)) for c, n in zip(centre, small.shape, strict=True))
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small / small.max() * 255
    return np.round(canvas).astype(np.uint8)
