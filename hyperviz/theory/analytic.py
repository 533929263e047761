"""The limits: GP kernels and tangent kernels of f and of h, in closed form (Theorems 2 and 3).

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
from jaxtyping import Array, ArrayLike, Float, Int, Real

from hyperviz.errors import InvalidInput
from hyperviz.runtime import compilation
from hyperviz.runtime.compilation import AnyArray, compiled
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import validation
from hyperviz.theory.activations import Activation, Correlation, duals, product, root, second_moment
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import FourierFeatures, gaussian
from hyperviz.theory.inputs import unit_rows
from hyperviz.theory.smooth_activations import Smooth
from hyperviz.theory.smooth_duals import Diagonal, g_diagonal, g_smooth
from hyperviz.theory.validation import Unchecked

TILE = 256  # rows and columns of a tile: its dozen arrays stay in the cache
MAX_DEPTH = 64


class Kernels(NamedTuple):
    """S, Theta_f, Lambda^H and Theta_h = Theta_f * Theta_g between two sets of points."""

    nngp_f: Float[Array, "N1 N2"]
    ntk_f: Float[Array, "N1 N2"]
    nngp: Float[Array, "N1 N2"]
    hyperkernel: Float[Array, "N1 N2"]


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


class _Points(NamedTuple):
    """Inputs as unit rows (zero vectors stay zero); square roots of the diagonals of Sigma^0, S and Lambda^H."""

    x: Float[Array, "N n0"]
    z: Float[Array, "N m0"]
    of_z: Float[Array, " N"]
    of_f: Float[Array, " N"]
    of_h: Float[Array, " N"]

    def diagonal(self) -> Diagonal:
        """What a smooth activation needs of the norms."""
        return Diagonal(self.of_z**2, self.of_f**2)


class _Model(NamedTuple):
    """An Architecture as the program takes it, all traced: another depth or activation is the same program."""

    depth_f: int | Int[Array, ""]
    depth_g: int | Int[Array, ""]
    sigma: Activation
    phi: Activation | Smooth


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
    model, features = _Model(L, H, architecture.sigma, architecture.phi), architecture.coordinates
    bandwidth = None if features is None else validation.positive("bandwidth", features.bandwidth)
    dtype = jnp.result_type(*arrays)
    sets = [_prepare(x, z, model, bandwidth is not None) for x, z in zip(arrays[::2], arrays[1::2], strict=True)]
    if compilation.traced(*arrays, L, H, bandwidth):
        return _tile(sets[0], sets[-1], model, bandwidth, dtype)
    for points in sets:
        # on the diagonal Theta_f = L S and Theta_h = L H Lambda^H: the smaller and the larger must fit
        validation.in_range(np.outer((1, L), points.of_f**2), dtype, "the kernel of f")
        validation.in_range(_extremes(points, model), dtype, "the kernel of h")
    return _tiles(sets[0], sets[-1], model, bandwidth or 0.0, dtype, len(sets) == 1)


def _prepare(x, z, model: _Model, features: bool) -> _Points:
    """Norms taken out: the diagonals are r gamma^(L-1) for f and, to the power H, times Sigma^0(z, z) for h."""
    x, z = x.astype(jnp.float64), z.astype(jnp.float64)
    unit_x, r = unit_rows(x)
    unit_z, t = (z, np.full(len(z), 0.5)) if features else unit_rows(z)
    H = model.depth_g if compilation.traced(model.depth_g) else float(model.depth_g)
    of_f = root(r) * second_moment(model.sigma) ** ((model.depth_f - 1) / 2)
    points = _Points(unit_x, unit_z, root(t), of_f, of_f)  # pyright: ignore[reportArgumentType]  # of NumPy, often
    if isinstance(model.phi, Smooth):
        of_h = _g_diagonal(points.diagonal(), model.depth_g, model.phi)[0]
        return points._replace(of_h=root(compilation.namespace(of_h).asarray(of_h)))
    return points._replace(of_h=of_f**H * root(t) * second_moment(model.phi) ** ((H - 1) / 2))


_g_diagonal = compiled(g_diagonal)


def _extremes(points: _Points, model: _Model) -> np.ndarray:
    """Lambda^H(u, u) and Theta_h(u, u), which is L H times the former where phi is homogeneous."""
    if isinstance(model.phi, Smooth):
        Lam, T_g = map(np.asarray, _g_diagonal(points.diagonal(), model.depth_g, model.phi))
        return np.stack([Lam, int(model.depth_f) * points.of_f**2 * T_g])
    return np.outer((1, int(model.depth_f) * int(model.depth_g)), points.of_h**2)


def _seen(a, b, bandwidth, dtype) -> Correlation:
    """The correlations of what g sees: features of z, or z itself where the bandwidth is None, or 0 in the program."""
    if bandwidth is None:
        return correlation(a, b, dtype)
    positive = jnp.where(bandwidth > 0, bandwidth, 1)
    features, raw = partial(gaussian, a, b, positive, dtype), partial(correlation, a, b, dtype)
    return jax.lax.cond(bandwidth > 0, features, raw)


def _tile(a: _Points, b: _Points, model: _Model, bandwidth, dtype) -> Kernels:
    """The four kernels between two sets: correlations through the recursions, then the norms put back."""
    inner = jnp.float64 if isinstance(model.phi, Smooth) else dtype
    z = _seen(a.z, b.z, bandwidth, inner)
    S, T_f = f_recursion(correlation(a.x, b.x, inner), model.depth_f, model.sigma.alpha)
    if isinstance(model.phi, Smooth):
        Lam, T_g = g_smooth(z, S, a.diagonal(), b.diagonal(), model.depth_g, model.phi)
        of_f = a.of_f[:, None] * b.of_f
        return Kernels(*(v.astype(dtype) for v in (of_f * S.cosine, of_f * T_f, Lam, of_f * T_f * T_g)))
    Lam, T_g = g_recursion(z, S, model.depth_g, model.phi.alpha)
    of_f = a.of_f.astype(dtype)[:, None] * b.of_f.astype(dtype)
    of_h = a.of_h.astype(dtype)[:, None] * b.of_h.astype(dtype)
    return Kernels(of_f * S.cosine, of_f * T_f, of_h * Lam.cosine, of_h * (T_f * T_g))


@compiled(static_argnames=("dtype", "symmetric"))
def _tiles(a: _Points, b: _Points, model: _Model, bandwidth, dtype, symmetric: bool) -> Kernels:
    """All tiles, or those on and above the diagonal and their transposes, written into the four results.

    The last tile of a row is moved back to end at the edge: no padding, no result-sized array beyond the four.
    """
    rows, columns = len(a.x), len(b.x)
    high, wide = min(TILE, rows), min(TILE, columns)

    def cut(points, at, size):
        return jax.tree.map(lambda v: jax.lax.dynamic_slice_in_dim(v, at, size), points)

    def at_tile(i, j, results):
        top, left = jnp.minimum(i * high, rows - high), jnp.minimum(j * wide, columns - wide)
        tile = _tile(cut(a, top, high), cut(b, left, wide), model, bandwidth, dtype)
        results = jax.tree.map(lambda r, t: jax.lax.dynamic_update_slice(r, t, (top, left)), results, tile)
        if not symmetric:
            return results
        return jax.tree.map(lambda r, t: jax.lax.dynamic_update_slice(r, t.T, (left, top)), results, tile)

    def at_row(i, results):
        return jax.lax.fori_loop(i if symmetric else 0, -(-columns // wide), lambda j, r: at_tile(i, j, r), results)

    empty = Kernels(*(jnp.zeros((rows, columns), dtype) for _ in range(4)))
    return jax.lax.fori_loop(0, -(-rows // high), at_row, empty)
