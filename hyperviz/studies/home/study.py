"""Draw random hypernetworks of two layers, and compare them with their limit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from hyperviz.studies.home.settings import HomeSettings
from hyperviz.theory import two_layers

DRAWS, POINTS = 16, 33
CLAIM = "One network writes another. What happens when both get very wide?"


class HomeResult(NamedTuple):
    """Hold kernels between z(0) and z(theta) of each random network, and of the limit."""

    settings: HomeSettings
    theta: np.ndarray
    curves: np.ndarray  # (DRAWS, POINTS)
    limit: np.ndarray

    @property
    def factor(self) -> float:
        """Return the highest over the lowest kernel of the middle eight networks in ten, at theta = 0."""
        low, high = np.quantile(self.curves[:, POINTS // 2], (0.1, 0.9))
        return float(high / low) if low > 0 else float("inf")


def look(settings: HomeSettings) -> HomeResult:
    """Draw the networks: at most a tenth of a second, nothing to compile."""
    theta = np.linspace(-np.pi / 2, np.pi / 2, POINTS)
    z = np.sqrt(2) * np.stack([np.sin(theta), np.cos(theta)], axis=1)
    z = np.vstack([[[0, np.sqrt(2)]], z])  # z(0) first
    sizes = {"width_f": settings.width_f, "width_g": settings.width_g, "draws": DRAWS}
    curves = two_layers.hyperkernels(np.random.default_rng(settings.seed), z, **sizes)[:, 1:]
    return HomeResult(settings, theta, curves, two_layers.limit(theta))


def table(result: HomeResult) -> pd.DataFrame:
    """Return the kernels that are drawn: a row an angle, a column a network."""
    networks = {f"network {i + 1}": curve for i, curve in enumerate(result.curves)}
    return pd.DataFrame({"angle (degrees)": np.degrees(result.theta), "limit": result.limit} | networks)


def said(result: HomeResult) -> str:
    """Return what is seen, in one sentence."""
    n, m, factor = result.settings.width_f, result.settings.width_g, result.factor
    apart = (
        "some have a kernel of 0"
        if factor == float("inf")
        else f"their kernels lie within a factor of {_short(factor)}"
    )
    return f"Here f has {n:,} neurons and g {m:,}. Eight of ten random networks: {apart} at 0°."


def _short(factor: float) -> str:
    """Return two digits: 1.3, 43, 130."""
    return f"{float(f'{factor:.2g}'):,g}"
