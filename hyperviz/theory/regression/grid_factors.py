"""One pass over the grid's systems, and what it leaves: a new image then costs cross products only.

The weights alpha_w = (khat_w + eps I)^-1 Yhat_w predict the mean; the Cholesky factors, where they are kept, give the
covariance of a new image h(x*, .) under the Gaussian process whose kernel this is. It is stationary in z:

    chat_w = khat_w(x*, x*) - khat_w(x*, X) (khat_w + eps I)^-1 khat_w(X, x*).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from hyperviz.errors import InvalidInput
from hyperviz.theory import validation
from hyperviz.theory.regression.dense import Factor, half_solve, solve
from hyperviz.theory.regression.grid import Systems, classes, cross, factors, hartley, pause, right_sides, split
from hyperviz.theory.separable_kernel import evaluate


class Factors(NamedTuple):
    """The systems solved so far, lowest frequencies first: blurred, then exact."""

    systems: Systems
    ridge: float
    weights: Float[np.ndarray, "N g2 *C"]  # transformed; 0 at frequencies that are not solved yet
    kept: tuple[Factor, ...]  # one for each system solved, in the order of `classes`; empty where none is kept
    log_determinant: float  # of K + eps I over all frequencies, and over the channels, which share it
    quadratic: float  # Y^T (K + eps I)^-1 Y
    jitter: float  # the most that was added to a diagonal beside the ridge
    solved: int
    total: int

    @property
    def nbytes(self) -> int:
        """What keeping it costs."""
        arrays = [self.weights, self.systems.x, self.systems.y, *self.systems.triangle]
        return sum(a.nbytes for a in [*arrays, *(f.upper for f in self.kept)])


class Evidence(NamedTuple):
    """How well the kernel alone explains the training images."""

    value: float  # log marginal likelihood at the best amplitude, nats for each of the n = N g^2 C values of pixels
    amplitude: float  # s of the kernel s^2 k and the noise s^2 eps


def steps(x, y, *, ridge, keep: bool = True, **settings) -> Iterator[Factors]:
    """Ever more systems solved, each step about 0.1 s; x, y and the settings as in `grid.steps`.

    keep: whether the Cholesky factors stay: 120 N^2 float64 numbers for 28 x 28 (38 MB at N = 200).
    InvalidInput; NotPositiveDefinite. Source: eq. 18.
    """
    eps = validation.nonnegative("ridge", ridge)
    return _pass(split(x, y, **settings), eps, keep)


def last(stream: Iterable[Factors]) -> Factors:
    """Every system solved."""
    *_, found = stream
    return found


def _pass(systems: Systems, ridge: float, keep: bool) -> Iterator[Factors]:
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
            yield Factors(
                systems, ridge, weights.copy(), (), float(sums[0]), float(sums[1]), jitter, solved, len(groups)
            )
    whole = Factors(
        systems, ridge, weights, tuple(kept), float(sums[0]), float(sums[1]), jitter, len(groups), len(groups)
    )
    yield lean(whole) if keep else whole


def lean(found: Factors) -> Factors:
    """Without what only another pass over the systems would read."""
    return found._replace(systems=found.systems._replace(triangle=[]))


def mean(found: Factors, x_new: Float[np.ndarray, "M d"]) -> Float[np.ndarray, "M g g *C"]:
    """k(u*, U) (K + eps I)^-1 Y for u* = (x*, every pixel): sum_r bhat_r sum_i a_r(S(x*, x_i)) alpha_i."""
    a, blank = cross(found.systems, x_new)
    b, g, shape = found.systems.b, found.systems.side, found.weights.shape[1:]
    onto = (a @ found.weights.reshape(-1, math.prod(shape))).reshape(*a.shape[:2], *shape)
    prediction = hartley(np.einsum("rw,rmw...->mw...", b, onto).reshape(len(x_new), g, g, *shape[1:]))
    prediction[blank] = 0
    return prediction


def covariance(found: Factors, x_new: Float[np.ndarray, "M d"]) -> Iterator[Float[np.ndarray, "M g2"]]:
    """chat_w of each new image, any channel, ever more of it, the prior's where no system is solved yet; at least 0.

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


def evidence(found: Factors) -> Evidence:
    """Its log marginal likelihood over all frequencies; see `of`."""
    return of(found.log_determinant, found.quadratic, found.weights.size)


def of(log_determinant: float, quadratic: float, n: int) -> Evidence:
    """max over s of log N(Y; 0, s^2 (K + eps I)) / n = -(log(2 pi e s^2) + log det(K + eps I) / n) / 2.

    The best amplitude is s^2 = Y^T (K + eps I)^-1 Y / n. n: pixels of all training images, each channel's.
    """
    if not n or quadratic <= 0:
        raise InvalidInput(
            "y must hold a pixel that is not 0 beside an x that is not 0: nothing else can be explained."
        )
    square = quadratic / n
    return Evidence(-(np.log(2 * np.pi * np.e * square) + log_determinant / n) / 2, float(np.sqrt(square)))


def _at_one(systems: Systems) -> Float[np.ndarray, " R"]:
    """a_r(S = 1)."""
    return evaluate(systems.expansion.a, np.zeros(1))[:, 0]
