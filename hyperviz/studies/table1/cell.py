"""Compute one run of one cell of Table 1: fresh digits, fresh pixels, a kernel's predictions, their errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from typing import Any, NamedTuple

import numpy as np

from hyperviz.data import digits
from hyperviz.studies.inpainting import adam, baselines, masks, train_test_split
from hyperviz.studies.inpainting.baselines import Tuning
from hyperviz.studies.inpainting.settings import SHOWN, InpaintingSettings
from hyperviz.studies.table1 import convolutional
from hyperviz.studies.table1.convolutional import ConvolutionPlan
from hyperviz.studies.table1.settings import TableCell
from hyperviz.theory.regression import grid, random_pixels


class Hyperparameters(NamedTuple):
    """Hold what the paper leaves open, and the ridge."""

    depth_f: int
    depth_g: int
    bandwidth: float
    ridge: float


Design = Hyperparameters | adam.Plan | Tuning | ConvolutionPlan  # of a kernel, HN, a baseline, CNN


class RunResult(NamedTuple):
    """Hold what one run of a cell leaves; errors on all pixels and on the hidden ones (NaN where nothing is hidden)."""

    mse: np.ndarray  # (2,) of the prediction averaged over PIXEL_DRAWS draws of the pixels
    single: np.ndarray  # (2,) of the first draw alone
    shown: np.ndarray  # (SHOWN, 28, 28) uint8, the first test digits completed
    seconds: float
    jitter: float


class Shown(NamedTuple):
    """Hold uint8 images (SHOWN, 28, 28)."""

    labels: np.ndarray
    truth: np.ndarray
    seen: np.ndarray


class Inputs(NamedTuple):
    """Hold what a method is given, grey values in [0, 1]: what f sees of training and new digits, and the targets."""

    x: np.ndarray
    y: np.ndarray
    x_new: np.ndarray
    truth: np.ndarray  # TESTED digits that count, then SHOWN test digits
    mask: np.ndarray  # (28, 28) which pixels f does not see
    draws: list[np.ndarray]  # (N, P) pixels, a draw each; empty for all pixels
    seed: int  # of what a method draws itself


def inputs(cell: TableCell, seed: int, run: int, pool: digits.Digits | None = None) -> Inputs:
    """Return the same digits and pixels for every kernel and both tasks, so that they are compared run by run."""
    y, tested, rng = train_test_split.sample(seed, run, cell.images, pool=pool)
    truth = np.concatenate([tested, (pool or digits.test()).images[:SHOWN] / 255.0])
    hides, count = mask(cell), 0 if cell.pixels == "all" else int(cell.pixels)
    draws = [train_test_split.pixels(rng, len(y), count) for _ in range(train_test_split.PIXEL_DRAWS if count else 0)]
    x, x_new = np.where(hides, 0, y), np.where(hides, 0, truth)
    return Inputs(x, y, x_new, truth, hides, draws, int(rng.integers(2**31)))


def shown(cell: TableCell) -> Shown:
    """Return the test digits that every run completes."""
    at = slice(SHOWN)
    images = digits.test().images[at]
    return Shown(digits.test().labels[at], images, np.where(mask(cell), np.uint8(0), images))


def mask(cell: TableCell) -> np.ndarray:
    """Return which pixels f does not see, (28, 28)."""
    return masks.hidden(InpaintingSettings(task=cell.task, hidden=cell.hidden))


def measure(cell: TableCell, hyperparameters: Design, given: Inputs) -> Iterator[tuple[float, RunResult | None]]:
    """Yield (share done, None), and at the end (1, the run's result)."""
    if isinstance(hyperparameters, adam.Plan):
        yield from _trained(hyperparameters, given)
        return
    if isinstance(hyperparameters, Tuning):
        yield from _baseline(cell.kernel, hyperparameters, given)
        return
    if isinstance(hyperparameters, ConvolutionPlan):
        yield from _convolved(hyperparameters, given)
        return
    began, jitter, predictions = time.monotonic(), 0.0, []
    settings: dict[str, Any] = hyperparameters._asdict() | {"kernel": cell.kernel}
    if not given.draws:
        solving = grid.steps(given.x, given.y, given.x_new, **settings)
        step = yield from _followed(solving, lambda step: step.solved / step.systems)
        predictions, jitter = [step.prediction], step.jitter
    for number, pixels in enumerate(given.draws):
        solving = random_pixels.steps(given.x, given.y, pixels, given.x_new, **settings)
        step = yield from _followed(solving, lambda step, done=number: (done + step.built) / len(given.draws))
        predictions, jitter = [*predictions, step.prediction], max(jitter, step.jitter)
    yield 1.0, _run_result(given, predictions, time.monotonic() - began, jitter)


def _baseline(method: str, tuning: Tuning, given: Inputs) -> Iterator[tuple[float, RunResult | None]]:
    """Yield the same of a method without a hypernetwork."""
    began, predictions = time.monotonic(), []
    for prediction in baselines.averaged(method, given.x, given.y, given.x_new, tuning, given.draws):
        predictions.append(prediction)
        yield len(predictions) / max(len(given.draws), 1), None
    yield 1.0, _run_result(given, predictions, time.monotonic() - began)


def _followed(steps: Iterator, share: Callable[[Any], float]) -> Generator[tuple[float, None], None, Any]:
    """Return the last of the steps; yield after each what share of the work is done."""
    last = None
    for step in steps:
        yield share(step), None
        last = step
    return last


def _trained(plan: adam.Plan, given: Inputs) -> Iterator[tuple[float, RunResult | None]]:
    """Train one network on the first draw of the pixels, stopped by digits of the validation set."""
    began, held = time.monotonic(), digits.validation().images[: adam.HELD] / 255.0
    x, y, x_new, held_x, held_y = (
        a.reshape(len(a), -1) for a in (given.x, given.y, given.x_new, np.where(given.mask, 0, held), held)
    )
    evaluations = adam.train(x, y, given.draws[0], held_x, held_y, plan, given.seed)
    evaluation = yield from _followed(evaluations, lambda evaluation: evaluation.step / plan.steps)
    prediction = adam.predict(evaluation.model, x_new).reshape(given.truth.shape)
    yield 1.0, _run_result(given, [prediction], time.monotonic() - began)


def _convolved(plan: ConvolutionPlan, given: Inputs) -> Iterator[tuple[float, RunResult | None]]:
    """Train one CNN on the first draw of the pixels, or on all of them, stopped by the digits that stop HN."""
    began, held = time.monotonic(), digits.validation().images[: adam.HELD] / 255.0
    x, x_new, held_x = (
        convolutional.inputs(seen, given.mask) for seen in (given.x, given.x_new, np.where(given.mask, 0, held))
    )
    y = convolutional.targets(given.y, given.draws[0] if given.draws else None)
    training = convolutional.train(x, y, held_x, held, plan, given.seed)
    last = yield from _followed(training, lambda now: now.step / plan.steps)
    yield 1.0, _run_result(given, [convolutional.predict(last.layers, x_new)], time.monotonic() - began)


def _run_result(given: Inputs, predictions: list[np.ndarray], seconds: float, jitter: float = 0.0) -> RunResult:
    """Return the errors of the predictions' mean and of the first, clipped to [0, 1]."""
    mean = np.mean(predictions, axis=0)
    shown = np.round(np.clip(mean[train_test_split.TESTED :], 0, 1) * 255).astype(np.uint8)
    return RunResult(_errors(given, mean), _errors(given, predictions[0]), shown, seconds, jitter)


def _errors(given: Inputs, prediction: np.ndarray) -> np.ndarray:
    squares = (np.clip(prediction, 0, 1) - given.truth)[: train_test_split.TESTED] ** 2
    return np.array([squares.mean(), squares[:, given.mask].mean() if given.mask.any() else np.nan])
