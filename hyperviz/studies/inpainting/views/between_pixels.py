"""Predict between the pixels: learnt from every other pixel of every other row, judged on those never seen.

g answers at any coordinates. A method that answers at its own pixels alone is interpolated there, by the bilinear and
the cubic spline through its answers; so is, where f sees the whole small image, that image itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.interpolate import RectBivariateSpline

from hyperviz.studies.inpainting import baselines, kernel_options, masks, train_test_split
from hyperviz.studies.inpainting.paper_table1 import NAMES
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.theory.regression import grid_factors, grid_upsampling

FINER = 2  # pixels of the truth along one that is learnt from
ORDERS = {"bilinear": 1, "cubic": 3}
PART = 40  # images predicted between two yields


class Between(NamedTuple):
    """Hold squared errors so far, on the pixels between: of each test image, by method as it is named on screen."""

    squares: dict[str, np.ndarray]  # (T,)
    blank: bool
    finished: bool


def steps(settings: InpaintingSettings) -> Iterator[Between]:
    """Yield the errors method after method; none where f sees nothing."""
    sample, found = train_test_split.of_run(settings, settings.images), Between({}, False, False)
    y, truth = sample.y, sample.truth
    where, low = judged(settings, truth.shape[1]), _coarse(y)
    x, x_new = (_coarse(masks.masked(images, settings)) for images in (y, truth))
    if not x.any():
        yield found._replace(blank=True, finished=True)
        return
    for name, answers in _plain(settings, x, low, x_new, truth.shape[1]):
        for way, order in ORDERS.items():
            squares = _squares(interpolated(answers, order, truth.shape[1]), truth, where)
            found = found._replace(squares=found.squares | {f"{name}, {way}": squares})
        yield found
    for kernel in settings.kernels:
        guess = truth
        for answers in _answers(settings, kernel, x, low, x_new, truth.shape[1]):
            guess = answers
            yield found
        found = found._replace(squares=found.squares | {NAMES[kernel]: _squares(guess, truth, where)})
    yield found._replace(finished=True)


def judged(settings: InpaintingSettings, side: int) -> np.ndarray:
    """Return the pixels that are never learnt from, of those that f does not see; of all where it sees all."""
    between = np.ones((side, side), bool)
    between[::FINER, ::FINER] = False
    return between & masks.judged(settings, side)


def interpolated(answers: np.ndarray, order: int, side: int) -> np.ndarray:
    """Return splines of an order through images (T, c, c) or (T, c, c, C), at `side` points FINER to a pixel."""
    known, wanted = np.arange(answers.shape[1]), np.minimum(np.arange(side) / FINER, answers.shape[1] - 1)
    k, flat = min(order, len(known) - 1), answers.reshape(*answers.shape[:3], -1)
    found = np.empty((len(flat), side, side, flat.shape[3]))
    for i, channel in np.ndindex(len(flat), flat.shape[3]):
        found[i, ..., channel] = RectBivariateSpline(known, known, flat[i, ..., channel], kx=k, ky=k)(wanted, wanted)
    return found.reshape(len(flat), side, side, *answers.shape[3:])


def _plain(settings: InpaintingSettings, x, low, x_new, side: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what answers at its own pixels alone: the mean image, plain ridge, and the small image where it is seen."""
    for method in ("mean", "ridge"):
        tuning = baselines.chosen(method, settings.task, "all")
        yield NAMES[method], baselines.predict(method, x, low, x_new, tuning)
    if not _coarse(masks.hidden(settings, side)[None]).any():
        yield "the image itself", x_new


def _answers(settings: InpaintingSettings, kernel: str, x, low, x_new, side: int) -> Iterator[np.ndarray]:
    """Yield the images so far, some of them black: h(x*, z) at the pixels and between them."""
    options: dict[str, Any] = kernel_options.of_grid(settings) | {"kernel": kernel}
    options |= {"bandwidth": settings.bandwidth / FINER}  # the same length, in pixels that are FINER times as wide
    guess, found = np.zeros((len(x_new), side, side, *low.shape[3:])), None
    for factors in grid_factors.steps(x, low, ridge=settings.ridge, keep=False, **options):
        found = factors
        yield guess
    assert found is not None
    for at in range(0, len(x_new), PART):
        rows = x_new[at : at + PART].reshape(len(x_new[at : at + PART]), -1)
        fine = grid_upsampling.upsample(found, rows, factor=FINER, **options)
        guess[at : at + PART] = fine[:, :side, :side]
        yield guess


def _coarse(images: np.ndarray) -> np.ndarray:
    return images[:, ::FINER, ::FINER]


def _squares(guess: np.ndarray, truth: np.ndarray, where: np.ndarray) -> np.ndarray:
    return ((np.clip(guess, 0, 1) - truth)[:, where] ** 2).reshape(len(truth), -1).mean(axis=1)
