"""Compare predicted with actual error on test images: is the posterior's uncertainty right?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from hyperviz.studies.inpainting import baselines, factor_cache, image_set, train_test_split
from hyperviz.studies.inpainting.masks import judged, masked, over
from hyperviz.studies.inpainting.query_image import posterior
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views import gaussian_rivals
from hyperviz.theory.regression import grid_factors

JUDGED, PART = 60, 3  # test images, and those judged between two yields: of 32 x 32, fewer of larger ones
BINS = 10
WITHIN = 2  # standard deviations
NORMAL = 0.9545  # how often a Gaussian stays within them


class Prediction(NamedTuple):
    """Hold what a Gaussian prediction said of the judged pixels, and by how much it was wrong."""

    predicted: np.ndarray  # (D, P) standard deviation
    wrong: np.ndarray  # (D, P) mean minus truth


class Calibration(NamedTuple):
    """Hold what is seen at the judged pixels, hidden or all: D test images, P values each, one a channel of a pixel."""

    predicted: np.ndarray  # (D, P) standard deviation of a pixel's value, the noise of variance s^2 eps included
    wrong: np.ndarray  # (D, P) posterior mean minus truth
    plain: np.ndarray  # (D, P) the plain regression minus truth
    finished: bool
    rivals: Mapping[str, Prediction] = MappingProxyType({})  # plain ridge and the mean image on the same pixels


class Bin(NamedTuple):
    """Hold pixels of like predicted deviation."""

    predicted: float  # root mean square
    actual: float  # root mean square error
    low: float  # of the actual one, - 2 standard errors over images
    high: float


def steps(settings: InpaintingSettings) -> Iterator[Calibration | None]:
    """Yield the calibration over ever more images; None while the systems are factored."""
    found = None
    for found in factor_cache.steps(settings, "nngp"):
        if found.solved < found.total:
            yield None
    assert found is not None
    sample = train_test_split.of_run(settings, settings.images)
    truth = sample.truth[: image_set.scaled_count(settings, JUDGED, 12)]
    seen, parts = masked(truth, settings).reshape(len(truth), -1), []
    spread = np.empty(0)
    for so_far in grid_factors.covariance(found, seen):
        spread = so_far
        yield None
    plain = grid_factors.posterior_mean(found, seen) - truth
    rivals = _rivals(settings, sample.y, truth)
    yield None
    where, every = judged(settings, truth.shape[1]), image_set.scaled_count(settings, PART, 1)
    for i in range(len(truth)):
        one = posterior(settings, found, np.round(truth[i] * 255).astype(np.uint8), spread[i])
        deviation = np.hypot(one.deviation, one.amplitude * settings.ridge**0.5)
        wrong = one.mean - truth[i]
        deviation = np.broadcast_to(over(deviation, wrong), wrong.shape)
        parts.append([picture[where].ravel() for picture in (deviation, wrong, plain[i])])
        if (i + 1) % every == 0 or i + 1 == len(truth):
            stacked = (np.array(part) for part in zip(*parts, strict=True))
            beside = {name: Prediction(*(a[: i + 1] for a in one)) for name, one in rivals.items()}
            yield Calibration(*stacked, finished=i + 1 == len(truth), rivals=beside)


def _rivals(settings: InpaintingSettings, y: np.ndarray, truth: np.ndarray) -> dict[str, Prediction]:
    """Return what plain ridge and the mean image predict of the judged pixels of the test images."""
    where = judged(settings, truth.shape[1])
    values, wanted = (images[:, where].reshape(len(images), -1) for images in (y, truth))
    x, x_new = (masked(images, settings).reshape(len(images), -1) for images in (y, truth))
    method = baselines.ON_HIDDEN if settings.task == "inpainting" else "ridge"
    tuning = baselines.chosen(method, settings.task, "all")
    found = {
        "ridge": gaussian_rivals.ridge(x, values, x_new, tuning),
        "mean": gaussian_rivals.mean_image(values, len(truth)),
    }
    return {
        name: Prediction(np.broadcast_to(one.deviation, wanted.shape), one.mean - wanted) for name, one in found.items()
    }


def log_likelihood(found: Calibration | Prediction) -> np.ndarray:
    """Return the log density of each image's judged pixels under the prediction, nats a value, (D,).

    log N(y; mean, s^2) = -log(2 pi s^2) / 2 - (y - mean)^2 / (2 s^2), the pixels one by one.
    """
    variance = found.predicted**2
    return -(np.log(2 * np.pi * variance) + found.wrong**2 / variance).mean(axis=1) / 2


def bins(found: Calibration | Prediction) -> list[Bin]:
    """Return bins of equally many pixels, from the surest to the least sure; the error bar is over images."""
    edges = np.quantile(found.predicted, np.linspace(0, 1, BINS + 1))
    which = np.clip(np.searchsorted(edges, found.predicted, side="right") - 1, 0, BINS - 1)
    return [_bin(found, which == i) for i in range(BINS) if (which == i).any()]


def _bin(found: Calibration | Prediction, inside: np.ndarray) -> Bin:
    squares, count = (found.wrong**2 * inside).sum(axis=1), inside.sum(axis=1)
    mean = squares.sum() / count.sum()
    error = np.sqrt(((squares - mean * count) ** 2).sum()) / count.sum()  # of a ratio of sums over images
    predicted = np.sqrt((found.predicted**2 * inside).sum() / count.sum())
    band = np.sqrt(np.maximum([mean - 2 * error, mean + 2 * error], 0))
    return Bin(float(predicted), float(np.sqrt(mean)), *map(float, band))


def certain(found: Calibration) -> bool:
    """Return whether the posterior claims no error at all, as where f sees nothing: there is nothing to judge then."""
    return not (found.predicted**2).any()


def inflation(found: Calibration | Prediction) -> tuple[float, float]:
    """Return the root mean square error over the root mean predicted variance, with its standard error: 1 is right."""
    errors, variances = (found.wrong**2).mean(axis=1), (found.predicted**2).mean(axis=1)
    ratio = errors.sum() / max(variances.sum(), np.finfo(float).tiny)
    error = np.sqrt(((errors - ratio * variances) ** 2).sum()) / max(variances.sum(), np.finfo(float).tiny)
    return float(np.sqrt(ratio)), float(error / (2 * np.sqrt(ratio))) if ratio > 0 else 0.0


def coverage(found: Calibration | Prediction) -> tuple[float, float]:
    """Return how often the truth lies within WITHIN predicted deviations, with its standard error over images."""
    share = (np.abs(found.wrong) <= WITHIN * found.predicted).mean(axis=1)
    return float(share.mean()), float(share.std(ddof=1) / len(share) ** 0.5)
