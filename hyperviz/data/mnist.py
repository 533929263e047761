"""Read the full MNIST on request: 60,000 training digits and 10,000 test digits, 11 MB to download once."""

from __future__ import annotations

import functools
import gzip

import numpy as np

from hyperviz.data.digits import Digits
from hyperviz.data.fetch import Source, fetch
from hyperviz.errors import DataMissing

SOURCE = Source(
    name="mnist",
    mirror="https://ossci-datasets.s3.amazonaws.com/mnist/",
    variable="HYPERVIZ_MIRROR_MNIST",
    files={
        "train-images-idx3-ubyte.gz": "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "md5:d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "md5:9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "md5:ec29112dd5afa0611ce80d1b7f02629c",
    },
    megabytes=11,
)
UNSIGNED_BYTE = 8  # the type code of an idx file's magic number


@functools.cache
def train() -> Digits:
    """Return the 60,000 training digits; read-only, read once a process. DataMissing where they cannot be had."""
    return read(SOURCE, "train")


@functools.cache
def test() -> Digits:
    """Return the 10,000 test digits. DataMissing where they cannot be had."""
    return read(SOURCE, "t10k")


def read(source: Source, part: str) -> Digits:
    """Return the images and labels of a part, "train" or "t10k", fetched if need be."""
    names = f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz"
    images, labels = (idx(gzip.decompress(fetch(source, name).read_bytes()), name) for name in names)
    return Digits(images, labels)


def idx(content: bytes, name: str) -> np.ndarray:
    """Return the array of an idx file: 0, 0, type, rank, then big-endian sizes, then the bytes; read-only.

    Example:
        >>> idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]), "three.gz").tolist()
        [7, 8, 9]
    """
    rank = content[3] if len(content) > 3 and content[:3] == bytes([0, 0, UNSIGNED_BYTE]) else 0
    shape = np.frombuffer(content, ">u4", rank, 4) if rank and len(content) >= 4 + 4 * rank else np.zeros(0, int)
    start = 4 + 4 * rank
    if not rank or len(shape) != rank or len(content) != start + np.prod(shape, dtype=int):
        raise DataMissing(f"{name} must be an idx file of unsigned bytes; its header or length is wrong: remove it.")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
