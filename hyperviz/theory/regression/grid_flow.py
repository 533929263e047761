"""Follow the infinitely wide hypernetwork under gradient flow: every time from one eigendecomposition a system.

With the loss sum (h - y)^2 and the hyperkernel K the mean over initialisations of h_t at new points is

    k(u*, U) V (1 - e^(-2 lambda t)) / lambda V^T Y,    K = V lambda V^T,

so t takes the ridge's place: stopping early leaves what has small eigenvalues unlearnt. At t = infinity it is the
regression without a ridge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.linalg import LinAlgError, eigh

from hyperviz.errors import InvalidInput
from hyperviz.theory import validation
from hyperviz.theory.gradient_flow import spectral_filter
from hyperviz.theory.regression.grid import Systems, build, cross, right_sides, split
from hyperviz.theory.regression.grid_factors import Evidence, log_marginal_likelihood
from hyperviz.theory.regression.grid_geometry import classes, hartley
from hyperviz.theory.validation import Unchecked

WORK = 5e8  # floating-point operations between two yields, about 0.1 s
NULL = 1e-13  # eigenvalues below this part of the largest, which has the lowest frequency, are rounding


class Flow(NamedTuple):
    """Hold predicted images at each time, lowest frequencies first: blurred, then exact."""

    frames: Float[np.ndarray, "T M g g *C"]
    slowest: float  # 1 / (2 lambda) of the smallest eigenvalue met: what is learnt last
    solved: int
    total: int


class Modes(NamedTuple):
    """Hold the eigenvalues of every system and what of Y lies along them: all that the marginal likelihood reads."""

    values: Float[np.ndarray, "C N"]
    power: Float[np.ndarray, "C N"]  # sum over the system's right-hand sides of (V^T Y)^2
    shared: Float[np.ndarray, "C 1"]  # right-hand sides: frequencies that share the system, times channels


def steps(x: Unchecked, y: Unchecked, x_new: Unchecked, times: Unchecked, **settings: Any) -> Iterator[Flow]:
    """Predict new images at every training time t of the infinitely wide hypernetwork under gradient flow.

        h_t(u*) = k(u*, U) V (1 - e^(-2 lambda t)) / lambda V^T Y,    K = V lambda V^T

    Args:
        x, y, x_new, settings: as in `grid.steps`, without a ridge.
        times: t >= 0, infinity allowed, in the unit of dh/dt = -2 K (h - y).

    Yields:
        Flow, lowest frequencies first. Memory: the frames and one system in float64.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.

    References:
        section 4 with Theorem 3: the hyperkernel stays what it is at t = 0.

    Example:
        >>> image = np.eye(4)[None]
        >>> *_, last = steps(image, image, image, [0.0, np.inf], depth_f=2, depth_g=2, bandwidth=1.0)
        >>> np.allclose(last.frames, [0 * image, image], atol=1e-3)  # untrained, and trained for ever
        True
    """
    moments = np.asarray(times, np.float64)
    if moments.ndim != 1 or not len(moments) or not (moments >= 0).all():
        raise InvalidInput("times must hold numbers of at least 0, one for each picture.")
    x, y, x_new = validation.images(x, y, x_new)
    return _flow(split(x, y, **settings), x_new, moments)


def modes(systems: Systems) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield the frequencies of each system, lowest first, its eigenvalues (at least 0) and its eigenvectors."""
    system = np.zeros((len(systems.x), len(systems.x)), np.float64)
    for w in classes(systems.side):
        try:  # divide and conquer
            values, vectors = eigh(build(systems, w, system).T, lower=False, driver="evd", check_finite=False)
        except LinAlgError:
            raise InvalidInput(
                "the kernel's eigenvalues did not converge: change the bandwidth or the depths."
            ) from None
        yield w, np.maximum(values, 0), vectors


def _flow(systems: Systems, x_new, times) -> Iterator[Flow]:
    (a, blank), g, N = cross(systems, x_new), systems.side, len(systems.x)
    groups, C = classes(g), systems.y.shape[2:]
    spectrum = np.zeros((len(times), len(x_new), g * g, *C), np.float64)
    smallest, floor = np.inf, 0.0
    every = max(1, int(WORK / (9 * N**3 + 14 * len(times) * len(x_new) * max(N, 1))))
    for solved, (w, values, vectors) in enumerate(modes(systems) if N else (), start=1):
        onto = np.einsum("r,rmn->mn", systems.b[:, w[0]], a) @ vectors
        along = vectors.T @ right_sides(systems, w)
        floor, smallest = max(floor, NULL * float(values.max())), min(smallest, float(values.min()))
        for t, time in enumerate(times):
            part = (onto * spectral_filter(values, time, floor)) @ along
            spectrum[t][:, w] = part.reshape(len(x_new), len(w), *C)
        if solved < len(groups) and solved % every == 0:
            yield _frames(spectrum, blank, smallest, solved, len(groups))
    yield _frames(spectrum, blank, smallest, len(groups), len(groups))


def _frames(spectrum, blank, smallest, solved, total) -> Flow:
    g = math.isqrt(spectrum.shape[2])
    shape = spectrum.shape[1], g, g, *spectrum.shape[3:]
    frames = np.stack([hartley(moment.reshape(shape)) for moment in spectrum])  # what one transform needs fits a cache
    frames[:, blank] = 0
    return Flow(frames, 1 / (2 * smallest) if smallest > 0 else np.inf, solved, total)


def all_modes(systems: Systems) -> Modes:
    """Return the modes of every system; nothing but the spectrum is kept."""
    found = []
    for w, values, vectors in modes(systems):
        y = right_sides(systems, w)
        found.append((values, ((vectors.T @ y) ** 2).sum(1), [y.shape[1]]))
    return Modes(*(np.array(part, np.float64) for part in zip(*found, strict=True)))


def evidence(found: Modes, ridge: float) -> Evidence:
    """Return the log marginal likelihood at any ridge > 0, without another decomposition."""
    shifted = found.values + validation.positive("ridge", ridge)
    n = int(found.shared.sum()) * found.values.shape[1]
    return log_marginal_likelihood(
        float((found.shared * np.log(shifted)).sum()), float((found.power / shifted).sum()), n
    )
