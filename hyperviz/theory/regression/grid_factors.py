"""Factor the grid's systems in one pass: a new image then costs cross products only.

The weights alpha_w = (khat_w + eps I)^-1 Yhat_w predict the mean; the Cholesky factors, where they are kept, give the
covariance of a new image h(x*, .) under the Gaussian process whose kernel this is. It is stationary in z:

    chat_w = khat_w(x*, x*) - khat_w(x*, X) (khat_w + eps I)^-1 khat_w(X, x*).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from hyperviz.errors import InvalidInput
from hyperviz.theory import validation
from hyperviz.theory.gram.separable_kernel import evaluate
from hyperviz.theory.regression.dense import CholeskyFactor, half_solve, solve
from hyperviz.theory.regression.grid import Systems, cross, factors, pause, right_sides, split
from hyperviz.theory.regression.grid_geometry import classes, hartley
from hyperviz.theory.validation import Unchecked


class GridFactors(NamedTuple):
    """Hold the systems solved so far, lowest frequencies first: blurred, then exact."""

    systems: Systems
    ridge: float
    weights: Float[np.ndarray, "N g2 *C"]  # transformed; 0 at frequencies that are not solved yet
    kept: tuple[CholeskyFactor, ...]  # one for each system solved, in the order of `classes`; empty where none is kept
    log_determinant: float  # of K + eps I over all frequencies, and over the channels, which share it
    quadratic: float  # Y^T (K + eps I)^-1 Y
    jitter: float  # the most that was added to a diagonal beside the ridge
    solved: int
    total: int

    @property
    def nbytes(self) -> int:
        """Return the size of what is kept, in bytes."""
        arrays = [self.weights, self.systems.x, self.systems.y, *self.systems.triangle]
        return sum(a.nbytes for a in [*arrays, *(f.upper for f in self.kept)])


class Evidence(NamedTuple):
    """Say how well the kernel alone explains the training images."""

    value: float  # log marginal likelihood at the best amplitude, nats for each of the n = N g^2 C values of pixels
    amplitude: float  # s of the kernel s^2 k and the noise s^2 eps


def steps(x: Unchecked, y: Unchecked, *, ridge: Unchecked, keep: bool = True, **settings: Any) -> Iterator[GridFactors]:
    """Solve (khat_w + eps I) alpha_w = Yhat_w for ever more frequencies w, each step about 0.1 s.

    Args:
        x, y, settings: as in `grid.steps`.
        ridge: eps >= 0.
        keep: whether the Cholesky factors stay: 120 N^2 float64 numbers for 28 x 28 (38 MB at N = 200).

    Yields:
        GridFactors, lowest frequencies first.

    Raises:
        InvalidInput, NotPositiveDefinite: as `grid.steps`.

    References:
        eq. 18.

    Example:
        >>> image = np.eye(4)[None]
        >>> found = all_solved(steps(image, image, ridge=1e-9, depth_f=2, depth_g=2, bandwidth=1.0))
        >>> np.allclose(posterior_mean(found, image.reshape(1, 16)), image, atol=1e-3)
        True
    """
    eps = validation.nonnegative("ridge", ridge)
    return _pass(split(x, y, **settings), eps, keep)


def all_solved(stream: Iterable[GridFactors]) -> GridFactors:
    """Run the stream to its end, and return its last state: every system solved."""
    *_, found = stream
    return found


def _pass(systems: Systems, ridge: float, keep: bool) -> Iterator[GridFactors]:
    groups, every = classes(systems.side), pause(systems)
    weights, kept, sums = np.zeros_like(systems.y), [], np.zeros(2)
    jitter, done = 0.0, (factors(systems, ridge) if len(systems.x) else iter(()))
    for solved, (w, factor) in enumerate(done, start=1):
        y = right_sides(systems, w)
        alpha = solve(factor, y)
        weights[:, w] = alpha.reshape(weights[:, w].shape)
        sums += 2 * y.shape[1] * np.log(factor.upper.diagonal()).sum(), np.vdot(y, alpha)
        jitter = max(jitter, factor.jitter)
        if keep:
            kept.append(factor)
        if solved < len(groups) and (solved == 1 or solved % every == 0):
            yield GridFactors(
                systems, ridge, weights.copy(), (), float(sums[0]), float(sums[1]), jitter, solved, len(groups)
            )
    whole = GridFactors(
        systems, ridge, weights, tuple(kept), float(sums[0]), float(sums[1]), jitter, len(groups), len(groups)
    )
    yield without_triangle(whole) if keep else whole


def without_triangle(found: GridFactors) -> GridFactors:
    """Drop a_r(S) of the training images, which only another pass over the systems would read."""
    return found._replace(systems=found.systems._replace(triangle=[]))


def posterior_mean(found: GridFactors, x_new: Float[np.ndarray, "M d"]) -> Float[np.ndarray, "M g g *C"]:
    """Return k(u*, U) (K + eps I)^-1 Y for u* = (x*, every pixel): sum_r bhat_r sum_i a_r(S(x*, x_i)) alpha_i."""
    a, blank = cross(found.systems, x_new)
    b, g, shape = found.systems.b, found.systems.side, found.weights.shape[1:]
    onto = (a @ found.weights.reshape(-1, math.prod(shape))).reshape(*a.shape[:2], *shape)
    prediction = hartley(np.einsum("rw,rmw...->mw...", b, onto).reshape(len(x_new), g, g, *shape[1:]))
    prediction[blank] = 0
    return prediction


def covariance(found: GridFactors, x_new: Float[np.ndarray, "M d"]) -> Iterator[Float[np.ndarray, "M g2"]]:
    """Yield chat_w of each new image, any channel, the prior's where no system is solved yet; at least 0.

    From the factors kept at once; where none is kept each system is factored again, in steps of about 0.1 s.
    """
    systems, (a, blank) = found.systems, cross(found.systems, x_new)
    groups, every = classes(systems.side), pause(systems)
    spectrum = np.maximum(systems.b.T @ _at_one(systems), 0)[None] * ~blank[:, None]
    again = zip(groups, found.kept, strict=True) if found.kept else factors(systems, found.ridge)
    for solved, (w, factor) in enumerate(again if len(systems.x) else (), start=1):
        half = half_solve(factor, np.einsum("r,rmn->nm", systems.b[:, w[0]], a))
        spectrum[:, w] = np.maximum(spectrum[:, w] - (half**2).sum(axis=0)[:, None], 0)
        if not found.kept and solved < len(groups) and solved % every == 0:
            yield spectrum.copy()
    yield spectrum


def evidence(found: GridFactors) -> Evidence:
    """Return the log marginal likelihood over all frequencies; see `log_marginal_likelihood`."""
    return log_marginal_likelihood(found.log_determinant, found.quadratic, found.weights.size)


def log_marginal_likelihood(log_determinant: float, quadratic: float, n: int) -> Evidence:
    """Return max over s of log N(Y; 0, s^2 (K + eps I)) / n = -(log(2 pi e s^2) + log det(K + eps I) / n) / 2.

    The best amplitude is s^2 = Y^T (K + eps I)^-1 Y / n. n: pixels of all training images, each channel's.
    """
    if not n or quadratic <= 0:
        raise InvalidInput(
            "y must hold a pixel that is not 0 beside an x that is not 0: nothing else can be explained."
        )
    square = quadratic / n
    return Evidence(-(np.log(2 * np.pi * np.e * square) + log_determinant / n) / 2, float(np.sqrt(square)))


def _at_one(systems: Systems) -> Float[np.ndarray, " R"]:
    """Return a_r(S = 1)."""
    return evaluate(systems.expansion.a, np.zeros(1))[:, 0]
