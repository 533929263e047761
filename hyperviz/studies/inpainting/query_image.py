"""One image, drawn by hand or picked, completed: by each kernel, and given its own pixels with its uncertainty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common import drawing
from hyperviz.studies.inpainting import factor_cache, image_set
from hyperviz.studies.inpainting.masks import hidden, masked
from hyperviz.studies.inpainting.regression import grey
from hyperviz.studies.inpainting.settings import PICKED, InpaintingSettings
from hyperviz.theory.regression import grid_factors, grid_posterior
from hyperviz.theory.regression.grid_factors import Factors

SAMPLES = 3


class Given(NamedTuple):
    """The NNGP's posterior given the image's own visible pixels; pixels in [0, 1]."""

    mean: np.ndarray  # (g, g) or (g, g, 3)
    deviation: np.ndarray  # (g, g) standard deviation, of any channel
    samples: np.ndarray  # (SAMPLES, *shape of the mean)
    amplitude: float  # of the kernel, by marginal likelihood
    jitter: float


class Own(NamedTuple):
    """What is known so far of the one digit, or image."""

    picture: np.ndarray  # uint8 (g, g) or (g, g, 3)
    seen: np.ndarray  # uint8, what f sees
    hidden: np.ndarray  # bool (g, g)
    predicted: dict[str, np.ndarray]  # uint8, by kernel: the plain regression
    given: Given | None  # None while it is not solved, and where the NNGP is not asked for
    jitter: float
    progress: float  # of the systems that are factored
    finished: bool

    @property
    def blank(self) -> bool:
        """Whether f sees nothing: every kernel is then 0."""
        return not self.seen.any()


def picture(settings: InpaintingSettings) -> np.ndarray:
    """uint8 (g, g) or (g, g, 3): the drawing, or the first test image shown."""
    if drawn(settings):
        return drawing.decode(settings.drawing)
    return image_set.pictures(settings)[0]


def drawn(settings: InpaintingSettings) -> bool:
    """Whether the one digit is drawn by hand: a drawing is no picture of another size, or in colour."""
    return settings.drawing != PICKED and image_set.drawable(settings)


def steps(settings: InpaintingSettings) -> Iterator[Own]:
    """Blurred, then exact, kernel after kernel; within one step each where the systems are kept."""
    image = picture(settings)
    seen = masked(image, settings)
    own = Own(image, seen, hidden(settings, len(image)), {}, None, 0.0, 0.0, False)
    kernels = settings.kernels
    for i, kernel in enumerate(kernels):
        known = factor_cache.found(settings, kernel) is not None  # then one picture is enough
        for found in factor_cache.steps(settings, kernel):
            predicted = own.predicted | {kernel: grey(grid_factors.mean(found, _row(seen))[0])}
            progress = (i + found.solved / found.total) / len(kernels)
            own = own._replace(predicted=predicted, progress=progress, jitter=max(own.jitter, found.jitter))
            if not known and (found.solved < found.total or kernel != "nngp"):
                yield own
        if kernel == "nngp":
            for spread in grid_factors.covariance(found, _row(seen)):  # pyright: ignore[reportPossiblyUnboundVariable]
                own = own._replace(given=given(settings, found, image, spread[0]))  # pyright: ignore[reportPossiblyUnboundVariable]
                if not (known and found.kept):  # pyright: ignore[reportPossiblyUnboundVariable]
                    yield own
    yield own._replace(finished=True)


def given(settings: InpaintingSettings, found: Factors, image: np.ndarray, spread: np.ndarray) -> Given:
    """The posterior of a uint8 image given what is visible of it; spread: its covariance, transformed.

    A task of representation conditions on nothing: its band is what the regression alone leaves open.
    """
    side = len(image)
    observed = ~hidden(settings, side) if settings.task == "inpainting" else np.zeros((side, side), bool)
    shape = (SAMPLES, 2, side * side, *image.shape[2:])
    noise = np.random.default_rng([settings.seed, 1]).standard_normal(shape)
    mean = grid_factors.mean(found, _row(masked(image, settings)))[0]
    amplitude = grid_factors.evidence(found).amplitude if len(found.systems.x) else 0.0
    inputs = (mean, spread, image / 255.0, observed, noise)
    done = grid_posterior.condition(*inputs, ridge=settings.ridge, amplitude=amplitude)
    return Given(done.mean, done.deviation, done.samples, amplitude, done.jitter)


def _row(image) -> np.ndarray:
    return image.reshape(1, -1) / 255.0
