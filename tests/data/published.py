"""Small files in the format of full MNIST and CIFAR-10, and what stands for the published ones."""

import gzip
import io
import pickle
import struct
import tarfile

import numpy as np

from hyperviz.data import cifar10, datasets, mnist
from tests.data.server import md5

RNG = np.random.default_rng(0)


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


def batch(rows: int) -> tuple[np.ndarray, list[int], bytes]:
    """Pickled with the module names of the time when CIFAR-10 was written."""
    data, labels = RNG.integers(0, 256, (rows, 3072), np.uint8), RNG.integers(0, 10, rows).tolist()
    content = pickle.dumps({b"data": data, b"labels": labels}, protocol=2 + 1)
    return data, labels, content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


DIGITS = {
    name: RNG.integers(0, 10 if "labels" in name else 256, shape, np.uint8)
    for name, shape in (("train", (30, 28, 28)), ("train-labels", 30), ("t10k", (12, 28, 28)), ("t10k-labels", 12))
}
PLANES = {name: batch(4) for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")}
FILES = {
    "train-images-idx3-ubyte.gz": idx(DIGITS["train"]),
    "train-labels-idx1-ubyte.gz": idx(DIGITS["train-labels"]),
    "t10k-images-idx3-ubyte.gz": idx(DIGITS["t10k"]),
    "t10k-labels-idx1-ubyte.gz": idx(DIGITS["t10k-labels"]),
    cifar10.ARCHIVE: tar({name: content for name, (*_, content) in PLANES.items()}),
}
ONE = "t10k-labels-idx1-ubyte.gz"
CACHES = (mnist.train, mnist.test, cifar10.train, cifar10.test, datasets._published, datasets._own)


def source(served, fault, of=mnist.SOURCE):
    return of._replace(mirror=f"{served[0]}/{fault}", files={name: md5(FILES[name]) for name in of.files})


def mirrored(monkeypatch, address):
    """The small files take the place of the published ones."""
    monkeypatch.setenv("HYPERVIZ_MIRROR_MNIST", f"{address}/good")
    monkeypatch.setenv("HYPERVIZ_MIRROR_CIFAR10", f"{address}/good")
    for module in (mnist, cifar10):
        for name in module.SOURCE.files:
            monkeypatch.setitem(module.SOURCE.files, name, md5(FILES[name]))
