"""One digit, drawn by hand or picked, completed: by each kernel, and given its own pixels with its uncertainty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hyperviz.data import digits
from hyperviz.studies import drawing, factored
from hyperviz.studies.completion import grey
from hyperviz.studies.masks import hidden, masked
from hyperviz.theory import posterior, spectrum
from hyperviz.theory.spectrum import Factors

if TYPE_CHECKING:
    from hyperviz.studies.inpainting import InpaintingSettings

PICKED = "digit"  # in the place of a drawing: the first test digit shown
SAMPLES = 3


class Given(NamedTuple):
    """The NNGP's posterior given the digit's own visible pixels; pixels in [0, 1]."""

    mean: np.ndarray  # (28, 28)
    deviation: np.ndarray  # (28, 28) standard deviation
    samples: np.ndarray  # (SAMPLES, 28, 28)
    amplitude: float  # of the kernel, by marginal likelihood
    jitter: float


class Own(NamedTuple):
    """What is known so far of the one digit."""

    picture: np.ndarray  # uint8 (28, 28)
    seen: np.ndarray  # uint8, what f sees
    hidden: np.ndarray  # bool
    predicted: dict[str, np.ndarray]  # uint8, by kernel: the plain regression
    given: Given | None  # None while it is not solved, and where the NNGP is not asked for
    jitter: float
    progress: float  # of the systems that are factored
    finished: bool

    @property
    def blank(self) -> bool:
        """Whether f sees nothing: every kernel is then 0."""
        return not self.seen.any()


def readable(text: str) -> None:
    """ValueError where a setting is neither PICKED nor a drawing's text."""
    if text != PICKED:
        drawing.decode(text)


def picture(settings: InpaintingSettings) -> np.ndarray:
    """uint8 (28, 28): the drawing, or the first test digit shown."""
    if settings.drawing != PICKED:
        return drawing.decode(settings.drawing)
    return digits.test().images[settings.digits]


def steps(settings: InpaintingSettings) -> Iterator[Own]:
    """Blurred, then exact, kernel after kernel; within one step each where the systems are kept."""
    image = picture(settings)
    seen = masked(image, settings)
    own = Own(image, seen, hidden(settings), {}, None, 0.0, 0.0, False)
    kernels = settings.kernels
    for i, kernel in enumerate(kernels):
        known = factored.found(settings, kernel) is not None  # then the digit is there at once: one picture is enough
        for found in factored.steps(settings, kernel):
            predicted = own.predicted | {kernel: grey(spectrum.mean(found, _row(seen))[0])}
            progress = (i + found.solved / found.total) / len(kernels)
            own = own._replace(predicted=predicted, progress=progress, jitter=max(own.jitter, found.jitter))
            if not known and (found.solved < found.total or kernel != "nngp"):
                yield own
        if kernel == "nngp":
            for spread in spectrum.covariance(found, _row(seen)):  # pyright: ignore[reportPossiblyUnboundVariable]
                own = own._replace(given=given(settings, found, image, spread[0]))  # pyright: ignore[reportPossiblyUnboundVariable]
                if not (known and found.kept):  # pyright: ignore[reportPossiblyUnboundVariable]
                    yield own
    yield own._replace(finished=True)


def given(settings: InpaintingSettings, found: Factors, image: np.ndarray, spread: np.ndarray) -> Given:
    """The posterior of a uint8 image given what is visible of it; spread: its covariance, transformed.

    A task of representation conditions on nothing: its band is what the regression alone leaves open.
    """
    observed = ~hidden(settings) if settings.task == "inpainting" else np.zeros(image.shape, bool)
    noise = np.random.default_rng([settings.seed, 1]).standard_normal((SAMPLES, 2, image.size))
    mean = spectrum.mean(found, _row(masked(image, settings)))[0]
    amplitude = spectrum.evidence(found).amplitude if len(found.systems.x) else 0.0
    inputs = (mean, spread, image / 255.0, observed, noise)
    done = posterior.condition(*inputs, ridge=settings.ridge, amplitude=amplitude)
    return Given(done.mean, done.deviation, done.samples, amplitude, done.jitter)


def _row(image) -> np.ndarray:
    return image.reshape(1, -1) / 255.0
