"""Read CIFAR-10 on request: 50,000 colour training images and 10,000 test images, 163 MB to download once."""

from __future__ import annotations

import functools
import io
import pickle
import tarfile
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy._core.multiarray import _reconstruct  # pyright: ignore[reportAttributeAccessIssue]

from hyperviz.data.fetch import Source, fetch
from hyperviz.errors import DataMissing

ARCHIVE, INSIDE = "cifar-10-python.tar.gz", "cifar-10-batches-py"
SOURCE = Source(
    name="cifar10",
    mirror="https://www.cs.toronto.edu/~kriz/",
    variable="HYPERVIZ_MIRROR_CIFAR10",
    files={ARCHIVE: "md5:c58f30108f718f92721af3b95e74349a"},
    megabytes=163,
)
BATCHES = 5  # of 10,000 training images each
SIDE, CHANNELS = 32, 3
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")  # by label
# all that a batch needs: an array. Its module was called numpy.core when the batches were written.
ALLOWED = {(m, "_reconstruct"): _reconstruct for m in ("numpy.core.multiarray", "numpy._core.multiarray")}
ALLOWED |= {("numpy", "ndarray"): np.ndarray, ("numpy", "dtype"): np.dtype}


class Pictures(NamedTuple):
    """Hold colour images, 0 to 255, and the class of each; read-only."""

    images: np.ndarray  # uint8 (N, 32, 32, 3)
    labels: np.ndarray  # uint8 (N,)


class _Unpickler(pickle.Unpickler):
    """Read arrays and nothing else: a pickle may name any function of Python."""

    def find_class(self, module: str, name: str):
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not an array")
        return ALLOWED[module, name]


@functools.cache
def train() -> Pictures:
    """Return the 50,000 training images; read-only, read once a process. DataMissing where they cannot be had."""
    return read(SOURCE, [f"data_batch_{i + 1}" for i in range(BATCHES)])


@functools.cache
def test() -> Pictures:
    """Return the 10,000 test images. DataMissing where they cannot be had."""
    return read(SOURCE, ["test_batch"])


def read(source: Source, names: Sequence[str]) -> Pictures:
    """Return the named batches of the archive, joined; nothing is unpacked to disk."""
    path = fetch(source, ARCHIVE)
    try:
        with tarfile.open(path) as archive:
            members = [archive.extractfile(f"{INSIDE}/{name}") for name in names]
            parts = [batch(member.read()) for member in members if member]
        images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError, pickle.UnpicklingError) as error:
        raise DataMissing(f"{path} must be CIFAR-10's Python archive; it is not ({error}): remove it.") from error
    for array in (images, labels):
        array.setflags(write=False)
    return Pictures(images, labels)


def batch(content: bytes) -> Pictures:
    """Return one pickled batch: rows of 3,072 bytes, the red plane first, then green, then blue."""
    found = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    planes = np.asarray(found[b"data"], np.uint8).reshape(-1, CHANNELS, SIDE, SIDE)
    return Pictures(planes.transpose(0, 2, 3, 1), np.asarray(found[b"labels"], np.uint8))
