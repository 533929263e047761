"""Draw outputs of random hypernetworks of any width, without their kernels (by `forward_pass`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import ArrayLike, Float, Real

from hyperviz.errors import OutOfRange
from hyperviz.runtime import compilation
from hyperviz.runtime.compilation import AnyArray
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import validation
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import FourierFeatures
from hyperviz.theory.sampling import forward_pass
from hyperviz.theory.sampling.forward_pass import Outputs
from hyperviz.theory.validation import Unchecked


@in_float64
def outputs(
    keys: Unchecked,
    x: Real[ArrayLike, "K n0"],
    z: Real[ArrayLike, "K m0"],
    *,
    depth_f: Unchecked,
    depth_g: Unchecked,
    width_f: Unchecked,
    width_g: Unchecked,
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
    coordinates: FourierFeatures | None = None,
) -> Outputs:
    """Draw outputs of random hypernetworks, and their covariance given the hidden layers.

        h | covariance ~ N(0, covariance),    covariance -> Lambda^H when both networks widen

    It is exact in law at every width, in memory that does not depend on the widths.

    Args:
        keys: of jax.random, (draws,): one a hypernetwork.
        x, z: the pairs, (K, n_0) and (K, m_0).
        depth_f, depth_g: L and H, 1 to MAX_DEPTH; may be traced.
        width_f, width_g: n and m, 1 to MAX_WIDTH; may be traced.
        activation_f: sigma, "relu" or "leaky_relu".
        activation_g: phi; also "tanh", "erf", "gelu" or "sin".
        alpha: slope of leaky ReLU below zero, in [-1, 1].
        coordinates: None for raw z, or FourierFeatures(bandwidth).

    Returns:
        Outputs of value (draws, K) and covariance (draws, K, K), float64.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.
        OutOfRange: h has no finite variance in float64 at these points.

    References:
        Theorem 2.

    Example:
        >>> import jax, numpy as np
        >>> keys, points = jax.random.split(jax.random.key(0), 100), np.sqrt(2) * np.eye(2)
        >>> found = outputs(keys, points, points, depth_f=2, depth_g=2, width_f=100, width_g=100)
        >>> found.value.shape, found.covariance.shape
        ((100, 2), (100, 2, 2))
    """
    sizes = {"depth_f": depth_f, "depth_g": depth_g, "width_f": width_f, "width_g": width_g}
    chosen = {"activation_f": activation_f, "activation_g": activation_g, "alpha": alpha, "coordinates": coordinates}
    found = forward_pass.outputs(validation.keys(keys), forward_pass.problem(x, z, Architecture(**sizes, **chosen)))
    if not compilation.traced(found.value) and not np.isfinite(found.covariance).all():
        raise OutOfRange("h has no finite variance in float64 at these points: scale x to norm sqrt(n_0).")
    return found


def values(
    keys: Unchecked, x: Real[ArrayLike, "K n0"], z: Real[ArrayLike, "K m0"], **architecture: Any
) -> Float[AnyArray, "draws K"]:
    """Draw the outputs h(u_i) of random hypernetworks: the value of `outputs`.

    Args:
        keys, x, z: as in `outputs`.
        architecture: its keyword arguments.

    Returns:
        h, (draws, K), float64; errors as in `outputs`.

    References:
        Theorem 2.

    Example:
        >>> import jax, numpy as np
        >>> keys, points = jax.random.split(jax.random.key(0), 100), np.sqrt(2) * np.eye(2)
        >>> values(keys, points, points, depth_f=2, depth_g=2, width_f=100, width_g=100).shape
        (100, 2)
    """
    return outputs(keys, x, z, **architecture).value
