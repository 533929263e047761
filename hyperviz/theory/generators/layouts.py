"""Hold four ways in which f writes g: which part of f writes which weights, and how many weights f's last layer has.

    dense      f(x) is all n_L weights of g: the paper's hypernetwork
    rows       each layer of g is cut into C blocks of rows; f(x, c_k) writes block k, c_k an embedding of its own
    columns    each layer is cut into C blocks of columns: a chunk writes a piece of every row
    low-rank   an inner layer is U V^T / sqrt(r): f writes U and V, of r columns each

A layer of g has one head, rows of f's last layer that all its chunks share (Ha, Dai & Le 2016; von Oswald et al. 2020,
whose chunks share one head for all layers). With `rows` the last layer, a single row, has one chunk; with `columns` the
first layer, which has few inputs; at low rank both are written whole, their rank is small anyway.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

KINDS = ("dense", "rows", "columns", "low-rank")
CHUNKED = ("rows", "columns")
COORDINATES = 16  # of an embedding


class Generator(NamedTuple):
    """Hold one of KINDS, with C and r where it has them."""

    kind: str = "dense"
    chunks: int = 1  # C, in each layer of g that is cut
    rank: int = 1  # r

    def written_by(self, depth_g: int) -> list[range]:
        """Return for each layer of g the numbers of the embeddings whose chunks it is made of."""
        if self.kind not in CHUNKED:
            return [range(1)] * depth_g
        whole = depth_g - 1 if self.kind == "rows" else 0  # the layer that has one chunk
        ends = np.cumsum([1 if layer == whole else self.chunks for layer in range(depth_g)])
        return [range(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]

    def chunk_sizes(self, width: int) -> np.ndarray:
        """Return how many of a layer's rows, or columns, each chunk writes: the last is trimmed, or empty."""
        size = -(-width // self.chunks)
        return np.clip(width - size * np.arange(self.chunks), 0, size)


def embeddings(rng: np.random.Generator, generator: Generator, depth_g: int) -> np.ndarray:
    """Return a random unit vector for each chunk, (E, COORDINATES); none for a generator without chunks, (1, 0)."""
    if generator.kind not in CHUNKED:
        return np.zeros((1, 0))
    c = rng.standard_normal((generator.written_by(depth_g)[-1].stop, COORDINATES))
    return c / np.linalg.norm(c, axis=1, keepdims=True)


def seen_by_f(x: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Return (E, K, d): what f sees of x, (K, n_0), with each embedding, scaled to S^0 = (x.x'/n_0 + c.c') / 2."""
    unit = np.asarray(x, float) / np.sqrt(np.shape(x)[1])
    if not c.shape[1]:
        return unit[None]
    shape = (len(c), len(unit))
    both = np.broadcast_to(unit, (*shape, unit.shape[1])), np.broadcast_to(c[:, None], (*shape, c.shape[1]))
    return np.concatenate(both, axis=-1) / np.sqrt(2)


def head_weights(generator: Generator, *, width_f: int, depth_g: int, width_g: int, input_g: int) -> int:
    """Return how many weights f's last layer has, the embeddings' numbers counted too.

    dense n n_L;   C chunks about n n_L / C;   low-rank 2 m r in the place of m^2 for each inner layer
    """
    widths = [input_g, *[width_g] * (depth_g - 1), 1]
    written = 0
    for layer, by in enumerate(generator.written_by(depth_g)):
        columns, rows = widths[layer], widths[layer + 1]
        if generator.kind == "low-rank" and 0 < layer < depth_g - 1:
            written += generator.rank * (rows + columns)
        elif len(by) == 1:
            written += rows * columns
        elif generator.kind == "rows":
            written += int(generator.chunk_sizes(rows)[0]) * columns
        else:
            written += rows * int(generator.chunk_sizes(columns)[0])
    return width_f * written + _numbers(generator, depth_g)


def _numbers(generator: Generator, depth_g: int) -> int:
    """Return how many numbers the embeddings have."""
    return generator.written_by(depth_g)[-1].stop * COORDINATES if generator.kind in CHUNKED else 0
