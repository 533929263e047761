"""How well do the infinitely wide hypernetworks' kernels represent and complete images? (Section 5.3, Table 1)"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hyperviz.data import digits
from hyperviz.studies import flowing, own, views
from hyperviz.studies.completion import SHOWN, Outcome, solve
from hyperviz.studies.drawing import EMPTY, decode_mask
from hyperviz.studies.masks import HIDDEN, masked
from hyperviz.studies.own import Own
from hyperviz.studies.samples import SIZE
from hyperviz.studies.settings import activation_of, check, option

IMAGES = (10, 20, 50, 100, 200, 500, 1000, 2000, 4000)  # positions of the error curve
LIVE_IMAGES, LIVE_POINTS = 1000, 4000  # larger systems take more than seconds: for the command line


@dataclass(frozen=True)
class InpaintingSettings:
    """What the inpainting study is asked."""

    images: int = option(
        200,
        10,
        4000,
        symbol="N",
        label="training images",
        log=True,
        positions=IMAGES[:7],
        help="digits that are learnt from",
    )
    task: str = option(
        "inpainting",
        label="task",
        choices=("representation", "inpainting"),
        help="whether f sees the whole image or one with a hidden part",
    )
    kernel: str = option(
        "both",
        label="kernel",
        more=True,
        choices=("both", "nngp", "hk", "hk-released"),
        help="the NNGP, the hyperkernel HK, or HK by the recursion of the authors' script (hk-released)",
    )
    hidden: str = option("lower", label="hidden part", choices=HIDDEN, help="what f does not see (inpainting)")
    pixels: int | str = option(
        "all",
        1,
        SIZE * SIZE,
        words=("all",),
        log=True,
        positions=(1, 5, 10, 20, 50, 100),
        label="pixels an image",
        help="training pixels of each image: all of them, exactly, or so many random ones (the paper: 20)",
    )
    depth_f: int = option(3, 1, 8, symbol="L", label="depth of f", help="weight matrices in the hypernetwork f")
    depth_g: int = option(3, 1, 8, symbol="H", label="depth of g", help="weight matrices in the primary network g")
    activation_f: str = activation_of("f", "σ")
    activation_g: str = activation_of("g", "φ")
    bandwidth: float = option(
        2**0.5, 0.3, 10.0, symbol="ℓ", label="bandwidth (pixels)", step=0.1, help="how far apart pixels still resemble"
    )
    ridge: float = option(
        1e-3, 1e-6, 1.0, symbol="ε", label="ridge", more=True, log=True, help="what is added to the diagonal"
    )
    runs: int = option(
        1, 1, 50, label="runs", more=True, help="draws of training and test digits that the error is averaged over"
    )
    digits: int = option(
        0, 0, 500 - SHOWN, label="first digit shown", more=True, help="which test digits the gallery shows"
    )
    dataset: str = option(
        "digits", label="data", more=True, choices=("digits",), help="the images: 5,000 MNIST digits built in"
    )
    view: str = option(
        views.GALLERY, label="look at", apart=True, choices=views.NAMES, help="what is computed beside the one digit"
    )
    time: float | str = option(
        flowing.PLAYED,
        10.0 ** flowing.EXPONENTS[0],
        10.0 ** flowing.EXPONENTS[-1],
        number=float,
        log=True,
        words=(flowing.ENDLESS, flowing.PLAYED),
        symbol="t",
        label="training time",
        more=True,
        help="of gradient flow, in the view of training: one moment, or played from 0 to infinity",
    )
    drawing: str = option(
        own.PICKED, text=own.readable, label="drawing", help="the one digit, or the first test digit shown"
    )
    mask: str = option(EMPTY, text=decode_mask, label="mask", help="what is hidden where the hidden part is drawn")
    seed: int = option(
        0, 0, 999_999, label="seed", more=True, help="of the random draws: the same link gives the same numbers"
    )

    def __post_init__(self) -> None:
        check(self)

    @property
    def drawn(self) -> bool:
        """Whether the one digit is drawn by hand."""
        return self.drawing != own.PICKED

    @property
    def kernels(self) -> tuple[str, ...]:
        """The kernels to compare."""
        return ("nngp", "hk") if self.kernel == "both" else (self.kernel,)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of training images on the error curve, the chosen one last."""
        return (*(n for n in IMAGES if n < self.images), self.images)


PRESETS = {
    "every pixel": InpaintingSettings(),
    "Table 1 of the paper": InpaintingSettings(pixels=20),
    "representation": InpaintingSettings(task="representation"),
    "a thousand digits": InpaintingSettings(images=1000),
    "break it: a blurred g": InpaintingSettings(bandwidth=10.0),
}
PAPER = InpaintingSettings(images=500, pixels=20, runs=5)


class Gallery(NamedTuple):
    """The digits shown: uint8 images (8, 28, 28), 0 black."""

    labels: np.ndarray  # (8,)
    truth: np.ndarray
    seen: np.ndarray  # what f sees
    predicted: dict[str, np.ndarray]  # by kernel
    blank: np.ndarray  # (8,) where f sees nothing, and every kernel predicts 0


class Error(NamedTuple):
    """Mean squared error of predictions clipped to [0, 1], with the standard error over test digits or runs."""

    mse: float
    mse_stderr: float
    mse_hidden: float  # on the hidden pixels alone; NaN where nothing is hidden
    mse_hidden_stderr: float
    runs: int
    jitter: float  # the most that was added to a diagonal beside the ridge
    expansion_error: float  # of the kernel's expansion, relative


class InpaintingResult(NamedTuple):
    """What is known so far."""

    settings: InpaintingSettings
    gallery: Gallery
    errors: dict[tuple[int, str], Error]  # by (images, kernel)
    lead: tuple[float, float] | None  # HK's error minus NNGP's at the chosen N, pair by pair, with its standard error
    notes: tuple[str, ...]  # what a person should know, a sentence each
    progress: float  # of the system under way
    finished: bool
    own: Own | None = None  # the one digit
    view: Any = None  # what the chosen view holds, where it is not the gallery


def stream(settings: InpaintingSettings) -> Iterator[InpaintingResult]:
    """Ever better results: the one digit, then what the chosen view is about."""
    result = InpaintingResult(settings, _gallery(settings), {}, None, (), 0.0, False)
    for one in own.steps(settings):
        result = result._replace(own=one, progress=one.progress)
        yield result._replace(notes=_notes(result))
    if settings.view == views.GALLERY:
        yield from _errors(result)
        return
    for view in views.OTHERS[settings.view](settings):
        result = result._replace(view=view, progress=1.0)
        yield result._replace(notes=_notes(result))
    yield result._replace(notes=_notes(result), finished=True)


def news(result: InpaintingResult, shown: InpaintingResult | None) -> tuple[str, ...]:
    """Which parts differ from what is shown already: own, gallery, errors, view."""
    parts = ("own", "gallery", "errors", "view")
    return tuple(part for part in parts if shown is None or getattr(result, part) is not getattr(shown, part))


def _errors(result: InpaintingResult) -> Iterator[InpaintingResult]:
    """The gallery, the error at the chosen N, then against N, smallest first, run after run."""
    settings = result.settings
    outcomes: dict[tuple[int, str], list[Outcome]] = {}
    for run, size, kernel in _order(settings):
        first = run == 0 and size == settings.images
        for shown, progress, outcome in solve(settings, run, size, kernel):
            if first and shown is not None:
                predicted = result.gallery.predicted | {kernel: shown}
                result = result._replace(gallery=result.gallery._replace(predicted=predicted))
            if outcome is not None:
                outcomes.setdefault((size, kernel), []).append(outcome)
                errors = result.errors | {(size, kernel): _error(outcomes[size, kernel])}
                result = result._replace(errors=errors, lead=_lead(outcomes, settings.images))
            result = result._replace(progress=progress)
            yield result._replace(notes=_notes(result))
    yield result._replace(notes=_notes(result), progress=1.0, finished=True)


def too_large(settings: InpaintingSettings) -> str:
    """Why these settings are for the command line, in one sentence; empty where a page can show them live."""
    if settings.images > LIVE_IMAGES:
        return f"Live, N goes up to {LIVE_IMAGES:,}; {settings.images:,} images run from the command line."
    points = 0 if settings.pixels == "all" else settings.images * int(settings.pixels)
    if points > LIVE_POINTS:
        return (
            f"Live, random pixels go up to {LIVE_POINTS:,} points (images × pixels); {points:,} run from the command "
            "line, or choose all pixels, which is faster."
        )
    return ""


def _order(settings) -> Iterator[tuple[int, int, str]]:
    """(run, images, kernel): the chosen N first, then the curve from its cheap end."""
    for run in range(settings.runs):
        sizes = settings.sizes[-1:] + settings.sizes[:-1] if run == 0 else settings.sizes
        for size, kernel in itertools.product(sizes, settings.kernels):
            yield run, size, kernel


def _gallery(settings) -> Gallery:
    at, data = slice(settings.digits, settings.digits + SHOWN), digits.test()
    truth = data.images[at]
    seen = masked(truth, settings)
    return Gallery(data.labels[at], truth, seen, {}, np.asarray(~seen.any(axis=(1, 2))))


def _error(outcomes: list[Outcome]) -> Error:
    """Means with their standard errors: over the test digits of one run, or over the runs."""
    values = np.stack([o.squares.mean(axis=0) for o in outcomes]) if len(outcomes) > 1 else outcomes[0].squares
    mse, mse_hidden = map(float, values.mean(axis=0))
    stderr, stderr_hidden = map(float, values.std(axis=0, ddof=1) / len(values) ** 0.5)
    jitter, expansion = max(o.jitter for o in outcomes), max(o.expansion_error for o in outcomes)
    return Error(mse, stderr, mse_hidden, stderr_hidden, len(outcomes), jitter, expansion)


def _lead(outcomes: dict, images: int) -> tuple[float, float] | None:
    """On the same digits the two kernels err alike: the difference is known far better than either error."""
    pairs = list(zip(outcomes.get((images, "hk"), []), outcomes.get((images, "nngp"), []), strict=False))
    if not pairs:
        return None
    values = [hk.squares[:, 0] - nngp.squares[:, 0] for hk, nngp in pairs]
    values = np.mean(values, axis=1) if len(values) > 1 else values[0]
    return float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5)


def _notes(result: InpaintingResult) -> tuple[str, ...]:
    notes, blank = [], int(result.gallery.blank.sum())
    if result.own and result.own.blank:
        notes.append("f sees nothing of the one digit: its kernel and its prediction are exactly 0, without a doubt.")
    if blank and result.settings.view == views.GALLERY:
        notes.append(f"f sees nothing of {blank} of the {SHOWN} digits shown: their kernel and their prediction are 0.")
    jitter = max([e.jitter for e in result.errors.values()] + [result.own.jitter if result.own else 0.0])
    if jitter:
        notes.append(f"The ridge alone was too small for float64: up to {jitter:.0e} was added beside it.")
    return tuple(notes)
