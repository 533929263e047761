"""The digits and pixels of one run: what is learnt from, and what the error is measured on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyperviz.data import digits

SIZE, TESTED = 28, 200  # image side; digits that an error is over
PIXEL_DRAWS = 5  # predictions are averaged over so many draws of the pixels, as the authors' code does


class Sample(NamedTuple):
    """Digits of one run, grey values in [0, 1], and the generator that goes on to draw pixels."""

    y: np.ndarray  # (N, 28, 28) training
    truth: np.ndarray  # (TESTED, 28, 28) none of them among the training digits
    rng: np.random.Generator


def sample(seed: int, run: int, images: int, pool: digits.Digits | None = None) -> Sample:
    """Nested training sets, a class as often as any other, and digits of the pool: the test digits unless given."""
    rng, train = np.random.default_rng([seed, run]), digits.train().images
    tested = (pool or digits.test()).images
    y = train[_balanced(rng, len(train))[:images]]
    return Sample(y / 255.0, tested[_balanced(rng, len(tested))[:TESTED]] / 255.0, rng)


def pixels(rng: np.random.Generator, images: int, count: int) -> np.ndarray:
    """One draw of `count` different pixels for each image, (images, count) flat indices."""
    return rng.permuted(np.tile(np.arange(SIZE**2), (images, 1)), axis=1)[:, :count]


def _balanced(rng, count):
    """A permutation that keeps tens of digits together, which hold each class once."""
    return (rng.permutation(count // 10)[:, None] * 10 + np.arange(10)).ravel()
