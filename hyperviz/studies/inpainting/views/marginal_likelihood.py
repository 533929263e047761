"""Find the bandwidth, ridge and depths that explain the training images best, by marginal likelihood alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from hyperviz.studies.common.images.drawing import SIZE
from hyperviz.studies.inpainting import kernel_options, train_test_split
from hyperviz.studies.inpainting.masks import masked
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views.gradient_flow import image_count
from hyperviz.theory.regression import grid, grid_flow, grid_geometry

MOST = 60  # images: their eigenvalues give every ridge at once, 0.1 s a kernel
BANDWIDTHS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.7, 8.0)
RIDGES = tuple(float(f"{10.0**e:.2g}") for e in np.arange(-12, 1) / 2)
GRID = len(BANDWIDTHS), len(RIDGES)
DEPTHS = (1, 2, 3, 4, 5, 6)


class Likelihood(NamedTuple):
    """Hold the log marginal likelihood at the best amplitude, nats a value of a pixel; NaN where there is none yet."""

    surface: np.ndarray  # (BANDWIDTHS, RIDGES) at the chosen depths
    depths: np.ndarray  # (DEPTHS of f, DEPTHS of g) at the chosen bandwidth and each pair's best ridge
    ridges: np.ndarray  # (DEPTHS, DEPTHS) that best ridge
    here: float  # at the chosen settings
    amplitude: float
    images: int
    finished: bool
    blank: bool = False  # f sees nothing: every kernel is 0, and nothing is there to be scored


def steps(settings: InpaintingSettings) -> Iterator[Likelihood]:
    """Yield the chosen point, then the surface over bandwidth and ridge, then that over the depths."""
    y = train_test_split.of_run(settings, image_count(settings, MOST)).y
    surface = np.full((len(BANDWIDTHS), len(RIDGES)), np.nan)
    depths, ridges = np.full((2, len(DEPTHS), len(DEPTHS)), np.nan)
    if not masked(y, settings).any():
        yield Likelihood(surface, depths, ridges, np.nan, 0.0, len(y), True, True)
        return
    modes = _modes(settings, y)
    here = grid_flow.evidence(modes, settings.ridge)
    yield Likelihood(surface, depths, ridges, *here, len(y), False)
    for i, bandwidth in enumerate(BANDWIDTHS):
        surface[i] = _ridges(_modes(settings, y, bandwidth=bandwidth))
        yield Likelihood(surface.copy(), depths, ridges, *here, len(y), False)
    pairs = sorted(itertools.product(range(len(DEPTHS)), repeat=2), key=sum)  # the cheap ones first
    for i, j in pairs:
        values = _ridges(_modes(settings, y, depth_f=DEPTHS[i], depth_g=DEPTHS[j]))
        depths[i, j], ridges[i, j] = values.max(), RIDGES[int(values.argmax())]
        yield Likelihood(surface, depths.copy(), ridges.copy(), *here, len(y), (i, j) == pairs[-1])


def best(found: Likelihood) -> dict[str, Any]:
    """Return the settings of the highest point computed so far, by name."""
    if np.isnan(found.surface).all():
        return {}
    i, j = np.unravel_index(np.nanargmax(found.surface), found.surface.shape)
    choice: dict[str, Any] = {"bandwidth": BANDWIDTHS[i], "ridge": RIDGES[j]}
    if not np.isnan(found.depths).all() and np.nanmax(found.depths) > np.nanmax(found.surface):
        i, j = np.unravel_index(np.nanargmax(found.depths), found.depths.shape)
        choice = {"depth_f": DEPTHS[i], "depth_g": DEPTHS[j], "ridge": float(found.ridges[i, j])}
    return choice


def _modes(settings: InpaintingSettings, y: np.ndarray, **changed: Any) -> grid_flow.Modes:
    options = kernel_options.of_grid(settings) | changed
    return grid_flow.all_modes(grid.split(masked(y, settings), y, kernel=settings.kernels[0], **options))


def _ridges(modes: grid_flow.Modes) -> np.ndarray:
    return np.array([grid_flow.evidence(modes, ridge).value for ridge in RIDGES])


def coordinate_kernel(bandwidth: float, side: int = SIZE) -> np.ndarray:
    """Return Sigma^0 of the middle pixel with every pixel, (side, side)."""
    sigma, _, place = grid_geometry.coordinates(side, bandwidth)
    return np.fft.fftshift(sigma[place])
