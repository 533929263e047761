"""Complete the query image, drawn by hand or the first test image, by each kernel; with the NNGP's posterior."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common.images import drawing
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.inpainting import baselines, factor_cache, image_set, train_test_split
from hyperviz.studies.inpainting.masks import hidden, masked
from hyperviz.studies.inpainting.regression import grey
from hyperviz.studies.inpainting.settings import TEST_IMAGE, InpaintingSettings
from hyperviz.theory.regression import grid_factors, grid_posterior
from hyperviz.theory.regression.grid_factors import GridFactors

SAMPLES = 3


class QueryImage(NamedTuple):
    """Hold the image that is asked about, and what f sees of it."""

    picture: np.ndarray  # uint8 (g, g) or (g, g, 3)
    seen: np.ndarray  # uint8, what f sees
    hidden: np.ndarray  # bool (g, g)


class Posterior(NamedTuple):
    """Hold the NNGP conditioned on the training images and on the image's visible pixels; pixels in [0, 1]."""

    mean: np.ndarray  # (g, g) or (g, g, 3)
    deviation: np.ndarray  # (g, g) standard deviation, of any channel
    samples: np.ndarray  # (SAMPLES, *shape of the mean)
    amplitude: float  # of the kernel, by marginal likelihood
    jitter: float


class QueryResult(NamedTuple):
    """Hold what is known so far of the query image."""

    picture: np.ndarray  # these three: of the QueryImage
    seen: np.ndarray
    hidden: np.ndarray
    predicted: dict[str, np.ndarray]  # uint8, by kernel: the plain regression
    posterior: Posterior | None  # None while it is not solved, and where the NNGP is not asked for
    jitter: float
    progress: float  # of the systems that are factored
    finished: bool

    @property
    def blank(self) -> bool:
        """Return whether f sees nothing: every kernel is then 0."""
        return not self.seen.any()


def query_image(settings: InpaintingSettings) -> QueryImage:
    """Return the query image of these settings, masked: made once, looked up by whoever asks again."""
    return _query_image(settings, image_set.data(settings).stamp)


@lru_cache(maxsize=16)
def _query_image(settings: InpaintingSettings, stamp: str) -> QueryImage:
    picture = drawing.decode(settings.drawing) if is_drawn(settings) else image_set.pictures(settings)[0]
    return QueryImage(picture, masked(picture, settings), hidden(settings, len(picture)))


def is_drawn(settings: InpaintingSettings) -> bool:
    """Return whether the query image is drawn by hand: a drawing is no picture of another size, or in colour."""
    return settings.drawing != TEST_IMAGE and image_set.drawable(settings)


def steps(settings: InpaintingSettings) -> Iterator[QueryResult]:
    """Yield blurred, then exact completions, kernel after kernel; within one step each where the systems are kept."""
    query = query_image(settings)
    result = QueryResult(*query, {}, None, 0.0, 0.0, False)
    kernels = settings.kernels
    for i, kernel in enumerate(kernels):
        known = factor_cache.lookup(settings, kernel) is not None  # then one picture is enough
        for factors in factor_cache.steps(settings, kernel):
            predicted = result.predicted | {kernel: grey(grid_factors.posterior_mean(factors, _row(query.seen))[0])}
            progress = (i + factors.solved / factors.total) / len(kernels)
            result = result._replace(predicted=predicted, progress=progress, jitter=max(result.jitter, factors.jitter))
            if not known and (factors.solved < factors.total or kernel != "nngp"):
                yield result
        if kernel == "nngp":
            for covariance in grid_factors.covariance(factors, _row(query.seen)):  # pyright: ignore[reportPossiblyUnboundVariable]
                found = posterior(settings, factors, query.picture, covariance[0])  # pyright: ignore[reportPossiblyUnboundVariable]
                result = result._replace(posterior=found)
                if not (known and factors.kept):  # pyright: ignore[reportPossiblyUnboundVariable]
                    yield result
    if not kernels:
        result = result._replace(predicted=_without_kernel(settings, query.seen), progress=1.0)
    yield result._replace(finished=True)


def _without_kernel(settings: InpaintingSettings, seen: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the methods without a hypernetwork predict, learnt from all pixels as the kernels' completion is."""
    y, found = train_test_split.of_run(settings, settings.images).y, {}
    for method in settings.references:
        tuning = baselines.chosen(method, settings.task, "all")
        found[method] = grey(baselines.predict(method, masked(y, settings), y, seen[None] / 255.0, tuning)[0])
    return found


def posterior(
    settings: InpaintingSettings, factors: GridFactors, image: np.ndarray, covariance: np.ndarray
) -> Posterior:
    """Return the posterior of a uint8 image given its visible pixels; covariance: its Fourier transform, of the prior.

    A task of representation conditions on no pixel: its band is what the regression alone leaves open.
    """
    side = len(image)
    observed = ~hidden(settings, side) if settings.task == "inpainting" else np.zeros((side, side), bool)
    shape = (SAMPLES, 2, side * side, *image.shape[2:])
    noise = random_generator(settings.seed, Stream.INPAINTING_POSTERIOR).standard_normal(shape)
    mean = grid_factors.posterior_mean(factors, _row(masked(image, settings)))[0]
    amplitude = grid_factors.evidence(factors).amplitude if len(factors.systems.x) else 0.0
    inputs = (mean, covariance, image / 255.0, observed, noise)
    done = grid_posterior.condition(*inputs, ridge=settings.ridge, amplitude=amplitude)
    return Posterior(done.mean, done.deviation, done.samples, amplitude, done.jitter)


def _row(image: np.ndarray) -> np.ndarray:
    return image.reshape(1, -1) / 255.0
