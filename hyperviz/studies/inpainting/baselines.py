"""Complete images without a hypernetwork: by the mean image, nearest neighbours, plain kernel ridge regression.

Each predicts every pixel from what is visible of an image; none knows where a pixel lies. A pixel learns from the
training images in which it is seen, so with random pixels each has a small system of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist

from hyperviz.data import stored
from hyperviz.studies.common.images.image_options import BASELINES

ON_HIDDEN = BASELINES[-1]  # ridge, chosen by the error of the hidden pixels alone: the table's


class Tuning(NamedTuple):
    """Hold what validation chooses of a baseline: of nearest neighbours their number, of ridge the other two."""

    neighbours: int = 0
    bandwidth: float = 0.0  # of the RBF, in units of the root mean squared distance of two training images
    ridge: float = 0.0


@lru_cache
def chosen(method: str, task: str, pixels: str) -> Tuning:
    """Return the tuning with the least error on validation digits, for all pixels ("all") or random ones."""
    if method == "mean":
        return Tuning()
    tried, score = stored.table("baselines_tried"), "mse_hidden" if method == ON_HIDDEN else "mse"
    way, kind = "all" if pixels == "all" else "20", method.split("-")[0]
    mine = tried[(tried.task == task) & (tried.pixels == way) & (tried.kernel == kind)]
    best = mine.loc[mine[score].idxmin()]  # pyright: ignore[reportAttributeAccessIssue]
    return Tuning(int(best.neighbours), float(best.bandwidth), float(best.ridge))


def predict(
    method: str, x: np.ndarray, y: np.ndarray, x_new: np.ndarray, tuning: Tuning, pixels: np.ndarray | None = None
) -> np.ndarray:
    """Return the predicted images, of y's shape but for their number.

    Args:
        method: one of BASELINES.
        x: what is visible of the N training images, in [0, 1].
        y: the training images, (N, g, g) or (N, g, g, C).
        x_new: what is visible of the images to predict.
        tuning: as `chosen` returns it.
        pixels: (N, P) flat indices of the pixels that each training image is seen at; None for all.
    """
    close = closeness(method, _flat(x), _flat(x_new), tuning)
    if pixels is None:
        return _weighted(method, *close, _flat(y), tuning).reshape(len(x_new), *y.shape[1:])
    values = y.reshape(len(y), y.shape[1] * y.shape[2], -1)
    seen = np.zeros(values.shape[:2], bool)
    np.put_along_axis(seen, pixels, True, axis=1)
    found = np.empty((len(x_new), *values.shape[1:]))
    found[:] = values[seen].mean(axis=0)  # of a pixel that no image is seen at
    for pixel in np.flatnonzero(seen.any(axis=0)):
        at = np.flatnonzero(seen[:, pixel])
        among = close[0][np.ix_(at, at)] if close[0].size else close[0]
        found[:, pixel] = _weighted(method, among, close[1][:, at], values[at, pixel], tuning)
    return found.reshape(len(x_new), *y.shape[1:])


def averaged(method: str, x, y, x_new, tuning: Tuning, draws: list[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield a prediction for each draw of the pixels; one from all pixels where there is no draw."""
    for pixels in draws or [None]:
        yield predict(method, x, y, x_new, tuning, pixels)


def closeness(method: str, x: np.ndarray, x_new: np.ndarray, tuning: Tuning) -> tuple[np.ndarray, np.ndarray]:
    """Return how close the training images are to one another, where that counts, and the new ones to them."""
    if method == "mean":
        return np.zeros((0, 0)), np.zeros((len(x_new), len(x)))
    if method == "nearest":
        return np.zeros((0, 0)), -cdist(x_new, x, "sqeuclidean")
    scale = 4 * tuning.bandwidth**2 * x.var(axis=0).sum() or 1.0  # 2 l^2 times the mean squared distance, 2 var
    return np.exp(-cdist(x, x, "sqeuclidean") / scale), np.exp(-cdist(x_new, x, "sqeuclidean") / scale)


def _weighted(method: str, among: np.ndarray, closeness: np.ndarray, y: np.ndarray, tuning: Tuning) -> np.ndarray:
    """Return what a method makes of the values y of its training images, a row each."""
    mean = y.mean(axis=0)
    if method == "mean":
        return np.broadcast_to(mean, (len(closeness), *mean.shape))
    if method == "nearest":
        if tuning.neighbours >= len(y):
            return np.broadcast_to(mean, (len(closeness), *mean.shape))
        near = np.argpartition(-closeness, tuning.neighbours - 1, axis=1)[:, : tuning.neighbours]
        return y[near].mean(axis=1)
    factor = cho_factor(among + tuning.ridge * np.eye(len(y)), overwrite_a=True, check_finite=False)
    return mean + closeness @ cho_solve(factor, y - mean, check_finite=False)


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)
