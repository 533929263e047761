"""Sample functions z -> h(x, z): random networks beside draws of the Gaussian process (Theorem 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from hyperviz.studies import draws
from hyperviz.studies.prior_settings import PriorSettings, architecture, kernels, model, on_circle
from hyperviz.theory import linear

REACH = 2.5  # coordinates run from -REACH to REACH
LINE = np.linspace(-REACH, REACH, 33)
ROWS, COLUMNS = 11, 12  # of the patch: as many points as the shared line has, so that nothing more is compiled
SHOWN = 3  # functions of either kind
STREAMS = {"line": 2, "patch": 3}  # of random numbers
TURNS = np.radians([0.0, 15.0, 60.0, 180.0])  # angles between the x that share one network


class Functions(NamedTuple):
    """Functions of z at one x: of random networks so far, and of the Gaussian process."""

    networks: np.ndarray  # (so far, points)
    process: np.ndarray  # (SHOWN, points)
    deviation: np.ndarray  # (points,) the process's standard deviation


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
    """The grid of the patch, row by row from below; its points lie equally far apart either way."""
    across = np.linspace(-REACH, REACH, COLUMNS)
    up = across[:ROWS] - across[:ROWS].mean()
    return np.stack([a.ravel() for a in np.meshgrid(across, up)], 1)


def stream(settings: PriorSettings) -> Iterator[dict]:
    """The process at once, then networks one by one: the line, the shared line, the patch."""
    x, count = on_circle(TURNS).astype(np.float64), len(LINE)
    shared, square = _pairs(x, line()), _pairs(x[:1], patch())
    S, _, nngp, _ = kernels(*shared, chosen=model(settings))
    on_line = _process(nngp[:count, :count], settings, 1)
    yield {"line": Functions(np.zeros((0, count)), *on_line)}
    on_patch = _process(kernels(*square, chosen=model(settings)).nngp, settings, 2)
    yield {"patch": Functions(np.zeros((0, ROWS * COLUMNS)), *on_patch)}
    for news in _networks("line", shared, settings):
        if "values" in news:  # the first x gives the line, all x of the first network the family
            values = news["values"]
            news = {"line": Functions(values[:, :count], *on_line), "family": _family(values[0], S, nngp)}
        yield news
    for news in _networks("patch", square, settings):
        yield {"patch": Functions(news["values"], *on_patch)} if "values" in news else news


def _pairs(x, z):
    """Every x with every z."""
    return np.repeat(x, len(z), 0), np.tile(z, (len(x), 1))


def _process(kernel, settings, stream_of) -> tuple[np.ndarray, np.ndarray]:
    """Draws of N(0, Lambda^H) on the points, the same random numbers at every setting, and its deviation."""
    noise = np.random.default_rng([settings.seed, stream_of]).standard_normal((SHOWN, len(kernel)))
    return noise @ np.asarray(linear.root(jnp.asarray(kernel))).T, np.sqrt(np.diagonal(kernel))


def _networks(name, points, settings) -> Iterator[dict]:
    """The functions of SHOWN networks, one network after the other."""
    found = draws.kept("functions", name, settings.seed, *architecture(settings).values())
    for i in range(SHOWN):
        if i not in found:
            key = draws.keys(settings.seed, STREAMS[name], i, 1)
            found[i] = (yield from draws.shown(draws.outputs(key, points, architecture(settings)))).value[0]
        yield {"values": np.stack([found[j] for j in range(i + 1)])}


def _family(values, S, nngp) -> Family:
    """One network's functions at the x of TURNS beside the limit."""
    count = len(LINE)
    functions, blocks = values.reshape(-1, count), nngp.reshape(len(TURNS), count, len(TURNS), count)
    norm = np.sqrt((functions**2).sum(1) * (functions[0] ** 2).sum())
    alike = np.divide(functions @ functions[0], norm, out=np.zeros(len(functions)), where=norm > 0)
    return Family(functions, S[0, ::count], alike, np.array([_expected(blocks, i) for i in range(len(TURNS))]))


def _expected(blocks, i) -> float:
    """The correlation over the line of the functions at the first x and at x_i, from their covariances at equal z."""
    first, own, between = (np.einsum("tt->", blocks[a, :, b]) for a, b in ((0, 0), (i, i), (0, i)))
    return float(between / np.sqrt(first * own))
