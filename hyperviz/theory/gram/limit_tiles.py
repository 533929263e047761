"""Compute the closed forms tile by tile: what `analytic` and `pair_kernels` compile.

ReLU-like networks are homogeneous, so every kernel is a product of norms times a function of two
correlations: that of x and x', and that of z and z'. The recursions below work on correlations; that of
a g with a smooth activation (module `smooth_duals`) carries the variances beside them, in float64.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from hyperviz.runtime import compilation
from hyperviz.runtime.compilation import AnyArray, compiled
from hyperviz.theory import validation
from hyperviz.theory.activations import Activation, Correlation, duals, product, root
from hyperviz.theory.fourier_features import gaussian
from hyperviz.theory.inputs import unit_rows
from hyperviz.theory.smooth_activations import Smooth
from hyperviz.theory.smooth_duals import Diagonal, g_diagonal, g_smooth

TILE = 256  # rows and columns of a tile: its dozen arrays stay in the cache


class Limits(NamedTuple):
    """Hold every kernel of the infinitely wide f, g and h between two sets of points."""

    nngp_f: Float[AnyArray, "N1 N2"]
    ntk_f: Float[AnyArray, "N1 N2"]
    nngp: Float[AnyArray, "N1 N2"]
    hyperkernel: Float[AnyArray, "N1 N2"]
    ntk_g: Float[AnyArray, "N1 N2"]


def f_recursion(S: Correlation, depth_f, alpha) -> tuple[Correlation, Float[Array, "*s"]]:
    """Return S^(L-1) and Theta_f = T^L of unit-norm inputs: T^1 = S^0, T^(l+1) = S^l + T^l * S_dot^l."""

    def layer(_, carry):
        S, T = carry
        S, S_dot = duals(S, alpha)
        return S, S.cosine + T * S_dot

    return jax.lax.fori_loop(1, depth_f, layer, (S, S.cosine))


def g_recursion(Sigma: Correlation, S: Correlation, depth_g, alpha) -> tuple[Correlation, Float[Array, "*s"]]:
    """Return Lambda^H and Theta_g = T^H.

    Lambda^l = Sigma^(l-1) * S, T^1 = Sigma^0, T^(l+1) = Sigma^l + T^l * Sigma_dot^l * S.
    """

    def layer(_, carry):
        Sigma, T = carry
        Sigma, Sigma_dot = duals(product(Sigma, S), alpha)
        return Sigma, Sigma.cosine + T * Sigma_dot * S.cosine

    Sigma, T = jax.lax.fori_loop(1, depth_g, layer, (Sigma, Sigma.cosine))
    return product(Sigma, S), T


def correlation(a: Float[AnyArray, "N1 d"], b: Float[AnyArray, "N2 d"], dtype) -> Correlation:
    """Return the correlations of unit rows, in float64 until the gap is known: its digits then survive in `dtype`."""
    cosine = jnp.clip(a.astype(jnp.float64) @ b.T.astype(jnp.float64), -1, 1)
    return Correlation(cosine.astype(dtype), (1 - jnp.abs(cosine)).astype(dtype))


class Points(NamedTuple):
    """Hold inputs as unit rows (zero vectors stay zero); square roots of the diagonals of Sigma^0, S and Lambda^H.

    of_g: of that of Theta_g / H, which is not Lambda^H / S where f is 0; like of_h unused where phi is smooth.
    """

    x: Float[Array, "N n0"]
    z: Float[Array, "N m0"]
    of_z: Float[Array, " N"]
    of_f: Float[Array, " N"]
    of_h: Float[Array, " N"]
    of_g: Float[Array, " N"]

    def diagonal(self) -> Diagonal:
        """Return what a smooth activation needs of the norms."""
        return Diagonal(self.of_z**2, self.of_f**2)


class TracedNetworks(NamedTuple):
    """Hold an Architecture as the program takes it, all traced: another depth or activation is the same program."""

    depth_f: int | Int[Array, ""]
    depth_g: int | Int[Array, ""]
    sigma: Activation
    phi: Activation | Smooth


def prepare(x, z, model: TracedNetworks, features: bool) -> Points:
    """Return the points, their norms apart.

    The diagonals are r for f, since layers keep the second moment, and r^H Sigma^0(z, z) for h.
    """
    x, z = x.astype(jnp.float64), z.astype(jnp.float64)
    unit_x, r = unit_rows(x)
    unit_z, t = (z, np.full(len(z), 0.5)) if features else unit_rows(z)
    H = model.depth_g if compilation.traced(model.depth_g) else float(model.depth_g)
    of_f, of_z = root(r), root(t)
    of_g = 0 * of_f if isinstance(model.phi, Smooth) else of_f ** (H - 1) * of_z
    return Points(unit_x, unit_z, of_z, of_f, of_f * of_g, of_g)  # pyright: ignore[reportArgumentType]  # of NumPy, often


_g_diagonal = compiled(g_diagonal)


def in_range(points: Points, model: TracedNetworks, dtype) -> None:
    """Refuse points whose kernels leave the range of their floating-point type.

    On the diagonal Theta_f = L S and Theta_h = L H Lambda^H: the smaller and the larger must fit.
    """
    with np.errstate(over="ignore"):  # infinity is refused as any number that is too large
        of_f, of_h = np.outer((1, int(model.depth_f)), np.square(points.of_f)), _extremes(points, model)
    validation.in_range(of_f, dtype, "the kernel of f")
    validation.in_range(of_h, dtype, "the kernel of h")


def _extremes(points: Points, model: TracedNetworks) -> np.ndarray:
    """Return Lambda^H(u, u) and Theta_h(u, u), which is L H times the former where phi is homogeneous."""
    if isinstance(model.phi, Smooth):
        Lam, T_g = map(np.asarray, _g_diagonal(points.diagonal(), model.depth_g, model.phi))
        return np.stack([Lam, int(model.depth_f) * points.of_f**2 * T_g])
    return np.outer((1, int(model.depth_f) * int(model.depth_g)), points.of_h**2)


def of_correlations(x: Correlation, z: Correlation, a: Points, b: Points, model: TracedNetworks, dtype) -> Limits:
    """Return the kernels between two sets of points of these correlations and norms.

    Theta_h = Theta_f * Theta_g (eq. 14): S carries what g's recursion needs of f, the norms are put back at the end.
    """
    S, T_f = f_recursion(x, model.depth_f, model.sigma.alpha)
    if isinstance(model.phi, Smooth):
        Lam, T_g = g_smooth(z, S, a.diagonal(), b.diagonal(), model.depth_g, model.phi)
        of_f = a.of_f[:, None] * b.of_f
        return Limits(*(v.astype(dtype) for v in (of_f * S.cosine, of_f * T_f, Lam, of_f * T_f * T_g, T_g)))
    Lam, T_g = g_recursion(z, S, model.depth_g, model.phi.alpha)
    pairs = ((a.of_f, b.of_f), (a.of_g, b.of_g), (a.of_h, b.of_h))
    of_f, of_g, of_h = (one.astype(dtype)[:, None] * other.astype(dtype) for one, other in pairs)
    return Limits(of_f * S.cosine, of_f * T_f, of_h * Lam.cosine, of_h * (T_f * T_g), of_g * T_g)


def tile(a: Points, b: Points, model: TracedNetworks, bandwidth, dtype) -> Limits:
    """Return the kernels between two sets: correlations through the recursions, then the norms put back."""
    inner = jnp.float64 if isinstance(model.phi, Smooth) else dtype
    return of_correlations(correlation(a.x, b.x, inner), _seen(a.z, b.z, bandwidth, inner), a, b, model, dtype)


def _seen(a, b, bandwidth, dtype) -> Correlation:
    """Return the correlations of what g sees: features of z, or z where the bandwidth is None, or 0 in the program."""
    if bandwidth is None:
        return correlation(a, b, dtype)
    positive = jnp.where(bandwidth > 0, bandwidth, 1)
    features, raw = partial(gaussian, a, b, positive, dtype), partial(correlation, a, b, dtype)
    return jax.lax.cond(bandwidth > 0, features, raw)


@compiled(static_argnames=("dtype", "symmetric", "names"))
def tiles(
    a: Points, b: Points, model: TracedNetworks, bandwidth, dtype, symmetric: bool, names: tuple[str, ...]
) -> tuple:
    """Return the kernels of those names: all tiles, or those on and above the diagonal and their transposes.

    The last tile of a row is moved back to end at the edge: no padding, no result-sized array beyond the results.
    """
    rows, columns = len(a.x), len(b.x)
    high, wide = min(TILE, rows), min(TILE, columns)

    def cut(points, at, size):
        return jax.tree.map(lambda v: jax.lax.dynamic_slice_in_dim(v, at, size), points)

    def at_tile(i, j, results):
        top, left = jnp.minimum(i * high, rows - high), jnp.minimum(j * wide, columns - wide)
        found = tile(cut(a, top, high), cut(b, left, wide), model, bandwidth, dtype)
        wanted = tuple(getattr(found, name) for name in names)
        results = jax.tree.map(lambda r, t: jax.lax.dynamic_update_slice(r, t, (top, left)), results, wanted)
        if not symmetric:
            return results
        return jax.tree.map(lambda r, t: jax.lax.dynamic_update_slice(r, t.T, (left, top)), results, wanted)

    def at_row(i, results):
        return jax.lax.fori_loop(i if symmetric else 0, -(-columns // wide), lambda j, r: at_tile(i, j, r), results)

    empty = tuple(jnp.zeros((rows, columns), dtype) for _ in names)
    return jax.lax.fori_loop(0, -(-rows // high), at_row, empty)
