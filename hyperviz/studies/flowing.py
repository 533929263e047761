"""The infinitely wide hypernetwork while it trains: its pictures and its test error at every time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hyperviz.data import digits
from hyperviz.studies import samples
from hyperviz.studies.completion import SHOWN, grey
from hyperviz.studies.factored import architecture
from hyperviz.studies.masks import hidden, masked
from hyperviz.studies.own import picture
from hyperviz.theory import flow

if TYPE_CHECKING:
    from hyperviz.studies.inpainting import InpaintingSettings

EXPONENTS = np.arange(-28, 9) / 4
TIMES = (0.0, *(10.0**EXPONENTS), np.inf)
TESTED, MOST = 60, 500  # test digits; images, whose eigenvalues take 10 s
PLAYED, ENDLESS = "play", "infinity"  # in the place of a time


class Training(NamedTuple):
    """Gradient flow of the hyperkernel from h = 0, its mean over initialisations."""

    truth: np.ndarray  # uint8 (1 + SHOWN - 1, 28, 28): the own digit, then test digits
    seen: np.ndarray
    frames: np.ndarray  # uint8 (T, SHOWN, 28, 28)
    squares: np.ndarray  # (T, TESTED) mean squared error of test digits on the judged pixels, clipped to [0, 1]
    slowest: float  # time scale of what is learnt last
    images: int  # learnt from
    now: int  # the place in TIMES that is shown
    progress: float
    finished: bool


def kernel(settings: InpaintingSettings) -> str:
    """Gradient flow is the hyperkernel's; the authors' variant where that is asked for."""
    return "hk-released" if settings.kernel == "hk-released" else "hk"


def steps(settings: InpaintingSettings) -> Iterator[Training]:
    """The pictures at one time sharpen while systems are solved; then time runs, unless one was chosen."""
    sample = samples.sample(settings.seed, 0, min(settings.images, MOST))
    others = digits.test().images[settings.digits : settings.digits + SHOWN]
    truth = np.concatenate([picture(settings)[None], others[: SHOWN - 1] if settings.drawn else others[1:]])
    x_new = masked(np.concatenate([truth / 255.0, sample.truth[:TESTED]]), settings)
    flows = flow.steps(
        masked(sample.y, settings), sample.y, x_new, TIMES, kernel=kernel(settings), **architecture(settings)
    )
    seen, training, chosen = masked(truth, settings), None, place(settings.time)
    for found in flows:
        squares = _squares(found.frames[:, SHOWN:], sample.truth[:TESTED], settings)
        pictures = grey(found.frames[:, :SHOWN])
        rest = (found.slowest, len(sample.y), chosen, found.solved / found.total, False)
        training = Training(truth, seen, pictures, squares, *rest)
        yield training
    assert training is not None
    for now in range(len(TIMES)) if settings.time == PLAYED else (chosen,):
        yield training._replace(now=now, finished=now == chosen)


def place(time: float | str) -> int:
    """The nearest of TIMES; the last, infinity, where time is played to its end."""
    if isinstance(time, str):
        return len(TIMES) - 1
    return 1 + int(np.argmin(np.abs(EXPONENTS - np.log10(time))))


def _squares(frames, truth, settings) -> np.ndarray:
    judged = hidden(settings) if hidden(settings).any() else np.ones(truth.shape[1:], bool)
    return ((np.clip(frames, 0, 1) - truth) ** 2)[..., judged].mean(axis=-1)
