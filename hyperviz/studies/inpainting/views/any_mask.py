"""Complete any mask from one posterior: the NNGP learns once; what plain methods do stands beside it.

f learns from each training image under a random mask of that image's own, so that its input is no surprise later;
then the posterior is conditioned on the pixels that are seen. Plain ridge is judged in both its ways: fitted once to
the same masked images, and fitted again to each mask. A Gaussian with the images' mean and covariance is the simplest
posterior that answers any mask: the linear ridge from the seen pixels to the hidden ones. What the plain methods leave
open is chosen on validation images: once under masks like those learnt from, for a fit to each mask under that mask.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple, TypeVar

import numpy as np
from scipy.linalg import solve

from hyperviz.data import datasets
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.inpainting import baselines, image_set, kernel_options, masks, train_test_split
from hyperviz.studies.inpainting.baselines import Tuning
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.theory.regression import grid_factors, grid_posterior

TESTED, PART = 40, 3  # test images, and those completed between two yields: of 32 x 32, fewer of larger ones
HELD = 40  # validation images that choose for the methods that are fitted once
SEEN = 20  # pixels that are seen under the last mask
MASKS = ("lower", "left", "centre", "rows", "random", f"{SEEN} seen")
ONCE = {"nngp": "NNGP, once", "gaussian": "Gaussian, once", "ridge-once": "plain ridge, once"}  # learnt for all masks
METHODS = ONCE | {"ridge": "ridge, each mask", "mean": "mean image"}
Step = TypeVar("Step")
Said = TypeVar("Said")
BANDWIDTHS, RIDGES, NOISES = (0.7, 1.0, 2.0), (1e-3, 0.01, 0.03, 0.1, 0.3), (0.01, 0.03, 0.1)


class AnyMask(NamedTuple):
    """Hold squared errors so far."""

    squares: dict[tuple[str, str], np.ndarray]  # by (mask, method): (T,) on the hidden pixels of each test image
    images: int  # learnt from
    blank: bool
    doing: str
    finished: bool


class _Once(NamedTuple):
    """Hold what is learnt once: the NNGP's systems, and the tuning of the two plain methods."""

    x: np.ndarray  # (N, g, g) or (N, g, g, 3) the training images y, each under its own mask
    y: np.ndarray
    held: np.ndarray  # validation images
    factors: grid_factors.GridFactors
    tuning: Tuning
    noise: float


def steps(settings: InpaintingSettings) -> Iterator[AnyMask]:
    """Yield the errors mask after mask; none where f sees nothing."""
    found = AnyMask({}, settings.images, False, "Each training image gets a mask of its own.", False)
    sample = train_test_split.of_run(settings, settings.images)
    if not masks.masked(sample.y, settings).any():
        yield found._replace(blank=True, finished=True)
        return
    learning = _learnt(settings, sample.y)
    once = yield from _followed(learning, found._replace(doing="The systems of the masked images are factored."))
    assert isinstance(once, _Once)
    truth = sample.truth[: image_set.scaled_count(settings, TESTED, 12)]
    hides = hidden_parts(settings, truth.shape[1])
    for name, part in hides.items():
        for method, squares in _errors(settings, once, truth, part):
            if squares is not None:
                found = found._replace(squares=found.squares | {(name, method): squares})
            yield found._replace(doing=f"Completing what “{name}” hides.")
    yield found._replace(doing="", finished=True)


def hidden_parts(settings: InpaintingSettings, side: int) -> dict[str, np.ndarray]:
    """Return the masks by name, bool (side, side), the chosen one first where it is another that hides something."""
    parts = {}
    for name in MASKS[:-1]:
        parts[name] = masks.hidden(InpaintingSettings(hidden=name, seed=settings.seed), side)
    few = np.ones(side * side, bool)
    few[random_generator(settings.seed, Stream.INPAINTING_RIVALS, 1).permutation(side * side)[:SEEN]] = False
    parts[MASKS[-1]] = few.reshape(side, side)
    chosen = masks.hidden(settings, side)
    return ({settings.hidden: chosen} if chosen.any() and settings.hidden not in parts else {}) | parts


def own_masks(rng: np.random.Generator, count: int, side: int) -> np.ndarray:
    """Return a random mask for each image, bool (count, side, side): half a plane, or a random share of the pixels."""
    down, right = np.indices((side, side)) - (side - 1) / 2
    angle, shift, share, plane = rng.random(count), rng.normal(0, side / 6, count), rng.random(count), rng.random(count)
    turned = np.cos(2 * np.pi * angle)[:, None, None] * right + np.sin(2 * np.pi * angle)[:, None, None] * down
    scattered = rng.random((count, side, side)) < share[:, None, None]
    return np.where(plane[:, None, None] < 0.5, turned > shift[:, None, None], scattered)


def gaussian(y: np.ndarray, x_new: np.ndarray, part: np.ndarray, noise: float) -> np.ndarray:
    """Return the mean of a Gaussian with the mean and covariance of y, given the pixels outside of `part`.

        mean_H + C_HO (C_OO + noise I)^-1 (x_O - mean_O),    C = Y^T Y / N

    solved as a system of the N images: the linear ridge from O to H. x_new: (M, ...) of y's shape, read outside `part`.
    """
    mean = y.mean(axis=0)
    seen = np.broadcast_to(masks.over(~part, y), y.shape[1:]).ravel()
    centred, new = ((a - mean).reshape(len(a), -1) for a in (y, x_new))
    inner = centred[:, seen] @ centred[:, seen].T + len(y) * noise * np.eye(len(y))
    weights = solve(inner, centred[:, seen] @ new[:, seen].T, assume_a="pos", check_finite=False)
    return mean + (weights.T @ centred).reshape(x_new.shape)


def _learnt(settings: InpaintingSettings, y: np.ndarray) -> Iterator[_Once | None]:
    """Yield None while there is something to learn, at the end what is learnt once."""
    rng, side = random_generator(settings.seed, Stream.INPAINTING_RIVALS, 0), y.shape[1]
    held = datasets.plain(image_set.data(settings).validation)[:HELD] / 255.0
    x, seen = _masked(y, own_masks(rng, len(y), side)), own_masks(rng, len(held), side)
    options = kernel_options.of_grid(settings) | {"ridge": settings.ridge, "kernel": "nngp"}
    found = yield from _followed(grid_factors.steps(x, y, keep=True, **options), None)
    tuning = yield from _followed(_tuned(x, y, held, seen), None)
    noises = dict.fromkeys(NOISES, 0.0)
    for noise in noises:
        guess = np.concatenate([gaussian(y, one[None], part, noise) for one, part in zip(held, seen, strict=True)])
        noises[noise] = _hidden_error(guess, held, seen)
        yield None
    yield _Once(x, y, held, found, tuning, min(noises, key=noises.__getitem__))


def _tuned(x: np.ndarray, y: np.ndarray, held: np.ndarray, parts: np.ndarray) -> Iterator[Tuning]:
    """Yield the best tuning so far of plain ridge, by its error on what the masks (V, g, g) hide of `held`."""
    errors = {}
    for pair in itertools.product(BANDWIDTHS, RIDGES):
        tuning = Tuning(0, *pair)
        errors[tuning] = _hidden_error(baselines.predict("ridge", x, y, _masked(held, parts), tuning), held, parts)
        yield min(errors, key=errors.__getitem__)


def _errors(
    settings: InpaintingSettings, once: _Once, truth: np.ndarray, part: np.ndarray
) -> Iterator[tuple[str, np.ndarray | None]]:
    """Yield (method, its errors), None while a method is under way: the plain methods first."""
    y, seen = once.y, _masked(truth, part)
    yield "mean", _squares(np.broadcast_to(y.mean(axis=0), truth.shape), truth, part)
    yield "gaussian", _squares(gaussian(y, truth, part, once.noise), truth, part)
    yield "ridge-once", _squares(baselines.predict("ridge", once.x, y, seen, once.tuning), truth, part)
    tuning = _tuned(_masked(y, part), y, once.held, np.broadcast_to(part, once.held.shape[:3]))
    again = yield from _followed(tuning, ("ridge", None))
    yield "ridge", _squares(baselines.predict("ridge", _masked(y, part), y, seen, again), truth, part)
    for guess in _conditioned(settings, once.factors, truth, part):
        yield "nngp", None if guess is None else _squares(guess, truth, part)


def _conditioned(settings, factors, truth: np.ndarray, part: np.ndarray) -> Iterator[np.ndarray | None]:
    """Yield None while images are completed, then the posterior means given the pixels outside of `part`."""
    seen = _masked(truth, part).reshape(len(truth), -1)
    spread = yield from _followed(grid_factors.covariance(factors, seen), None)
    mean, side = grid_factors.posterior_mean(factors, seen), truth.shape[1]
    none, every = np.zeros((0, 2, side * side, *truth.shape[3:])), image_set.scaled_count(settings, PART, 1)
    guesses = []
    for i in range(len(truth)):
        given = (mean[i], spread[i], truth[i], ~part, none)
        guesses.append(grid_posterior.condition(*given, ridge=settings.ridge).mean)
        if (i + 1) % every == 0:
            yield None
    yield np.array(guesses)


def _followed(steps: Iterable[Step], said: Said) -> Generator[Said, None, Step]:
    """Return the last of the steps; yield the same after each."""
    last = None
    for step in steps:
        last = step
        yield said
    assert last is not None
    return last


def _masked(images: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Return images that are black in `part`: one mask for all of them, or one each."""
    return np.where(part[..., None] if images.shape[-1] == masks.COLOURS else part, 0, images)


def _squares(guess: np.ndarray, truth: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Return the mean squared error of each image on the hidden pixels, (T,)."""
    return ((np.clip(guess, 0, 1) - truth)[:, part] ** 2).reshape(len(truth), -1).mean(axis=1)


def _hidden_error(guess: np.ndarray, truth: np.ndarray, parts: np.ndarray) -> float:
    return float(((np.clip(guess, 0, 1) - truth)[parts] ** 2).mean())
