"""Compute the limits: GP kernels and tangent kernels of f and of h, in closed form (Theorems 2 and 3).

`limit_tiles` holds the recursions, `pair_kernels` computes the kernels of many pairs in short steps.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int, Real

from hyperviz.errors import InvalidInput
from hyperviz.runtime import compilation
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import validation
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import FourierFeatures
from hyperviz.theory.gram import limit_tiles
from hyperviz.theory.validation import Unchecked

MAX_DEPTH = 64


class Kernels(NamedTuple):
    """Hold S, Theta_f, Lambda^H and Theta_h = Theta_f * Theta_g between two sets of points."""

    nngp_f: Float[Array, "N1 N2"]
    ntk_f: Float[Array, "N1 N2"]
    nngp: Float[Array, "N1 N2"]
    hyperkernel: Float[Array, "N1 N2"]


@in_float64
def kernels(
    x1: Real[ArrayLike, "N1 n0"],
    z1: Real[ArrayLike, "N1 m0"],
    x2: Real[ArrayLike, "N2 n0"] | None = None,
    z2: Real[ArrayLike, "N2 m0"] | None = None,
    *,
    depth_f: int | Int[ArrayLike, ""],
    depth_g: int | Int[ArrayLike, ""],
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
    coordinates: FourierFeatures | None = None,
) -> Kernels:
    """Compute the kernels of infinitely wide f, g and h between the pairs (x1, z1) and (x2, z2).

        S^l = 2 E[sigma sigma'],          Theta_f = T^L,  T^(l+1) = S^l + T^l * S_dot^l
        Lambda^l = Sigma^(l-1) * S,       Sigma^l = 2 E[phi phi'],
        Theta_h = Theta_f * Theta_g,      Theta_g = T^H,  T^(l+1) = Sigma^l + T^l * Sigma_dot^l * S

    Args:
        x1, z1: the first set of inputs of f, (N1, n_0), and of g, (N1, m_0); float32 unless float64 comes.
        x2, z2: the second set, (N2, n_0) and (N2, m_0); None for the first set with itself.
        depth_f, depth_g: L and H, weight matrices of f and g, 1 to MAX_DEPTH; may be traced.
        activation_f: sigma, "relu" or "leaky_relu".
        activation_g: phi; also "erf", "gelu", "sin" (closed forms) and "tanh" (by quadrature, to 1e-8).
        alpha: slope of leaky ReLU below zero, in [-1, 1].
        coordinates: None for raw z, or FourierFeatures(bandwidth), its bandwidth in units of z.

    Returns:
        Kernels of (N1, N2) arrays: S, Theta_f, Lambda^H and Theta_h.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.
        OutOfRange: the kernel of h, which grows as |x|^(2H), leaves the range of its type.

    References:
        Theorems 2 and 3, eqs. 8 to 14.

    Example:
        >>> import numpy as np
        >>> x, z = np.sqrt(2) * np.eye(2), np.sqrt(2) * np.eye(2)
        >>> found = kernels(x, z, depth_f=3, depth_g=3)
        >>> np.round(np.asarray(found.nngp), 3)
        array([[1.   , 0.198],
               [0.198, 1.   ]])
        >>> np.round(np.diagonal(found.hyperkernel), 3)  # L H on the diagonal
        array([9., 9.])
    """
    chosen = Architecture(
        depth_f=depth_f,
        depth_g=depth_g,
        activation_f=activation_f,
        activation_g=activation_g,
        alpha=alpha,
        coordinates=coordinates,
    )
    return limit(chosen, x1, z1, x2, z2)


@in_float64
def limit(architecture: Architecture, x1: Unchecked, z1: Unchecked, x2: Unchecked = None, z2: Unchecked = None):
    """Return `kernels` of an Architecture, whatever its widths: those of infinitely wide networks."""
    if (x2 is None) != (z2 is None):
        raise InvalidInput(
            "x2 and z2 belong together; got one of them: pass both, or neither for the first set itself."
        )
    given = {"x1": x1, "z1": z1} | ({} if x2 is None else {"x2": x2, "z2": z2})
    arrays = [validation.points(name, v) for name, v in given.items()]
    for x, z in zip(arrays[::2], arrays[1::2], strict=True):
        validation.same_length(x, z)
    if len(arrays) == 4:
        validation.same_width(arrays[0], arrays[2], "x1", "x2")
        validation.same_width(arrays[1], arrays[3], "z1", "z2")
    L, H = validation.depths(architecture, MAX_DEPTH)
    model = limit_tiles.TracedNetworks(L, H, architecture.sigma, architecture.phi)
    bandwidth = validation.bandwidth(architecture.coordinates)
    dtype = jnp.result_type(*arrays)
    features = bandwidth is not None
    sets = [limit_tiles.prepare(x, z, model, features) for x, z in zip(arrays[::2], arrays[1::2], strict=True)]
    names = Kernels._fields
    if compilation.traced(*arrays, L, H, bandwidth):
        found = limit_tiles.tile(sets[0], sets[-1], model, bandwidth, dtype)
        return Kernels(*(getattr(found, name) for name in names))
    for points in sets:
        limit_tiles.in_range(points, model, dtype)
    return Kernels(*limit_tiles.tiles(sets[0], sets[-1], model, bandwidth or 0.0, dtype, len(sets) == 1, names))
