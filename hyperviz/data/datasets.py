"""The data sets by name: training and test images, wherever they come from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyperviz.data import cifar10, digits, fetch, mnist

SOURCES = {"mnist": mnist.SOURCE, "cifar10": cifar10.SOURCE}
NAMES = ("digits", *SOURCES)
TITLES = {"digits": "5,000 MNIST digits built in", "mnist": "full MNIST", "cifar10": "CIFAR-10"}


class Dataset(NamedTuple):
    """Images 0 to 255, channels last, and how to bring pixels in [0, 1] to mean 0 and second moment about 1."""

    train: np.ndarray  # uint8 (N, side, side, channels)
    test: np.ndarray
    mean: float
    scale: float


def load(name: str) -> Dataset:
    """The named data set: 4,000 + 1,000 built-in digits, 60,000 + 10,000 of MNIST or 50,000 + 10,000 of CIFAR-10.

    Means and scales are those usual for the data set. What is not here is downloaded; DataMissing says if it cannot.
    """
    if name == "cifar10":
        return Dataset(cifar10.train().images, cifar10.test().images, 0.5, 0.5)
    if name == "mnist":
        train, test = mnist.train().images, mnist.test().images
    else:
        train, test = digits.train().images, digits.load().images[digits.TRAINING.stop :]
    return Dataset(train[..., None], test[..., None], 0.1307, 0.3081)


def absent(name: str) -> bool:
    """Whether the named data set would have to be downloaded."""
    return name in SOURCES and not fetch.present(SOURCES[name])


def missing() -> str:
    """One sentence on what is not on this machine; empty where everything is."""
    parts = [f"{TITLES[name]} ({source.megabytes} MB)" for name, source in SOURCES.items() if absent(name)]
    return f"Not on this machine, and downloaded once when chosen: {' and '.join(parts)}." if parts else ""
