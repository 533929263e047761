"""Read 5,000 real MNIST digits that come with the package, 500 a class (provenance in README.md)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np

FILE = Path(__file__).with_name("digits.npz")
TRAINING, VALIDATION, TEST = slice(0, 4000), slice(4000, 4500), slice(4500, 5000)


class Digits(NamedTuple):
    """Hold grey images, 0 to 255, and the digit each shows; read-only."""

    images: np.ndarray  # uint8 (N, 28, 28)
    labels: np.ndarray  # uint8 (N,)


@functools.cache
def load() -> Digits:
    """Return all 5,000 digits, in a fixed shuffled order: every ten consecutive ones hold each class once.

    Example:
        >>> sorted(load().labels[:10].tolist())
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    with np.load(FILE) as file:
        arrays = Digits(file["images"], file["labels"])
    for array in arrays:
        array.setflags(write=False)
    return arrays


def train() -> Digits:
    """Return 4,000 digits, 400 a class.

    Example:
        >>> train().images.shape
        (4000, 28, 28)
    """
    return _part(TRAINING)


def validation() -> Digits:
    """Return 500 digits, 50 a class, on which a bandwidth or a ridge is chosen.

    Example:
        >>> np.bincount(validation().labels).tolist()
        [50, 50, 50, 50, 50, 50, 50, 50, 50, 50]
    """
    return _part(VALIDATION)


def test() -> Digits:
    """Return 500 digits, 50 a class, on which nothing is chosen.

    Example:
        >>> test().images.shape
        (500, 28, 28)
    """
    return _part(TEST)


def _part(part: slice) -> Digits:
    return Digits(*(array[part] for array in load()))
