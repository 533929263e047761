"""Follow the infinitely wide hypernetwork while it trains: its pictures and its test error at every time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.inpainting import image_set, kernel_options, train_test_split
from hyperviz.studies.inpainting.masks import judged, masked
from hyperviz.studies.inpainting.query_image import is_drawn, query_image
from hyperviz.studies.inpainting.regression import grey
from hyperviz.studies.inpainting.settings import EXPONENTS, PLAYED, InpaintingSettings
from hyperviz.theory.regression import grid_flow, grid_geometry

TIMES = (0.0, *(10.0 ** np.array(EXPONENTS)), np.inf)
TESTED, MOST = (
    60,
    500,
)  # test images; images learnt from, whose eigenvalues take 10 s: fewer where there are more systems
SYSTEMS = 120  # of 28 x 28


class GradientFlow(NamedTuple):
    """Hold the gradient flow of the hyperkernel from h = 0, its mean over initialisations."""

    truth: np.ndarray  # uint8 (SHOWN, g, g) or (SHOWN, g, g, 3): the own digit, then test images
    seen: np.ndarray
    frames: np.ndarray  # uint8 (T, *shape of the truth)
    squares: np.ndarray  # (T, TESTED) mean squared error of test images on the judged pixels, clipped to [0, 1]
    slowest: float  # time scale of what is learnt last
    images: int  # learnt from
    now: int  # the place in TIMES that is shown
    progress: float
    finished: bool


def kernel(settings: InpaintingSettings) -> str:
    """Return the kernel of the flow: the hyperkernel, or the authors' variant where that is asked for."""
    return "hk-released" if settings.kernel == "hk-released" else "hk"


def steps(settings: InpaintingSettings) -> Iterator[GradientFlow]:
    """Yield the pictures at one time, sharper while systems are solved; then of every time, unless one was chosen."""
    sample = train_test_split.of_run(settings, image_count(settings))
    others = image_set.pictures(settings)
    truth = np.concatenate([query_image(settings).picture[None], others[:-1] if is_drawn(settings) else others[1:]])
    tested = sample.truth[: image_set.scaled_count(settings, TESTED, 12)]
    x_new = masked(np.concatenate([truth / 255.0, tested]), settings)
    flows = grid_flow.steps(
        masked(sample.y, settings), sample.y, x_new, TIMES, kernel=kernel(settings), **kernel_options.of_grid(settings)
    )
    seen, training, chosen = masked(truth, settings), None, _time_index(settings.time)
    for found in flows:
        squares = _squares(found.frames[:, len(truth) :], tested, settings)
        pictures = grey(found.frames[:, : len(truth)])
        rest = (found.slowest, len(sample.y), chosen, found.solved / found.total, False)
        training = GradientFlow(truth, seen, pictures, squares, *rest)
        yield training
    assert training is not None
    for now in range(len(TIMES)) if settings.time == PLAYED else (chosen,):
        yield training._replace(now=now, finished=now == chosen)


def image_count(settings: InpaintingSettings, limit: int = MOST) -> int:
    """Return how many images are learnt from: as chosen, or as many as take no longer than `limit` digits."""
    systems = len(grid_geometry.classes(image_set.shape(settings)[0]))
    return min(settings.images, int(limit * min(1.0, SYSTEMS / systems) ** (1 / 3)))


def _time_index(time: float | str) -> int:
    """Return the place of the nearest of TIMES; of the last, infinity, where time is played to its end."""
    if isinstance(time, str):
        return len(TIMES) - 1
    return 1 + int(np.argmin(np.abs(EXPONENTS - np.log10(time))))


def _squares(frames: np.ndarray, truth: np.ndarray, settings: InpaintingSettings) -> np.ndarray:
    squares = ((np.clip(frames, 0, 1) - truth) ** 2)[:, :, judged(settings, truth.shape[1])]
    return squares.mean(axis=tuple(range(2, squares.ndim)))
