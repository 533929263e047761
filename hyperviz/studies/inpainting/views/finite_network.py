"""Show the finite hypernetwork while it learns, beside the kernels' completions from the same pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.data import datasets
from hyperviz.studies.inpainting import adam, image_set, kernel_options, train_test_split
from hyperviz.studies.inpainting.masks import masked
from hyperviz.studies.inpainting.paper_table1 import NAMES
from hyperviz.studies.inpainting.regression import grey
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.theory.regression import random_pixels

PIXELS, MOST = 20, 100  # of an image where the page takes all; at most: HN's step takes twice as long by then
POINTS = 4000  # images times pixels whose dense system takes less than a second
EVAL_STEPS = (0, 5, 10, 15, *range(20, adam.Plan().steps + 1, 20))  # steps at which it is seen: fast at first


class Learning(NamedTuple):
    """Hold HN and the kernels on the same test images, all pixels of them, from the same pixels of the same images."""

    pictures: dict[str, np.ndarray]  # by method, uint8 (8, 28, 28) test images: HN's at the step `shown`
    kernels: dict[str, np.ndarray]  # squared error of each test image by kernel, (T,), clipped to [0, 1]
    steps: tuple[int, ...]  # at which HN was looked at
    tested: tuple[np.ndarray, ...]  # its squared errors there, (T,) each
    held: tuple[float, ...]  # the mean over the validation images there
    best: int  # place in `steps` of the parameters that count, by the validation images
    shown: int
    images: int  # learnt from
    pixels: int  # of each
    blank: bool  # f sees nothing of any image
    doing: str
    finished: bool


class _Data(NamedTuple):
    """Hold digits in [0, 1], what f sees of them, and the pixels that are learnt from."""

    x: np.ndarray  # (N, 28, 28)
    y: np.ndarray
    pixels: np.ndarray  # (N, P)
    x_new: np.ndarray  # test images, then the shown ones
    truth: np.ndarray
    tested: int  # of them, before the shown ones
    seed: int  # of HN's weights


def steps(settings: InpaintingSettings) -> Iterator[Learning]:
    """Yield HN before its first step, the kernels, and HN from step to step; its best one at the end."""
    data = _data(settings)
    blank, (images, pixels) = not data.x.any(), data.pixels.shape
    doing = "HN is compiled where these depths and this number of pixels are new: some seconds, once."
    found = Learning({}, {}, (), (), (), 0, 0, images, pixels, blank, doing, False)
    yield found
    evaluations = _evaluations(settings, data)
    found = _with_evaluation(found, next(evaluations), data)
    yield found
    for kernel in settings.kernels:
        for step in _with_kernel(found, kernel, settings, data):
            found = step
            yield found
    best = found.pictures["hn"]
    for evaluation in () if blank else evaluations:
        found = _with_evaluation(found, evaluation, data)
        best = found.pictures["hn"] if evaluation.step == evaluation.best[0] else best
        yield found
    yield found._replace(pictures=found.pictures | {"hn": best}, shown=found.steps[found.best], finished=True)


def plan(settings: InpaintingSettings) -> adam.Plan:
    """Return Table 1's widths, features and training, with the page's depths, bandwidth and learning rate."""
    names = ("depth_f", "depth_g", "bandwidth", "learning_rate")
    return adam.Plan(**{name: getattr(settings, name) for name in names})


def _data(settings: InpaintingSettings) -> _Data:
    """Return the data: digits and first draw of the pixels as in the gallery."""
    count = PIXELS if settings.pixels == "all" else min(int(settings.pixels), MOST)
    y, tested, rng = train_test_split.of_run(settings, min(settings.images, POINTS // count))
    shown = image_set.pictures(settings) / 255.0
    truth, pixels = np.concatenate([tested, shown]), train_test_split.pixels(rng, len(y), count)
    return _Data(masked(y, settings), y, pixels, masked(truth, settings), truth, len(tested), int(rng.integers(2**31)))


def _evaluations(settings: InpaintingSettings, data: _Data) -> Iterator[adam.Evaluation]:
    held = datasets.plain(image_set.data(settings).validation)[: adam.HELD] / 255.0
    x, y, held_x, held_y = (a.reshape(len(a), -1) for a in (data.x, data.y, masked(held, settings), held))
    return adam.train(x, y, data.pixels, held_x, held_y, plan(settings), data.seed, EVAL_STEPS)


def _with_evaluation(found: Learning, evaluation: adam.Evaluation, data: _Data) -> Learning:
    """Return the result with HN's pictures and errors of now."""
    h = adam.predict(evaluation.now, data.x_new.reshape(len(data.x_new), -1)).reshape(data.truth.shape)
    step, steps = evaluation.step, (*found.steps, evaluation.step)
    tested, held = (*found.tested, _squares(h, data)), (*found.held, evaluation.validation)
    end = f"at most {adam.Plan().steps:,}, and {adam.PATIENCE} without a better one end it"
    doing = f"HN learns: step {step}, {end}."
    pictures = found.pictures | {"hn": grey(h[data.tested :])}
    now = {"pictures": pictures, "steps": steps, "tested": tested, "held": held, "shown": step, "doing": doing}
    return found._replace(best=steps.index(evaluation.best[0]), **now)


def _with_kernel(found: Learning, kernel: str, settings: InpaintingSettings, data: _Data) -> Iterator[Learning]:
    """Yield the result under way, at the end with one kernel's regression from the same pixels."""
    options = kernel_options.of_random_pixels(settings)
    for step in random_pixels.steps(data.x, data.y, data.pixels, data.x_new, kernel=kernel, **options):
        found = found._replace(doing=f"The kernels are solved: {step.built:.0%} of {NAMES[kernel]}'s system is built.")
        if step.prediction is not None:
            pictures = found.pictures | {kernel: grey(step.prediction[data.tested :])}
            kernels = found.kernels | {kernel: _squares(step.prediction, data)}
            found = found._replace(pictures=pictures, kernels=kernels)
        yield found


def _squares(prediction: np.ndarray, data: _Data) -> np.ndarray:
    return ((np.clip(prediction, 0, 1) - data.truth) ** 2)[: data.tested].mean(axis=(1, 2))
