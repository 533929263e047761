"""Solve kernel regression of images seen at a few pixels each, dense: the paper's protocol for Table 1.

The kernel's expansion F(S, sigma) = sum_r a_r(S) b_r(sigma) builds the system without a recursion an entry, and
predicts every pixel of an image without the (M g^2) x (N P) kernel between new and training points:

    h(x*, z) = sum_r sum_i a_r(S(x*, x_i)) B_r(i, z),    B_r(i, z) = sum_p b_r(sigma(z, z_ip)) alpha_ip.

Up to DIRECT points the system is factorised in float64; beyond, conjugate gradients on it in float32 (module
`conjugate_gradient`) take a tenth of the time, and the factorisation remains for what they cannot solve.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from hyperviz.errors import InvalidInput
from hyperviz.runtime import arrays
from hyperviz.theory import validation
from hyperviz.theory.analytic import MAX_DEPTH
from hyperviz.theory.gram.separable_kernel import Expansion, evaluate, expand
from hyperviz.theory.regression import conjugate_gradient
from hyperviz.theory.regression.dense import factorise, solve
from hyperviz.theory.regression.grid import KERNELS, angle, directions
from hyperviz.theory.validation import Unchecked

BLOCK = 1_000_000  # entries of the system built between two yields, about 0.05 s
DIRECT = 3000  # points
MAX_POINTS = 20_000  # two float64 matrices of that size fill 6.4 GB


class RandomPixelCompletion(NamedTuple):
    """Hold predicted images, None until the system is solved, and how much of the system is built."""

    prediction: Float[np.ndarray, "M g g *C"] | None
    built: float
    expansion_error: float
    jitter: float


def steps(
    x: Unchecked,
    y: Unchecked,
    pixels: Unchecked,
    x_new: Unchecked,
    *,
    depth_f: Unchecked,
    depth_g: Unchecked,
    bandwidth: Unchecked,
    ridge: Unchecked,
    kernel: str = "hk",
    slopes: tuple[float, float] = (0.0, 0.0),
) -> Iterator[RandomPixelCompletion]:
    """Solve k(u, U) (K + eps I)^-1 Y for u = (x*, every pixel), U = (x_i, the pixels z_i1 .. z_iP of image i).

    Args:
        x: inputs of f for the training images, (N, ...), of any norm: S^0 is their cosine.
        y: the training images, (N, g, g), or (N, g, g, C) for C channels; any g.
        pixels: (N, P) indices into g * g: where each training image is seen.
        x_new: inputs of f for the images to predict, (M, ...).
        depth_f, depth_g: L and H, 1 to MAX_DEPTH.
        bandwidth: l of exp(-|z - z'|^2 / (2 l^2)), in pixels, without wrapping around.
        ridge: eps >= 0, in units of a kernel whose S^0 and Sigma^0 have diagonal 1.
        kernel: as in `grid.steps`.
        slopes: of the leaky ReLUs of f and g below zero, 0 for ReLU.

    Yields:
        RandomPixelCompletion: how much of the system is built, then the prediction. Two (N P) x (N P) arrays of
        float64, or one of float32 beyond DIRECT points; solving it is one uninterrupted step.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range, or more than MAX_POINTS points.
        NotPositiveDefinite: a system without a Cholesky factor; the message names a ridge that would do.

    References:
        eq. 18; section 5.3 for the protocol.

    Example:
        >>> image, pixels = np.eye(4)[None], np.arange(16)[None]
        >>> *_, last = steps(image, image, pixels, image, depth_f=2, depth_g=2, bandwidth=1.0, ridge=1e-9)
        >>> float(np.abs(last.prediction - image).max()) < 1e-3  # every pixel of it was seen
        True
    """
    L, H = (validation.at_least(n, d, 1, MAX_DEPTH) for n, d in (("depth_f", depth_f), ("depth_g", depth_g)))
    if kernel not in KERNELS:
        raise InvalidInput(f"kernel must be one of {', '.join(KERNELS)}; got {kernel!r}.")
    eps, width = validation.nonnegative("ridge", ridge), validation.positive("bandwidth", bandwidth)
    x, y, x_new = validation.images(x, y, x_new)
    g, pixels = y.shape[1], arrays.real("pixels", pixels)
    if pixels.ndim != 2 or len(pixels) != len(x) or pixels.dtype.kind not in "iu" or not pixels.size:
        raise InvalidInput(f"pixels must hold indices, one row for each of {len(x)} images; got shape {pixels.shape}.")
    if pixels.min() < 0 or pixels.max() >= g * g:
        raise InvalidInput(f"pixels must lie between 0 and {g * g - 1}; got {pixels.min()} to {pixels.max()}.")
    if pixels.size > MAX_POINTS:
        raise InvalidInput(
            f"images times pixels must stay within {MAX_POINTS:,} points; got {pixels.size:,}: take fewer."
        )
    return _solve(x, y, pixels, x_new, _expansion(g, width, KERNELS[kernel], L, H, slopes), eps)


@lru_cache(maxsize=16)
def _expansion(g, bandwidth, kernel, depth_f, depth_g, slopes) -> Expansion:
    """Return F with b_r at every distinct |z - z'|^2: draws of the pixels share it."""
    exponent = -_squares(g)[0] / (2 * bandwidth**2)
    return expand(np.exp(exponent), -np.expm1(exponent), kernel, depth_f, depth_g, slopes)


@lru_cache(maxsize=4)
def _squares(g) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct |z - z'|^2 between pixels of a g x g image, and where each pair (g^2, g^2) is."""
    at = np.arange(g)
    distinct, place = np.unique(at[:, None] ** 2 + at**2, return_inverse=True)  # of two distances along the axes
    lag = np.abs(np.subtract.outer(at, at))
    place = place.reshape(g, g).astype(np.int32)[lag[:, None, :, None], lag[None, :, None, :]]
    return distinct, place.reshape(g * g, g * g)


def _solve(x, y, pixels, x_new, F: Expansion, ridge) -> Iterator[RandomPixelCompletion]:
    g, ((x, alive), (x_new, seen)) = y.shape[1], (directions(x), directions(x_new))
    shape = (len(x_new), *y.shape[1:])
    x, pixels, y = x[alive], pixels[alive], y[alive].reshape(int(alive.sum()), g * g, y[0, 0, 0].size)
    prediction, jitter = np.zeros((y.shape[2], len(x_new), g, g), np.float64), 0.0
    if len(x):
        a, place, weights = evaluate(F.a, angle(x @ x.T)), _squares(g)[1], None
        targets = np.take_along_axis(y, pixels[..., None], 1).reshape(pixels.size, -1)
        for dtype in (np.float32, np.float64) if pixels.size > DIRECT else (np.float64,):
            system = np.zeros((pixels.size, pixels.size), dtype)
            for row in _build(system, a, pixels, place, F.b):
                yield RandomPixelCompletion(None, (row / len(x)) ** 2, F.error, 0.0)
            weights, jitter = _weights(system, targets, ridge, F.scale)
            del system
            if weights is not None:
                break
        spread = np.zeros((y.shape[2], len(x), g * g), np.float64)
        for plane, alpha in zip(spread, np.transpose(weights), strict=True):  # pyright: ignore[reportArgumentType, reportCallIssue]
            np.add.at(plane, (np.arange(len(x))[:, None], pixels), alpha.reshape(pixels.shape))
        a = evaluate(F.a, angle(x_new @ x.T)) * seen[:, None]
        prediction = _everywhere(a, spread.reshape(-1, len(x), g, g), F.b[:, place[0].reshape(g, g)])
    yield RandomPixelCompletion(np.moveaxis(prediction, 0, 3).reshape(shape), 1.0, F.error, jitter)


def _everywhere(a, spread: Float[np.ndarray, "C N g g"], b: Float[np.ndarray, "R g g"]) -> Float[np.ndarray, "C M g g"]:
    """Return sum_r sum_i a_r(x*, x_i) sum_z' b_r(z - z') spread_i(z'), the inner sum by a transform.

    b: b_r at every distance from the first pixel. Round a circle of 2 g - 1 pixels nothing meets what is behind it.
    """
    (C, N, g, _), M = spread.shape, a.shape[1]
    around, L = np.r_[0:g, g - 1 : 0 : -1], 2 * g - 1
    kernels, total = np.fft.rfft2(b[:, around[:, None], around]), np.zeros((C, M, L, g), np.complex128)
    for a_r, kernel in zip(a, kernels, strict=True):
        onto = (a_r @ spread.reshape(C, N, g * g)).reshape(C, M, g, g)
        total += np.fft.rfft2(onto, s=(L, L)) * kernel
    return np.fft.irfft2(total, s=(L, L))[..., :g, :g]


def _weights(system, y, ridge, scale) -> tuple[np.ndarray | None, float]:
    """Return (K + eps I)^-1 y and the jitter, by the way that the system's type asks for; None where that way fails."""
    if system.dtype == np.float32:
        return conjugate_gradient.solve(system, y, ridge, scale), 0.0
    factor = factorise(system, ridge, scale)
    return solve(factor, y), factor.jitter


def _build(system, a, pixels, place, b) -> Iterator[int]:
    """Build F(S, sigma) between all points on and below the diagonal, some images at a time, and yield the images done.

    F of a pair of images at every distance is one product a b; each of its P x P entries is then looked up.
    """
    (N, P), Q = pixels.shape, b.shape[1]
    a, b, work = a.astype(system.dtype), b.astype(system.dtype), 0
    for i in range(N):
        F = a[:, i, : i + 1].T @ b
        where = place[pixels[i]][:, pixels[: i + 1]] + (np.arange(i + 1) * Q)[:, None]
        system[i * P : (i + 1) * P, : (i + 1) * P] = F.ravel()[where.reshape(P, -1)]
        work += where.size
        if work > BLOCK:
            yield i + 1
            work = 0
