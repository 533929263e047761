"""Return the inputs that all parts of the prior study share, and the limits of the kernels there."""

from __future__ import annotations

import numpy as np

from hyperviz.studies.common.networks.limit_kernels import kernels
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.prior.settings import PriorSettings

ANGLES = (0.6, 0.8)  # between x and x', and between z and z', of the two inputs shown (radians)


def on_circle(angles) -> np.ndarray:
    """Return points sqrt(2) (cos, sin): norm sqrt(n_0), so that S^0(x, x) = 1 and S^0(x, x') is the angle's cosine."""
    return np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)], -1).astype(np.float32)


def pair(size: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the two inputs u = (x, z) and u' of the histogram and the scatter, |x| being size times sqrt(n_0)."""
    x, z = (on_circle(np.array([0.0, angle])) for angle in ANGLES)
    return x * np.float32(size), z


def limits(settings: PriorSettings) -> np.ndarray:
    """Return Lambda^H between the two inputs."""
    return kernels(architecture(settings), *pair(settings.size)).nngp
