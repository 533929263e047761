"""The one digit between its pixels, and what the torus makes of the border."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hyperviz.data import digits
from hyperviz.studies import factored, samples
from hyperviz.studies.completion import FINER, SHOWN, grey
from hyperviz.studies.masks import masked
from hyperviz.studies.own import picture
from hyperviz.theory import finer, grid, scattered
from hyperviz.theory.activations import activation

if TYPE_CHECKING:
    from hyperviz.studies.inpainting import InpaintingSettings

FEW = 3  # training images of the dense system: 2,352 points


class Finer(NamedTuple):
    """Pictures of the one digit at FINER times the resolution, by kernel: uint8 (112, 112)."""

    predicted: dict[str, np.ndarray]
    finished: bool


class Border(NamedTuple):
    """The same regression of FEW images on the torus and on an open grid, pixels in [0, 1]."""

    torus: np.ndarray  # (SHOWN, 28, 28)
    open: np.ndarray | None  # (SHOWN, 28, 28); None while its dense system is solved
    images: int
    finished: bool


def sharpened(settings: InpaintingSettings) -> Iterator[Finer]:
    """Kernel after kernel; nothing while the systems are factored, which the digit itself shows."""
    row, shown = masked(picture(settings), settings).reshape(1, -1) / 255.0, {}
    for kernel in settings.kernels:
        for found in factored.steps(settings, kernel):
            if found.solved == found.total:
                options = factored.architecture(settings) | {"finer": FINER, "kernel": kernel}
                shown = shown | {kernel: grey(finer.between(found, row, **options)[0])}
            yield Finer(shown, kernel == settings.kernels[-1] and found.solved == found.total)


def bordered(settings: InpaintingSettings) -> Iterator[Border]:
    """The torus at once, then the dense system of the open grid."""
    y = samples.sample(settings.seed, 0, min(settings.images, FEW)).y
    truth = digits.test().images[settings.digits : settings.digits + SHOWN] / 255.0
    x, x_new, options = masked(y, settings), masked(truth, settings), factored.architecture(settings)
    options |= {"ridge": settings.ridge, "kernel": settings.kernels[0]}
    torus = grid.complete(x, y, x_new, **options).prediction
    yield Border(torus, None, len(y), False)
    slopes = tuple(activation(options.pop(f"activation_{network}")).alpha for network in "fg")
    every = np.tile(np.arange(y[0].size), (len(y), 1))
    for step in scattered.steps(x, y, every, x_new, slopes=slopes, **options):  # pyright: ignore[reportArgumentType]
        yield Border(torus, step.prediction, len(y), step.prediction is not None)
