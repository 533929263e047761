"""The inputs that all parts of the prior study share, and the limits of the kernels there."""

from __future__ import annotations

import numpy as np

from hyperviz.studies.common.limit_kernels import kernels
from hyperviz.studies.common.random_networks import architecture
from hyperviz.studies.prior.settings import PriorSettings

ANGLES = (0.6, 0.8)  # between x and x', and between z and z', of the two inputs shown (radians)


def on_circle(angles) -> np.ndarray:
    """Return points sqrt(2) (cos, sin): norm sqrt(n_0), so that S^0(x, x) = 1 and S^0(x, x') is the angle's cosine."""
    return np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)], -1).astype(np.float32)


def pair() -> tuple[np.ndarray, np.ndarray]:
    """Return the two inputs u = (x, z) and u' of the histogram and the scatter."""
    return tuple(on_circle(np.array([0.0, angle])) for angle in ANGLES)  # type: ignore[return-value]


def limits(settings: PriorSettings) -> np.ndarray:
    """Return Lambda^H between the two inputs."""
    return kernels(architecture(settings), *pair()).nngp
