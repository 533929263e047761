"""Return the data sets by name: training, validation and test images, wherever they come from."""

from __future__ import annotations

import functools
import hashlib
import os
from typing import NamedTuple

import numpy as np

from hyperviz.data import cifar10, digits, fetch, image_files, mnist, own_images
from hyperviz.errors import DataMissing, InvalidInput

BUILT_IN, OWN = "digits", "own"
DOWNLOADS = "HYPERVIZ_DATASETS"  # names the data sets that visitors may have downloaded; empty: none
VARIABLE = "HYPERVIZ_IMAGES"  # the environment variable that names a folder or .npz: never a link, which others write
SOURCES = {"mnist": mnist.SOURCE, "cifar10": cifar10.SOURCE}
SAME = {"cifar10-grey": "cifar10"}  # data sets made of another's files
TITLES = {
    "digits": "5,000 MNIST digits built in",
    "mnist": "full MNIST",
    "cifar10-grey": "CIFAR-10 in grey",
    "cifar10": "CIFAR-10",
    OWN: "your own images",
}
SHAPES = {"digits": (28, 28), "mnist": (28, 28), "cifar10-grey": (32, 32), "cifar10": (32, 32, 3)}
NAMES = tuple(TITLES)
VALIDATION, TEST = 10, 5  # a tenth of what may be trained on is for validation; a fifth of one's own images for tests
FEW = 1000  # with fewer test images a study that chooses nothing tests on the validation images too
BLACK = 0.01  # mean brightness of a border that counts as black
LOOKED_AT = 500  # images whose borders are looked at
BLOCK = 5000  # images turned grey at a time


class Dataset(NamedTuple):
    """Hold images 0 to 255, channels last, and how to bring pixels in [0, 1] to mean 0 and second moment about 1."""

    train: np.ndarray  # uint8 (N, side, side, channels)
    validation: np.ndarray
    test: np.ndarray
    labels: np.ndarray  # (test images,) what each shows
    mean: float
    scale: float
    tens: bool  # whether every ten consecutive training images, and test images, hold each class once
    stamp: str  # other images have another: what a cache may go by
    said: str = ""  # of one's own images: what was understood of them

    @property
    def unseen(self) -> np.ndarray:
        """Return the test images, and where they are few the validation images before them."""
        return np.concatenate([self.validation, self.test]) if len(self.test) < FEW else self.test

    @property
    def bordered(self) -> bool:
        """Return whether the outermost pixels are black, so that joining opposite borders joins like with like."""
        images = self.train[:LOOKED_AT]
        edges = images[:, [0, -1]], images[:, :, [0, -1]]
        return bool(np.mean([edge.mean() for edge in edges]) < 255 * BLACK)


def load(name: str) -> Dataset:
    """Return the named data set, split once and for all, and read once a process; what is not here is downloaded.

    The built-in digits are 4,000 + 500 + 500, MNIST 54,000 + 6,000 + 10,000, CIFAR-10 45,000 + 5,000 + 10,000; of
    a visitor's images a fifth is for tests and a tenth of the others for validation.

    Args:
        name: one of NAMES.

    Returns:
        Dataset; its mean and scale are those usual for the data set.

    Raises:
        DataMissing: a data set that is not on this machine and cannot be downloaded.
        InvalidInput: the images that VARIABLE names cannot be read.

    References:
        section 5.2 for MNIST and CIFAR-10.

    Example:
        >>> load("digits").train.shape
        (4000, 28, 28, 1)
    """
    if name not in NAMES:
        raise InvalidInput(f"A data set is one of {', '.join(NAMES)}; got {name!r}.")
    if absent(name) and not may_download(name):
        raise DataMissing(
            f"{TITLES[name]} is not on this machine, and nothing is downloaded for a visitor here: choose the digits "
            f"that are built in, or start the app with {DOWNLOADS}={SAME.get(name, name)}."
        )
    return _own(os.environ.get(VARIABLE, "")) if name == OWN else _published(name)


def shape(name: str) -> tuple[int, ...]:
    """Return (side, side) of grey images, (side, side, 3) of colour ones: nothing is downloaded for that."""
    return plain(load(name).test).shape[1:] if name == OWN else SHAPES[name]


def plain(images: np.ndarray) -> np.ndarray:
    """Return grey images without their axis of channels, and colour ones as they are."""
    return images[..., 0] if images.shape[-1] == 1 else images


def absent(name: str) -> bool:
    """Return whether the named data set would have to be downloaded."""
    name = SAME.get(name, name)
    return name in SOURCES and not fetch.present(SOURCES[name])


def missing() -> str:
    """Return one sentence on what is not on this machine; empty where everything is."""
    offered = {name: source for name, source in SOURCES.items() if absent(name) and may_download(name)}
    parts = [f"{TITLES[name]} ({source.megabytes} MB)" for name, source in offered.items()]
    return f"Not on this machine, and downloaded once when chosen: {' and '.join(parts)}." if parts else ""


def may_download(name: str) -> bool:
    """Return whether a data set may be downloaded here: any, unless DOWNLOADS names those that may, or none."""
    allowed = os.environ.get(DOWNLOADS)
    return allowed is None or SAME.get(name, name) in allowed.replace(" ", "").split(",")


@functools.cache
def _published(name: str) -> Dataset:
    if name == BUILT_IN:
        images, labels = digits.load()
        train, held, test = (images[part, ..., None] for part in (digits.TRAINING, digits.VALIDATION, digits.TEST))
        return Dataset(train, held, test, labels[digits.TEST], 0.1307, 0.3081, True, name)
    if name == "mnist":
        train, test = mnist.train().images[..., None], mnist.test().images[..., None]
        return Dataset(*_split(train), test, mnist.test().labels, 0.1307, 0.3081, False, name)
    train, test = cifar10.train().images, cifar10.test().images
    if name == "cifar10-grey":
        train, test = _grey(train), _grey(test)
    return Dataset(*_split(train), test, np.array(cifar10.CLASSES)[cifar10.test().labels], 0.5, 0.5, False, name)


@functools.lru_cache(maxsize=2)
def _own(path: str) -> Dataset:
    """Return a visitor's images shuffled: files of a folder come by name, and names often go by what they show."""
    if not path:
        raise InvalidInput(
            f"Own images are those in the folder or .npz that the environment variable {VARIABLE} names where the app "
            "runs; it is not set: set it and start again."
        )
    images, said = own_images.load(path)
    images = images if images.ndim == 4 else images[..., None]
    order, tests = np.random.default_rng(0).permutation(len(images)), len(images) // TEST
    names = np.array([f"no. {i + 1}" for i in order[:tests]])
    stamp = f"{OWN} {images.shape} {hashlib.sha256(images.reshape(-1).data).hexdigest()}"
    images = images[order]  # the one copy: the parts are views of it
    return Dataset(*_split(images[tests:]), images[:tests], names, 0.5, 0.5, False, stamp, said)


def _split(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what is trained on, and the last tenth, for validation."""
    count = len(images) - len(images) // VALIDATION
    return images[:count], images[count:]


def _grey(images: np.ndarray) -> np.ndarray:
    blocks = [
        images[at : at + BLOCK] @ np.array(image_files.LUMINANCE, np.float32) for at in range(0, len(images), BLOCK)
    ]
    return np.concatenate([np.round(block).astype(np.uint8) for block in blocks])[..., None]
