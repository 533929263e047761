"""A picture of a digit in any size and polarity, brought to the form of MNIST; and images opened without trust."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps

from hyperviz.errors import InvalidInput

LIMIT, PIXELS = 5_000_000, 30_000_000  # bytes of a file; pixels, looked at before any of them is decoded
LARGE = 800  # a longer side than this is first brought to it
SIDE, BOX, MIDDLE = 28, 20, 14  # of MNIST: image, box that a digit fills, pixel of its centre of mass
FAINT, FLAT = 26, 16  # of 255: grey that is no ink yet; contrast that is no picture


def read(data: bytes) -> np.ndarray:
    """Read a PNG or JPEG of a digit -> uint8 (28, 28), white on black, scaled and centred as MNIST does."""
    return fit(grey(opened(data)))


def fit(image: np.ndarray) -> np.ndarray:
    """Bring any grey image (h, w), 0 to 255, of either polarity, to MNIST's form, uint8 (28, 28).

    The border tells what is background. The ink is cropped, its longer side scaled to 20 pixels with its aspect kept,
    and its centre of mass brought to pixel (14, 14) of 28 x 28. InvalidInput where there is no ink.
    """
    ink = _ink(np.asarray(image, np.float64))
    rows, columns = (np.flatnonzero((ink > FAINT).any(axis=axis)) for axis in (1, 0))
    part = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32))
    scale = BOX / max(part.size)
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    small = part.resize([max(1, round(side * scale)) for side in part.size], how)
    return _centred(np.clip(np.asarray(small), 0, None))


def opened(data: bytes) -> Image.Image:
    """Return the image in a PNG or JPEG file, upright; InvalidInput if it is too large, damaged or no image."""
    if not 0 < len(data) <= LIMIT:
        raise InvalidInput(
            f"An image file has 1 to {LIMIT:,} bytes; this one has {len(data):,}: save it smaller, or crop it."
        )
    try:
        image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))  # reads the header only
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidInput(f"An image has at most {PIXELS:,} pixels; this one has far more: scale it down.") from None
    except Exception:  # whatever a damaged header makes Pillow raise
        raise InvalidInput("The file is neither a PNG nor a JPEG image, or it is damaged: save it anew.") from None
    if image.width * image.height > PIXELS:
        raise InvalidInput(f"An image has at most {PIXELS:,} pixels; this one {image.width} x {image.height}.")
    return _decoded(image)


def _decoded(image: Image.Image) -> Image.Image:
    """Decode every pixel; return the image upright, and no larger than is of use."""
    try:
        image.draft("L" if image.mode == "L" else "RGB", (LARGE, LARGE))  # a large JPEG is decoded smaller
        image.load()
        upright = ImageOps.exif_transpose(image)
    except Exception:  # Pillow's readers raise a dozen types on damaged data
        raise InvalidInput("The image breaks off or is damaged: save it anew.") from None
    if upright.mode.startswith("I"):  # 16 bits of grey; eight are enough
        upright = Image.fromarray(np.clip(np.asarray(upright) >> 8, 0, 255).astype(np.uint8))
    if upright.mode not in ("L", "RGB", "RGBA"):
        upright = upright.convert("RGBA")
    upright.thumbnail((LARGE, LARGE), Image.Resampling.BOX, reducing_gap=None)
    return upright


def grey(image: Image.Image) -> np.ndarray:
    """Return luminance 0 to 255 as float (h, w); what is transparent takes the colour that sets off what is not."""
    both = np.asarray(image.convert("RGBA").convert("LA"), np.float64)
    light, seen = both[..., 0], both[..., 1] / 255
    if seen.min() == 1:
        return light
    if not seen.any():
        raise InvalidInput("The image is transparent everywhere: there is no digit in it.")
    usual = np.median(light[seen > 0.5]) if (seen > 0.5).any() else np.average(light, weights=seen)
    paper = usual if seen.mean() > 0.5 else 255.0 * (usual < 128)  # a card cut out, or strokes without one
    return light * seen + paper * (1 - seen)


def _ink(grey_: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from the background, 0 to 255, white where the digit is."""
    if grey_.ndim != 2 or not grey_.size or not np.isfinite(grey_).all():
        raise InvalidInput(f"A grey image is finite of shape (h, w); got shape {grey_.shape}.")
    border = np.concatenate([grey_[0], grey_[-1], grey_[1:-1, 0], grey_[1:-1, -1]])
    paper = np.median(border)
    ink = paper - grey_ if paper - grey_.min() > grey_.max() - paper else grey_ - paper
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
