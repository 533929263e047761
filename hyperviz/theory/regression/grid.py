"""Solve kernel regression of images at every pixel of a g x g grid exactly, one frequency at a time.

With coordinates on the torus the kernel of two images at pixels z, z' depends on z - z' alone, and evenly. The
real Fourier (Hartley) transform over the pixels then splits the (N g^2) x (N g^2) system into g^2 systems of size N:

    (khat_w(X, X) + eps I) alpha_w = Yhat_w,    prediction = inverse transform of khat_w(x*, X) alpha_w,
    khat_w = sum_r bhat_r(w) a_r(S),            F(S, sigma) = sum_r a_r(S) b_r(sigma)    (module separable_kernel).

Frequencies that differ in sign or order share their system: 120 for 28 x 28. The C channels of colour images are C
outputs of h that share the kernel: more right-hand sides of the same systems. NumPy and LAPACK, not JAX: no number of
images compiles anything, and a factorisation takes half the time (measured, see `dense`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from hyperviz.errors import InvalidInput
from hyperviz.theory import validation
from hyperviz.theory.activations import activation
from hyperviz.theory.analytic import MAX_DEPTH
from hyperviz.theory.gram.separable_kernel import Expansion, evaluate, expand
from hyperviz.theory.inputs import unit_rows
from hyperviz.theory.regression.dense import CholeskyFactor, factorise, solve
from hyperviz.theory.regression.grid_geometry import classes, coordinates, hartley
from hyperviz.theory.validation import Unchecked

KERNELS = {"nngp": "nngp", "hk": "hk", "hk-released": "released"}
BAND = 64  # rows of the triangle built at a time
IDENTICAL = 1 - 1e-14  # a correlation this near 1 is rounding: the two images are one
WORK = 1e9  # floating-point operations between two yields, about 0.1 s


class Completion(NamedTuple):
    """Hold predicted images after `solved` of `systems` systems, lowest frequencies first: blurred, then exact."""

    prediction: Float[np.ndarray, "M g g *C"]
    solved: int
    systems: int
    rank: int  # terms of F's expansion
    expansion_error: float  # its largest error over F's largest value
    jitter: float  # the most that was added to a diagonal beside the ridge


class Systems(NamedTuple):
    """Hold the split kernel of the training images, those with x = 0 left out: khat_w = sum_r b[r, w] a_r(S)."""

    x: Float[np.ndarray, "N d"]  # unit rows
    y: Float[np.ndarray, "N g2 *C"]  # transformed targets
    triangle: list[np.ndarray]  # a_r(S) on and below the diagonal, (R, rows, columns) for each band of rows
    b: Float[np.ndarray, "R g2"]  # bhat_r
    expansion: Expansion

    @property
    def side(self) -> int:
        """Return g."""
        return math.isqrt(self.y.shape[1])


def complete(x: Unchecked, y: Unchecked, x_new: Unchecked, **settings: Any) -> Completion:
    """Predict images at every pixel by exact kernel regression: the last of `steps`, every system solved.

    Args:
        x, y, x_new, settings: as in `steps`.

    Returns:
        The exact Completion.

    Raises:
        InvalidInput, NotPositiveDefinite: as `steps`.

    References:
        eq. 18.

    Example:
        >>> image = np.eye(4)[None]
        >>> settings = {"depth_f": 2, "depth_g": 2, "bandwidth": 1.0}
        >>> found = complete(image, image, image, ridge=1e-9, **settings)  # the training image itself
        >>> found.prediction.shape, np.allclose(found.prediction, image, atol=1e-3)
        ((1, 4, 4), True)
    """
    *_, last = steps(x, y, x_new, **settings)
    return last


def steps(
    x: Unchecked,
    y: Unchecked,
    x_new: Unchecked,
    *,
    depth_f: Unchecked,
    depth_g: Unchecked,
    bandwidth: Unchecked,
    ridge: Unchecked,
    kernel: str = "hk",
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
) -> Iterator[Completion]:
    """Solve k(u, U) (K + eps I)^-1 Y for u = (x*, every pixel), U = (every x, every pixel), one frequency at a time.

    Args:
        x: inputs of f for the training images, (N, ...), of any norm: S^0 is their cosine.
        y: the training images, (N, g, g), or (N, g, g, C) for C channels; any g.
        x_new: inputs of f for the images to predict, (M, ...).
        depth_f, depth_g: L and H, 1 to MAX_DEPTH.
        bandwidth: l of the coordinate kernel, in pixels: per axis the periodised Gaussian
            sum_k exp(-(d + g k)^2 / (2 l^2)) over its value at d = 0.
        ridge: eps >= 0, in units of a kernel whose S^0 and Sigma^0 have diagonal 1.
        kernel: "nngp", Lambda^H; "hk", Theta_f Theta_g; "hk-released", the authors' recursion, which leaves the
            factor S out of g's backward step.
        activation_f, activation_g: "relu" or "leaky_relu".
        alpha: slope of leaky ReLU below zero.

    Yields:
        Completion, ever closer to the exact answer, each step about 0.1 s. float64; R/2 + 2 arrays of N x N, R <= 17.
        An image x of zeros has kernel 0: it teaches nothing, and its prediction is 0.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.
        NotPositiveDefinite: a system without a Cholesky factor; the message names a ridge that would do.

    References:
        eq. 18 with Theorems 2 and 3.

    Example:
        >>> images = np.stack([np.eye(4), np.ones((4, 4))])
        >>> *_, last = steps(images, images, images, depth_f=2, depth_g=2, bandwidth=1.0, ridge=1e-3)
        >>> last.solved == last.systems, last.prediction.shape
        (True, (2, 4, 4))
    """
    eps = validation.nonnegative("ridge", ridge)
    x, y, x_new = validation.images(x, y, x_new)
    settings = {"depth_f": depth_f, "depth_g": depth_g, "bandwidth": bandwidth, "kernel": kernel}
    functions = {"activation_f": activation_f, "activation_g": activation_g, "alpha": alpha}
    return _solve(split(x, y, **settings, **functions), x_new, eps)


def split(
    x: Unchecked,
    y: Unchecked,
    *,
    depth_f: Unchecked,
    depth_g: Unchecked,
    bandwidth: Unchecked,
    kernel: str = "hk",
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
) -> Systems:
    """Return the g^2 systems that the training images make, arguments as in `steps`; nothing is solved yet.

    (R/2) N^2 float64 numbers: the kernel of one frequency at a time is built of them by `build`.
    """
    L, H = (validation.at_least(n, d, 1, MAX_DEPTH) for n, d in (("depth_f", depth_f), ("depth_g", depth_g)))
    if kernel not in KERNELS:
        raise InvalidInput(f"kernel must be one of {', '.join(KERNELS)}; got {kernel!r}.")
    slopes = activation(activation_f, alpha).alpha, activation(activation_g, alpha).alpha
    width = validation.positive("bandwidth", bandwidth)
    x, y, _ = validation.images(x, y, x)
    (x, alive), g = directions(x), y.shape[1]
    x, y = x[alive], y[alive]
    F, place = _expansion(g, width, KERNELS[kernel], L, H, slopes), coordinates(g, width)[2]
    theta = angle(x @ x.T)
    triangle = [evaluate(F.a, theta[at : at + BAND, : at + BAND]) for at in range(0, len(x), BAND)]
    b = np.fft.fft2(F.b[:, place]).real.reshape(len(F.b), g * g)
    return Systems(x, hartley(y).reshape(len(y), g * g, *y.shape[3:]), triangle, b, F)


@functools.lru_cache(maxsize=16)
def _expansion(g, width, kernel, L, H, slopes) -> Expansion:
    """Return F at the distances of the grid, kept for all numbers of images: at 64 x 64 it takes half a second."""
    return expand(*coordinates(g, width)[:2], kernel, L, H, slopes)


def cross(systems: Systems, x_new: Float[np.ndarray, "M d"]) -> tuple[Float[np.ndarray, "R M N"], np.ndarray]:
    """Return a_r(S) of new with training images, and which new images are zero: f sees nothing of them."""
    x_new, seen = directions(x_new)
    return evaluate(systems.expansion.a, angle(x_new @ systems.x.T)), ~seen


def factors(systems: Systems, ridge: float) -> Iterator[tuple[np.ndarray, CholeskyFactor]]:
    """Yield the frequencies of each system, lowest first, and the Cholesky factor of khat_w + eps I."""
    system = np.zeros((len(systems.x), len(systems.x)), np.float64)
    for w in classes(systems.side):
        yield w, factorise(build(systems, w, system), ridge, systems.expansion.scale)


def pause(systems: Systems) -> int:
    """Return how many systems make a step of about 0.1 s."""
    return max(1, int(WORK / (len(systems.x) ** 3 / 3 + 2e7)))


def right_sides(systems: Systems, w: np.ndarray) -> Float[np.ndarray, "N sides"]:
    """Return the targets of one system: every channel of each of its frequencies."""
    return systems.y[:, w].reshape(len(systems.y), -1)


def _solve(systems: Systems, x_new, ridge) -> Iterator[Completion]:
    a, blank = cross(systems, x_new)
    groups, F, g, C = classes(systems.side), systems.expansion, systems.side, systems.y.shape[2:]
    spectrum, jitter, every = np.zeros((len(blank), g * g, *C), np.float64), 0.0, pause(systems)
    done: Iterator = factors(systems, ridge) if len(systems.x) else ((w, None) for w in groups)
    for solved, (w, factor) in enumerate(done, start=1):
        if factor is not None:
            jitter, weights = max(jitter, factor.jitter), solve(factor, right_sides(systems, w)).T
            part = np.einsum("mn,wn->mw", np.einsum("r,rmn->mn", systems.b[:, w[0]], a), weights)
            spectrum[:, w] = part.reshape(len(blank), len(w), *C)
        if solved in (1, len(groups)) or solved % every == 0:  # what comes before the first takes as long as a step
            prediction = hartley(spectrum.reshape(-1, g, g, *C))
            prediction[blank] = 0
            yield Completion(prediction, solved, len(groups), len(F.b), F.error, jitter)


def build(systems: Systems, w: np.ndarray, into: Float[np.ndarray, "N N"]) -> Float[np.ndarray, "N N"]:
    """Write khat_w = sum_r bhat_r(w) a_r(S) on and below the diagonal of `into`: all that a factorisation reads.

    einsum, not BLAS: NumPy's and SciPy's threads wait for each other, which on two busy cores cost 10 ms a product.
    """
    for band, a in enumerate(systems.triangle):
        rows = slice(band * BAND, band * BAND + a.shape[1])
        into[rows, : a.shape[2]] = np.einsum("r,rij->ij", systems.b[:, w[0]], a)
    return into


def angle(S: np.ndarray) -> np.ndarray:
    """Return arccos S."""
    return np.arccos(np.where(S > IDENTICAL, 1, np.maximum(S, -1)))


def directions(v: Float[np.ndarray, "N d"]) -> tuple[np.ndarray, np.ndarray]:
    """Return unit rows, a row of zeros as it is, and which rows are not zero."""
    rows, squares = unit_rows(v)
    return rows, squares > 0
