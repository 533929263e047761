"""Show the one digit between its pixels, and what the torus makes of the border."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.inpainting import factor_cache, image_set, kernel_options, train_test_split
from hyperviz.studies.inpainting.masks import masked
from hyperviz.studies.inpainting.query_image import query_image
from hyperviz.studies.inpainting.regression import FINER, grey
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.theory.regression import grid, grid_upsampling, random_pixels

POINTS = 2400  # of the dense system: 3 training images of 28 x 28; one, where even that has more


class Upsampling(NamedTuple):
    """Hold pictures of the one digit at FINER times the resolution, by kernel: uint8."""

    predicted: dict[str, np.ndarray]
    finished: bool


class BoundaryComparison(NamedTuple):
    """Hold the same regression of few images on the torus and on an open grid, pixels in [0, 1]."""

    torus: np.ndarray  # (SHOWN, g, g) or (SHOWN, g, g, 3)
    open: np.ndarray | None  # the same; None while its dense system is solved
    truth: np.ndarray  # (SHOWN, g, g) or (SHOWN, g, g, 3)
    images: int
    black: bool  # whether the data set's borders are
    finished: bool

    def errors(self) -> dict[str, np.ndarray]:
        """Return the mean squared error of each image shown, (SHOWN,), by grid."""
        grids = {"torus": self.torus, "open grid": self.open}
        axes = tuple(range(1, self.truth.ndim))
        return {n: ((np.clip(v, 0, 1) - self.truth) ** 2).mean(axes) for n, v in grids.items() if v is not None}


def upsampling_steps(settings: InpaintingSettings) -> Iterator[Upsampling]:
    """Yield kernel after kernel; no picture while the systems are factored, which the query image shows."""
    row, shown = query_image(settings).seen.reshape(1, -1) / 255.0, {}
    for kernel in settings.kernels:
        for found in factor_cache.steps(settings, kernel):
            if found.solved == found.total:
                options = kernel_options.of_grid(settings) | {"factor": FINER, "kernel": kernel}
                shown = shown | {kernel: grey(grid_upsampling.upsample(found, row, **options)[0])}
            yield Upsampling(shown, kernel == settings.kernels[-1] and found.solved == found.total)


def boundary_steps(settings: InpaintingSettings) -> Iterator[BoundaryComparison]:
    """Yield the torus at once, then the dense system of the open grid."""
    size = image_set.shape(settings)[0] ** 2
    y = train_test_split.of_run(settings, min(settings.images, max(1, POINTS // size))).y
    truth = image_set.pictures(settings) / 255.0
    x, x_new, kernel = masked(y, settings), masked(truth, settings), settings.kernels[0]
    options = kernel_options.of_grid(settings) | {"ridge": settings.ridge, "kernel": kernel}
    torus, black = grid.complete(x, y, x_new, **options).prediction, image_set.data(settings).bordered
    yield BoundaryComparison(torus, None, truth, len(y), black, False)
    every = np.tile(np.arange(size), (len(y), 1))
    options = kernel_options.of_random_pixels(settings)
    for step in random_pixels.steps(x, y, every, x_new, kernel=kernel, **options):
        yield BoundaryComparison(torus, step.prediction, truth, len(y), black, step.prediction is not None)
