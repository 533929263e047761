"""Sample functions z -> h(x, z): random networks beside draws of the Gaussian process (Theorem 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies import draws
from hyperviz.studies.prior_settings import PriorSettings, architecture, model, on_circle
from hyperviz.theory import analytic, linear

REACH = 2.5  # coordinates run from -REACH to REACH
LINE = np.linspace(-REACH, REACH, 33)
SIDE = 12  # points a side of the patch
AXIS = np.linspace(-REACH, REACH, SIDE)
SHOWN = 3  # functions of either kind
TURNS = np.radians([0.0, 15.0, 60.0, 180.0])  # angles between the x that share one network


class Functions(NamedTuple):
    """Functions of z at one x: of random networks so far, and of the Gaussian process."""

    networks: np.ndarray  # (so far, points)
    process: np.ndarray  # (SHOWN, points)


class Family(NamedTuple):
    """One network seen by several x: how alike the functions are, drawn and in the limit."""

    values: np.ndarray  # (x, points), empty before it is drawn
    S: np.ndarray  # (x,) correlation of the weights that f writes for x with those for the first
    alike: np.ndarray  # (x,) correlation of the function with the first, over the line's points
    expected: np.ndarray  # (x,) that of the limit's covariances


def line() -> np.ndarray:
    """z = (t, 1): a cut through the patch."""
    return np.stack([LINE, np.ones_like(LINE)], 1)


def patch() -> np.ndarray:
    """The grid of the patch, row by row from below."""
    return np.stack([a.ravel() for a in np.meshgrid(AXIS, AXIS)], 1)


def stream(settings: PriorSettings) -> Iterator[dict]:
    """The process at once, then networks one by one: the line, the shared line, the patch."""
    one = on_circle(np.zeros(1)).astype(np.float64)
    yield {"line": Functions(np.zeros((0, len(LINE))), _process(one, line(), settings, 1))}
    yield {"patch": Functions(np.zeros((0, SIDE**2)), _process(one, patch(), settings, 2))}
    yield from _networks("line", one, line(), settings, 2)
    yield from _family(settings)
    yield from _networks("patch", one, patch(), settings, 3)


def _pairs(x, z):
    """Every x with every z."""
    return np.repeat(x, len(z), 0), np.tile(z, (len(x), 1))


def _process(x, z, settings, stream_of) -> np.ndarray:
    """Draws of N(0, Lambda^H) on the points, the same random numbers at every setting."""
    kernel = analytic.kernels(*_pairs(x, z), **model(settings)).nngp
    noise = np.random.default_rng([settings.seed, stream_of]).standard_normal((SHOWN, len(kernel)))
    return noise @ np.asarray(linear.root(kernel)).T


def _networks(name, x, z, settings, stream_of) -> Iterator[dict]:
    """SHOWN networks, one after the other."""
    found = draws.kept("functions", name, settings.seed, *architecture(settings).values())
    process = _process(x, z, settings, stream_of - 1)
    for i in range(SHOWN):
        if i not in found:
            work = draws.outputs(draws.keys(settings.seed, stream_of, i, 1), _pairs(x, z), architecture(settings))
            found[i] = (yield from draws.shown(work)).value[0]
        yield {name: Functions(np.stack([found[j] for j in range(i + 1)]), process)}


def _family(settings) -> Iterator[dict]:
    """One network at all the x of TURNS."""
    x = on_circle(TURNS).astype(np.float64)
    limit = analytic.kernels(*_pairs(x, line()), **model(settings))
    count = len(LINE)
    S = np.asarray(limit.nngp_f)[0, ::count]
    blocks = np.asarray(limit.nngp).reshape(len(x), count, len(x), count)
    expected = np.array([_expected(blocks, i) for i in range(len(x))])
    found = draws.kept("family", settings.seed, *architecture(settings).values())
    if "values" not in found:
        work = draws.outputs(draws.keys(settings.seed, 4, 0, 1), _pairs(x, line()), architecture(settings))
        found["values"] = (yield from draws.shown(work)).value[0].reshape(len(x), count)
    values = found["values"]
    norm = np.sqrt((values**2).sum(1) * (values[0] ** 2).sum())
    alike = np.divide(values @ values[0], norm, out=np.zeros(len(x)), where=norm > 0)
    yield {"family": Family(values, S, alike, expected)}


def _expected(blocks, i) -> float:
    """The correlation over the line of the functions at the first x and at x_i, from their covariances at equal z."""
    first, own, between = (np.einsum("tt->", blocks[a, :, b]) for a, b in ((0, 0), (i, i), (0, i)))
    return float(between / np.sqrt(first * own))
