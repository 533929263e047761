"""Compute Theta_f, Theta_g, Theta_h and Lambda^H of one's own points, with their spectra (Theorems 2 and 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.kernel import pairs
from hyperviz.studies.kernel.pairs import PointPairs
from hyperviz.studies.kernel.settings import KernelSettings
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import FourierFeatures
from hyperviz.theory.gram import pair_kernels
from hyperviz.theory.gram.limit_tiles import Limits

NAMES = {"ntk_f": "Θ_f", "ntk_g": "Θ_g", "hyperkernel": "Θₕ", "nngp": "Λᴴ"}  # what is shown, and how it is written


class Spectrum(NamedTuple):
    """Hold what the eigenvalues of one kernel matrix say."""

    values: np.ndarray  # (N,) from the largest on; rounding may leave them just below 0
    condition: float  # largest over smallest; inf where float64 cannot tell the smallest from 0
    with_ridge: float  # the same after the ridge is added
    dimension: float  # effective: sum of value / (value + ridge)


class KernelResult(NamedTuple):
    """Hold what is known so far."""

    settings: KernelSettings
    points: PointPairs
    kernels: Limits | None
    spectra: dict[str, Spectrum]  # by the name of the kernel
    progress: float
    finished: bool


def stream(settings: KernelSettings, points: PointPairs | None = None) -> Iterator[KernelResult]:
    """Yield the kernels once they are there, then a spectrum more each time; points: those of the settings' files."""
    points = pairs.of_files(settings) if points is None else points
    result = KernelResult(settings, points, None, {}, 0.0, False)
    kernels = yield from _kernels(result)
    result = result._replace(kernels=kernels, progress=0.5)
    yield result
    for name in NAMES:
        spectra = result.spectra | {name: spectrum(getattr(kernels, name), settings.ridge)}
        result = result._replace(spectra=spectra, progress=0.5 + len(spectra) / 2 / len(NAMES))
        yield result
    yield result._replace(finished=True)


def _kernels(result: KernelResult):
    work, clock = pair_kernels.steps(architecture(result.settings), result.points.x, result.points.z), streaming.Clock()
    while True:
        try:
            done = next(work)
        except StopIteration as end:
            return end.value
        if clock.step():
            yield result._replace(progress=done / 2)


def architecture(settings: KernelSettings) -> Architecture:
    """Return the infinitely wide networks that the settings ask for."""
    return Architecture(
        depth_f=settings.depth_f,
        depth_g=settings.depth_g,
        activation_f=settings.activation_f,
        activation_g=settings.activation_g,
        coordinates=FourierFeatures(settings.bandwidth) if settings.bandwidth else None,
    )


def spectrum(kernel: np.ndarray, ridge: float) -> Spectrum:
    """Return the eigenvalues of a kernel matrix, and what they say; a negative one is rounding, and counts as 0."""
    values = np.linalg.eigvalsh(kernel)[::-1]
    kept = np.maximum(values, 0)
    resolved = kept[-1] > len(kept) * np.finfo(float).eps * kept[0]
    condition = float(kept[0] / kept[-1]) if resolved else np.inf
    with_ridge = float((kept[0] + ridge) / (kept[-1] + ridge))
    return Spectrum(values, condition, with_ridge, float((kept / (kept + ridge)).sum()))


def arrays(result: KernelResult) -> dict[str, Any]:
    """Return what kernels.npz holds: the pairs and, by their names in the library, the kernels; float64."""
    assert result.kernels is not None
    return {"x": result.points.x, "z": result.points.z, **result.kernels._asdict()}


def warm() -> None:
    """Compile what the study needs: a program for ReLU and its like, one for a smooth g."""
    for activation in ("relu", "tanh"):
        pair_kernels.warm(architecture(KernelSettings(activation_g=activation)))
