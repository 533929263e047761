"""Solve one system of the inpainting study in short steps: its images drawn, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common.images.drawing import SIZE
from hyperviz.studies.common.images.image_options import REFERENCES
from hyperviz.studies.inpainting import baselines, factor_cache, image_set, kernel_options, train_test_split
from hyperviz.studies.inpainting.masks import cache_key, hidden, masked
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.train_test_split import PIXEL_DRAWS
from hyperviz.theory.regression import grid, grid_factors, grid_upsampling, random_pixels

FINER = 4  # points a pixel's side of the picture between the pixels
PART = 26  # images of 32 x 32 predicted between two yields, about 0.05 s


class Outcome(NamedTuple):
    """Hold one solved system: what is kept of it."""

    squares: np.ndarray  # (T, 2) mean squared error of each test image, on all and on hidden pixels
    shown: np.ndarray  # (SHOWN, g, g) or (SHOWN, g, g, 3) uint8
    jitter: float
    expansion_error: float


class _Task(NamedTuple):
    """Hold images of one run, in [0, 1]."""

    y: np.ndarray  # training
    truth: np.ndarray  # test images, then the shown ones
    tested: int  # how many of them are test images
    run: int
    rng: np.random.Generator


def warm() -> None:
    """Compile what the study needs, once: afterwards no setting compiles anything."""
    x, y, settings = np.ones((1, SIZE**2)), np.ones((1, SIZE, SIZE)), {"depth_f": 1, "depth_g": 1, "bandwidth": 1.0}
    solved = grid_factors.all_solved(grid_factors.steps(x, y, ridge=1.0, **settings))
    grid_upsampling.upsample(solved, x, factor=FINER, **settings)
    half = np.ones((1, SIZE // 2, SIZE // 2))  # what the view of rivals learns from
    grid_factors.all_solved(grid_factors.steps(half, half, ridge=1.0, **settings))
    for _ in random_pixels.steps(x, y, np.zeros((1, 1), int), x, ridge=1.0, **settings):
        pass


@lru_cache(maxsize=128)
def _kept(*_settings) -> dict[tuple, Outcome]:
    """Return where the outcomes of these settings are kept, by (run, images, kernel, first image shown): 10 kB each."""
    return {}


def solve(
    settings: InpaintingSettings, run: int, size: int, kernel: str
) -> Iterator[tuple[np.ndarray | None, float, Outcome | None]]:
    """Yield (gallery, progress, outcome): what can be shown so far of one system, and at its end what is kept."""
    kept, key = _cache_entry(settings, run, size, kernel)
    if key not in kept:
        task, last = _draw(settings, run, size), None
        solver = _on_grid if settings.pixels == "all" else _on_pixels
        solver = _without if kernel in REFERENCES else solver
        for last in solver(settings, task, kernel):
            yield None if last[0] is None else grey(last[0][task.tested :]), last[1], None
        assert last is not None
        kept[key] = _outcome(settings, task, *last)
    yield kept[key].shown, 1.0, kept[key]


def lookup(settings: InpaintingSettings, run: int, size: int, kernel: str) -> Outcome | None:
    """Return what is kept of one system, or None; nothing is computed."""
    kept, key = _cache_entry(settings, run, size, kernel)
    return kept.get(key)


def _cache_entry(s: InpaintingSettings, run: int, size: int, kernel: str) -> tuple[dict[tuple, Outcome], tuple]:
    """Return where the outcome of one system is kept, and under which key."""
    kernel_settings = kernel_options.of_grid(s).values()
    kept = _kept(*cache_key(s), str(s.pixels), *kernel_settings, s.ridge, s.seed)
    return kept, (run, size, kernel, s.digits if (run, size) == (0, s.images) else None)  # no other is shown


def _draw(settings: InpaintingSettings, run: int, size: int) -> _Task:
    """Return the images of one run; the truth holds the shown ones last."""
    y, tested, rng = train_test_split.of_run(settings, size, run)
    shown = image_set.pictures(settings) / 255.0
    return _Task(y, np.concatenate([tested, shown]), len(tested), run, rng)


def _on_grid(settings: InpaintingSettings, task: _Task, kernel: str) -> Iterator[tuple]:
    """Yield (prediction, progress, jitter, expansion error), lowest frequencies first."""
    x_new = masked(task.truth, settings)
    first = task.run == 0 and len(task.y) == settings.images
    if first and (known := factor_cache.lookup(settings, kernel)):
        prediction = np.zeros_like(task.truth)
        part = image_set.scaled_count(settings, PART, 1)
        for at in range((len(x_new) - 1) // part * part, -1, -part):  # the shown ones, which are last, first
            prediction[at : at + part] = grid_factors.posterior_mean(known, _flat(x_new[at : at + part]))
            yield prediction, 1 - at / len(x_new), known.jitter, known.systems.expansion.error
        return
    x, options = masked(task.y, settings), kernel_options.of_grid(settings)
    for step in grid.steps(x, task.y, x_new, kernel=kernel, ridge=settings.ridge, **options):
        yield step.prediction, step.solved / step.systems, step.jitter, step.expansion_error


def _on_pixels(settings: InpaintingSettings, task: _Task, kernel: str) -> Iterator[tuple]:
    """Yield the same at random pixels, averaged over PIXEL_DRAWS draws of them."""
    options = kernel_options.of_random_pixels(settings)
    x, x_new, count = masked(task.y, settings), masked(task.truth, settings), int(settings.pixels)
    total, mean, jitter = np.zeros_like(task.truth), None, 0.0
    for draw in range(PIXEL_DRAWS):
        inputs = (x, task.y, train_test_split.pixels(task.rng, len(x), count, x[0].shape[0] ** 2), x_new)
        for step in random_pixels.steps(*inputs, kernel=kernel, **options):
            if step.prediction is not None:
                total, jitter = total + step.prediction, max(jitter, step.jitter)
                mean = total / (draw + 1)
            yield mean, (draw + step.built) / PIXEL_DRAWS, jitter, step.expansion_error


def _without(settings: InpaintingSettings, task: _Task, method: str) -> Iterator[tuple]:
    """Yield the same of a method without a hypernetwork, averaged over the draws of the pixels."""
    x, x_new, draws = masked(task.y, settings), masked(task.truth, settings), []
    if settings.pixels != "all":
        count, size = int(settings.pixels), x[0].shape[0] ** 2
        draws = [train_test_split.pixels(task.rng, len(x), count, size) for _ in range(PIXEL_DRAWS)]
    tuning, total = baselines.chosen(method, settings.task, str(settings.pixels)), np.zeros_like(task.truth)
    found = baselines.averaged(method, x, task.y, x_new, tuning, draws)
    for done, prediction in enumerate(found, 1):
        total = total + prediction
        yield total / done, done / max(len(draws), 1), 0.0, 0.0


def _outcome(settings, task: _Task, prediction, _, jitter, expansion_error) -> Outcome:
    squares = ((np.clip(prediction, 0, 1) - task.truth) ** 2)[: task.tested]
    mask = hidden(settings, squares.shape[1])
    on_hidden = _flat(squares[:, mask]).mean(axis=1) if mask.any() else np.full(task.tested, np.nan)
    both = np.stack([_flat(squares).mean(axis=1), on_hidden], axis=1)
    return Outcome(both, grey(prediction[task.tested :]), jitter, expansion_error)


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)


def grey(images: np.ndarray) -> np.ndarray:
    """Return pixels, clipped to [0, 1], as bytes."""
    return np.round(np.clip(images, 0, 1) * 255).astype(np.uint8)
