"""Return the images that the inpainting study is about, as its settings name them; refuse what cannot be asked."""

from __future__ import annotations

import numpy as np

from hyperviz.data import datasets
from hyperviz.data.datasets import Dataset
from hyperviz.errors import InvalidInput
from hyperviz.studies.common.images import drawing
from hyperviz.studies.inpainting.settings import GALLERY, SHOWN, InpaintingSettings

WIDE = 32  # side up to which images need no other limits than digits
DIGITS = ("digits", "mnist")  # what the paper's numbers are about


def data(settings: InpaintingSettings) -> Dataset:
    """Return the data set, read once a process."""
    return datasets.load(settings.dataset)


def shape(settings: InpaintingSettings) -> tuple[int, ...]:
    """Return (g, g) of grey images, (g, g, 3) of colour ones; nothing is downloaded for that."""
    return datasets.shape(settings.dataset)


def tests(settings: InpaintingSettings) -> np.ndarray:
    """Return the test images, none of which is learnt from: uint8 (T, g, g) or (T, g, g, 3)."""
    return datasets.plain(data(settings).test)


def shown(settings: InpaintingSettings) -> np.ndarray:
    """Return the places of the test images that the gallery shows; after the last comes the first."""
    count = len(data(settings).test)
    return (settings.digits + np.arange(min(SHOWN, count))) % count


def pictures(settings: InpaintingSettings) -> np.ndarray:
    """Return the test images that are shown, uint8."""
    return tests(settings)[shown(settings)]


def are_digits(settings: InpaintingSettings) -> bool:
    """Return whether the images are digits, so that the paper's numbers may stand beside ours."""
    return settings.dataset in DIGITS


def image_noun(settings: InpaintingSettings) -> str:
    """Return what one of the images is called."""
    return "digit" if are_digits(settings) else "image"


def drawable(settings: InpaintingSettings) -> bool:
    """Return whether the canvas can draw one: it is 28 x 28 and grey."""
    return shape(settings) == (drawing.SIZE, drawing.SIZE)


def scaled_count(settings: InpaintingSettings, most: int, least: int) -> int:
    """Return how many images take as long as `most` of 32 x 32 ones: at most `most`, and at least `least`."""
    return max(least, min(most, most * WIDE**2 // shape(settings)[0] ** 2))


def check(settings: InpaintingSettings) -> None:
    """Raise InvalidInput where the images cannot answer what is asked of them."""
    side, pixels = shape(settings)[0], settings.pixels
    if settings.view == "network" and not drawable(settings):
        raise InvalidInput(
            f"The view network trains on grey images of {drawing.SIZE} × {drawing.SIZE}; those of "
            f"{datasets.TITLES[settings.dataset]} are others: choose another view, or other data."
        )
    if settings.view != GALLERY and not settings.kernels:
        raise InvalidInput(
            f"The view {settings.view} is about kernels; got kernel {settings.kernel}: choose both, or the gallery."
        )
    if pixels != "all" and int(pixels) > side * side:
        raise InvalidInput(
            f"pixels must be at most {side * side}, or all, for images of {side} × {side}; got {pixels}."
        )
    if settings.images > (most := len(data(settings).train)):
        others = len(data(settings).test) + len(data(settings).validation)
        raise InvalidInput(
            f"images must be at most {most}: of {datasets.TITLES[settings.dataset]}, {most + others}, {others} are "
            f"kept for tests and validation; got {settings.images}."
        )
