"""Choose the images and pixels of one run: what is learnt from, and what the error is measured on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyperviz.data import datasets, digits
from hyperviz.data.datasets import Dataset
from hyperviz.studies.common.images.drawing import SIZE
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.inpainting import image_set
from hyperviz.studies.inpainting.settings import InpaintingSettings

TESTED = 200  # images that an error is over, or as many as there are
PIXEL_DRAWS = 5  # predictions are averaged over so many draws of the pixels, as the authors' code does


class Sample(NamedTuple):
    """Hold images of one run in [0, 1], (..., g, g) or (..., g, g, 3), and the generator that draws pixels next."""

    y: np.ndarray  # (N, ...) training
    truth: np.ndarray  # (TESTED, ...) none of them among the training images
    rng: np.random.Generator


def of_run(settings: InpaintingSettings, images: int, run: int = 0) -> Sample:
    """Return a run's images of the settings' data set."""
    return sample(settings.seed, run, images, image_set.data(settings))


def sample(seed: int, run: int, images: int, data: Dataset | None = None, pool: digits.Digits | None = None) -> Sample:
    """Return nested training sets, a class as often as any other where the order allows, and images of the pool.

    data: the built-in digits unless given. pool: the data's test images unless given.
    """
    rng, data = random_generator(seed, Stream.INPAINTING_IMAGES + run), data or datasets.load("digits")
    train, tested = datasets.plain(data.train), pool.images if pool else datasets.plain(data.test)
    order = _balanced if data.tens else np.random.Generator.permutation
    y = train[order(rng, len(train))[:images]]
    return Sample(y / 255.0, tested[order(rng, len(tested))[:TESTED]] / 255.0, rng)


def pixels(rng: np.random.Generator, images: int, count: int, size: int = SIZE**2) -> np.ndarray:
    """Return one draw of `count` different pixels out of `size` for each image, (images, count) flat indices."""
    return rng.permuted(np.tile(np.arange(size), (images, 1)), axis=1)[:, :count]


def _balanced(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return a permutation that keeps tens of digits together, which hold each class once."""
    return (rng.permutation(count // 10)[:, None] * 10 + np.arange(10)).ravel()
