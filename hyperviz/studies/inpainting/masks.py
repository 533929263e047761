"""Make masks, what f does not see of an image: parts by name, or as drawn by hand."""

from __future__ import annotations

import numpy as np

from hyperviz.studies.common.images import drawing
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.inpainting import image_set
from hyperviz.studies.inpainting.settings import InpaintingSettings

COLOURS = 3


def hidden(settings: InpaintingSettings, side: int = drawing.SIZE) -> np.ndarray:
    """Return which pixels f does not see, bool (side, side): none where it is to represent what it sees."""
    if settings.task == "representation":
        return np.zeros((side, side), bool)
    if settings.hidden == "drawn":
        return _scaled(drawing.decode_mask(settings.mask), side)
    if settings.hidden == "random":
        rng = random_generator(settings.seed, Stream.INPAINTING_MASK)
        return rng.permutation(side * side).reshape(side, side) % 2 == 0
    row, column = np.indices((side, side))
    half, middle = side // 2, [side // 4 <= i for i in (row, column)] + [i < side - side // 4 for i in (row, column)]
    parts = {
        "lower": row >= half,
        "upper": row < half,
        "left": column < half,
        "right": column >= half,
        "centre": np.all(middle, axis=0),
        "rows": row % 2 == 1,
        "everything": row >= 0,
        "nothing": row < 0,
    }
    return parts[settings.hidden]


def masked(images: np.ndarray, settings: InpaintingSettings) -> np.ndarray:
    """Return what f sees of images (..., g, g) or (..., g, g, 3): the hidden part is black."""
    return np.where(over(hidden(settings, images.shape[-2]), images), np.zeros((), images.dtype), images)


def cache_key(settings: InpaintingSettings) -> tuple[str, bytes]:
    """Return what tells apart the images that f sees: the data set and the hidden pixels."""
    return image_set.data(settings).stamp, hidden(settings, image_set.shape(settings)[0]).tobytes()


def judged(settings: InpaintingSettings, side: int) -> np.ndarray:
    """Return which pixels a prediction is judged on: those that f does not see, or all where it sees all."""
    hides = hidden(settings, side)
    return hides if hides.any() else ~hides


def over(pixels: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return a value for each pixel, (g, g), so that it meets every channel: no image is only COLOURS pixels wide."""
    return pixels[..., None] if images.shape[-1] == COLOURS else pixels


def _scaled(mask: np.ndarray, side: int) -> np.ndarray:
    """Return a mask drawn on 28 x 28 for images of another side."""
    at = (np.arange(side) * drawing.SIZE) // side
    return mask[np.ix_(at, at)]
