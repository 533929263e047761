"""Measure how well the infinitely wide hypernetworks represent and complete images (Section 5.3, Table 1)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from hyperviz.data import datasets
from hyperviz.studies.common.images import dataset_loading
from hyperviz.studies.inpainting import image_set, query_image
from hyperviz.studies.inpainting.image_set import WIDE
from hyperviz.studies.inpainting.masks import masked
from hyperviz.studies.inpainting.query_image import QueryResult
from hyperviz.studies.inpainting.regression import Outcome, lookup, solve
from hyperviz.studies.inpainting.settings import GALLERY, PAPER, PRESETS, SHOWN, InpaintingSettings
from hyperviz.studies.inpainting.views import finite_network
from hyperviz.studies.inpainting.views import registry as views
from hyperviz.theory.regression import grid_geometry

__all__ = ["PAPER", "PRESETS", "InpaintingResult", "InpaintingSettings", "stream", "too_large"]

LIVE_IMAGES = 1000  # larger systems take more than seconds, as do those of learning.POINTS: for the command line
System = tuple[int, int, str]  # run, images, kernel
Outcomes = dict[tuple[int, str], list[Outcome]]  # by images and kernel, one a run


class Gallery(NamedTuple):
    """Hold the test images shown: uint8 (8, g, g) or (8, g, g, 3), 0 black; fewer where there are fewer."""

    labels: np.ndarray  # (8,)
    truth: np.ndarray
    seen: np.ndarray  # what f sees
    predicted: dict[str, np.ndarray]  # by kernel
    blank: np.ndarray  # (8,) where f sees nothing, and every kernel predicts 0


class Error(NamedTuple):
    """Hold the mean squared error of predictions clipped to [0, 1], and its standard error over test images or runs."""

    mse: float
    mse_stderr: float
    mse_hidden: float  # on the hidden pixels alone; NaN where nothing is hidden
    mse_hidden_stderr: float
    runs: int
    jitter: float  # the most that was added to a diagonal beside the ridge
    expansion_error: float  # of the kernel's expansion, relative


class InpaintingResult(NamedTuple):
    """Hold what is known so far."""

    settings: InpaintingSettings
    gallery: Gallery
    errors: dict[tuple[int, str], Error]  # by (images, kernel)
    lead: tuple[float, float] | None  # HK's error minus NNGP's at the chosen N, pair by pair, with its standard error
    notes: tuple[str, ...]  # what a person should know, a sentence each
    progress: float  # of the system under way
    finished: bool
    query: QueryResult | None = None  # the one digit
    view: Any = None  # what the chosen view holds, where it is not the gallery
    doing: str = ""  # what goes on before there are images


def stream(settings: InpaintingSettings) -> Iterator[InpaintingResult]:
    """Yield ever better results: the query image, then what the chosen view is about."""
    for said in loaded(settings):
        if said:
            yield _waiting(settings, said)
    result, outcomes, todo = InpaintingResult(settings, _gallery(settings), {}, None, (), 0.0, False), {}, []
    if settings.view == GALLERY:
        result, todo = _remembered(result, outcomes)
    for one in query_image.steps(settings):
        result = result._replace(query=one, progress=one.progress)
        yield result._replace(notes=_notes(result))
    if settings.view == GALLERY:
        yield from _errors(result, outcomes, todo)
        return
    for view in views.OTHERS[settings.view](settings):
        result = result._replace(view=view, progress=1.0)
        yield result._replace(notes=_notes(result))
    yield result._replace(notes=_notes(result), finished=True)


def loaded(settings: InpaintingSettings) -> Iterator[str]:
    """Yield what goes on until the images are here, then an empty text; InvalidInput where they cannot answer."""
    for data in dataset_loading.load(settings.dataset):
        if data is None:
            yield dataset_loading.words(settings.dataset)
    image_set.check(settings)
    yield ""


def _waiting(settings: InpaintingSettings, doing: str) -> InpaintingResult:
    """Return a result with black pictures, for while the data set is read or downloaded."""
    side = datasets.SHAPES.get(settings.dataset, datasets.SHAPES[datasets.BUILT_IN])  # one's own have any
    black = np.zeros((SHOWN, *side), np.uint8)
    gallery = Gallery(np.full(SHOWN, ""), black, black, {}, np.zeros(SHOWN, bool))
    return InpaintingResult(settings, gallery, {}, None, (), 0.0, False, doing=doing)


def _remembered(result: InpaintingResult, outcomes: Outcomes) -> tuple[InpaintingResult, list[System]]:
    """Return the result with what is kept already, so that a stroke shows it at once, and what is left to be solved."""
    order = list(_order(result.settings))
    for done, system in enumerate(order):
        outcome = lookup(result.settings, *system)
        if outcome is None:
            return result, order[done:]
        result = _taken(result, outcomes, system, outcome.shown, outcome)
    return result, []


def _errors(result: InpaintingResult, outcomes: Outcomes, todo: list[System]) -> Iterator[InpaintingResult]:
    """Yield the gallery, the error at the chosen N, then against N, smallest first, run after run."""
    for system in todo:
        for shown, progress, outcome in solve(result.settings, *system):
            result = _taken(result, outcomes, system, shown, outcome)._replace(progress=progress)
            yield result._replace(notes=_notes(result))
    yield result._replace(notes=_notes(result), progress=1.0, finished=True)


def _taken(result: InpaintingResult, outcomes: Outcomes, system: System, shown, outcome) -> InpaintingResult:
    """Return the result with what is new of one system: the gallery's pictures, and at its end its errors."""
    (run, size, kernel), images = system, result.settings.images
    if (run, size) == (0, images) and shown is not None:
        predicted = result.gallery.predicted | {kernel: shown}
        result = result._replace(gallery=result.gallery._replace(predicted=predicted))
    if outcome is not None:
        outcomes.setdefault((size, kernel), []).append(outcome)
        errors = result.errors | {(size, kernel): _error(outcomes[size, kernel])}
        result = result._replace(errors=errors, lead=_lead(outcomes, images))
    return result


def too_large(settings: InpaintingSettings) -> str:
    """Return why these settings are for the command line, in one sentence; empty where a page can show them live."""
    side = image_set.shape(settings)[0]
    most = LIVE_IMAGES if side <= WIDE else int(LIVE_IMAGES * (_systems(WIDE) / _systems(side)) ** 0.5)
    if settings.images > most:
        of = f" for images of {side} × {side}" if most < LIVE_IMAGES else ""
        return f"Live, N goes up to {most:,}{of}; {settings.images:,} images run from the command line."
    if settings.pixels != "all" and side > WIDE:
        return f"Live, random pixels are for images up to {WIDE} × {WIDE}: choose all pixels, or the command line."
    points = 0 if settings.pixels == "all" else settings.images * int(settings.pixels)
    if points > finite_network.POINTS:
        return (
            f"Live, random pixels go up to {finite_network.POINTS:,} points (images × pixels); {points:,} run from the "
            "command line, or choose all pixels, which is faster."
        )
    return ""


def _systems(side: int) -> int:
    """Return how many systems of N equations images of so many pixels' side make, each built of N^2 numbers."""
    return len(grid_geometry.classes(side))


def _order(settings: InpaintingSettings) -> Iterator[System]:
    """Yield (run, images, kernel): the chosen N first, then the curve from its cheap end."""
    for run in range(settings.runs):
        sizes = settings.sizes[-1:] + settings.sizes[:-1] if run == 0 else settings.sizes
        for size, kernel in itertools.product(sizes, settings.methods):
            yield run, size, kernel


def _gallery(settings: InpaintingSettings) -> Gallery:
    truth, at = image_set.pictures(settings), image_set.shown(settings)
    seen = masked(truth, settings)
    return Gallery(image_set.data(settings).labels[at], truth, seen, {}, seen.reshape(len(seen), -1).max(axis=1) == 0)


def _error(outcomes: list[Outcome]) -> Error:
    """Return the means with their standard errors: over the test images of one run, or over the runs."""
    values = np.stack([o.squares.mean(axis=0) for o in outcomes]) if len(outcomes) > 1 else outcomes[0].squares
    mse, mse_hidden = map(float, values.mean(axis=0))
    stderr, stderr_hidden = map(float, values.std(axis=0, ddof=1) / len(values) ** 0.5)
    jitter, expansion = max(o.jitter for o in outcomes), max(o.expansion_error for o in outcomes)
    return Error(mse, stderr, mse_hidden, stderr_hidden, len(outcomes), jitter, expansion)


def _lead(outcomes: dict, images: int) -> tuple[float, float] | None:
    """Return HK's error minus NNGP's: on the same images they err alike, so that it is known better than either."""
    pairs = list(zip(outcomes.get((images, "hk"), []), outcomes.get((images, "nngp"), []), strict=False))
    if not pairs:
        return None
    values = [hk.squares[:, 0] - nngp.squares[:, 0] for hk, nngp in pairs]
    values = np.mean(values, axis=1) if len(values) > 1 else values[0]
    return float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5)


def _notes(result: InpaintingResult) -> tuple[str, ...]:
    notes, blank, noun = [], result.gallery.blank, image_set.image_noun(result.settings)
    if said := image_set.data(result.settings).said:
        notes.append(f"Read: {said}")
    if result.query and result.query.blank:
        notes.append(f"f sees nothing of the one {noun}: its kernel and its prediction are exactly 0, without a doubt.")
    if blank.any() and result.settings.view == GALLERY:
        of = f"{blank.sum()} of the {len(blank)} {noun}s shown"
        notes.append(f"f sees nothing of {of}: their kernel and their prediction are 0.")
    if result.settings.view != "border" and not image_set.data(result.settings).bordered:
        notes.append(
            "These images have no black border, and the torus joins their opposite edges: the view “border” shows what "
            "that moves."
        )
    jitter = max([e.jitter for e in result.errors.values()] + [result.query.jitter if result.query else 0.0])
    if jitter:
        notes.append(f"The ridge alone was too small for float64: up to {jitter:.0e} was added beside it.")
    return tuple(notes)
