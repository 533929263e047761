"""Compute the kernels of the viewer's own points under the chosen networks: the study `kernel`, as a view."""

from __future__ import annotations

from collections.abc import Iterator

from hyperviz.studies.kernel import pairs
from hyperviz.studies.kernel import study as kernel
from hyperviz.studies.kernel.pairs import PointPairs
from hyperviz.studies.kernel.settings import KernelSettings
from hyperviz.studies.prior.settings import PriorSettings

RIDGE = KernelSettings.ridge
SHARED = ("depth_f", "depth_g", "bandwidth", "activation_f", "activation_g")


def stream(settings: PriorSettings, points: PointPairs | None = None, ridge: float = RIDGE) -> Iterator[dict]:
    """Yield the kernels, then their spectra; points: those of the example where there are none."""
    for result in kernel.stream(kernel_settings(settings, ridge), points or pairs.shown_first()):
        yield {"own": result, "own_kernels": result.kernels, "own_spectra": result.spectra}


def kernel_settings(settings: PriorSettings, ridge: float = RIDGE) -> KernelSettings:
    """Return the settings of the study `kernel` for the same networks, infinitely wide."""
    return KernelSettings(**{name: getattr(settings, name) for name in SHARED}, ridge=ridge)
