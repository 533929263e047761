"""Turn a study's settings into the regression's keyword arguments: at every pixel, and at random ones."""

from __future__ import annotations

from typing import Any

from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.theory.activations import activation

KERNEL = ("depth_f", "depth_g", "bandwidth", "activation_f", "activation_g")


def of_grid(settings: InpaintingSettings) -> dict[str, Any]:
    """Return depths, bandwidth and activations, as `regression.grid` and its relatives take them."""
    return {name: getattr(settings, name) for name in KERNEL}


def of_random_pixels(settings: InpaintingSettings) -> dict[str, Any]:
    """Return depths, bandwidth, ridge and the activations' slopes below 0, as `regression.random_pixels` takes them."""
    slopes = tuple(activation(name).alpha for name in (settings.activation_f, settings.activation_g))
    names = ("depth_f", "depth_g", "bandwidth", "ridge")
    return {name: getattr(settings, name) for name in names} | {"slopes": slopes}
