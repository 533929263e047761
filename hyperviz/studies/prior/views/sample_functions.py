"""Draw sample functions z -> h(x, z): of random networks, beside those of the Gaussian process (Theorem 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.limit_kernels import kernels
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.prior.limits import on_circle
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.theory.gram import gram_factors

REACH = 2.5  # coordinates run from -REACH to REACH
LINE = np.linspace(-REACH, REACH, 33)
ROWS, COLUMNS = 11, 12  # of the patch: as many points as the shared line has, so that nothing more is compiled
SHOWN = 3  # functions of either kind
AVERAGED, SLOW = 16, 0.05  # networks that correlations are averaged over; SHOWN where one takes longer (seconds)
STREAMS = {"line": Stream.PRIOR_LINE_NETWORKS, "patch": Stream.PRIOR_PATCH_NETWORKS}
TURNS = np.radians([0.0, 15.0, 60.0, 180.0])  # angles between the x that share one network


class Functions(NamedTuple):
    """Hold functions of z at one x: of random networks so far, and of the Gaussian process."""

    networks: np.ndarray  # (so far, points)
    process: np.ndarray  # (SHOWN, points)
    deviation: np.ndarray  # (points,) the process's standard deviation


class Family(NamedTuple):
    """Hold networks seen by several x: how alike the functions of two x are, over the networks and in the limit."""

    networks: int  # so far
    values: np.ndarray  # (x, points) of the first
    S: np.ndarray  # (x,) correlation of the weights that f writes for x with those for the first
    alike: np.ndarray  # (x,) correlation of the function with the first x's, over the line's points and the networks
    error: np.ndarray  # (x,) its standard error, from networks left out in turn
    expected: np.ndarray  # (x,) that of the limit's covariances


def line() -> np.ndarray:
    """Return the points z = (t, 1): a cut through the patch."""
    return np.stack([LINE, np.ones_like(LINE)], 1)


def patch() -> np.ndarray:
    """Return the grid of the patch, row by row from below; its points lie equally far apart either way."""
    across = np.linspace(-REACH, REACH, COLUMNS)
    up = across[:ROWS] - across[:ROWS].mean()
    return np.stack([a.ravel() for a in np.meshgrid(across, up)], 1)


def stream(settings: PriorSettings) -> Iterator[dict]:
    """Yield the process at once, then networks one by one: the line, the shared line, the patch."""
    x, count = on_circle(TURNS).astype(np.float64), len(LINE)
    shared, square = _pairs(x, line()), _pairs(x[:1], patch())
    S, _, nngp, _ = kernels(architecture(settings), *shared)
    on_line = _process(nngp[:count, :count], settings, Stream.PRIOR_LINE)
    yield {"line": Functions(np.zeros((0, count)), *on_line)}
    on_patch = _process(kernels(architecture(settings), *square).nngp, settings, Stream.PRIOR_PATCH)
    yield {"patch": Functions(np.zeros((0, ROWS * COLUMNS)), *on_patch)}
    quick = random_networks.forward_seconds(shared[0], architecture(settings)) < SLOW
    for parts in _networks("line", shared, settings, AVERAGED if quick else SHOWN):
        if "values" in parts:  # the first x gives the line, all x the family
            values = parts["values"]
            parts = {"line": Functions(values[:SHOWN, :count], *on_line), "family": _family(values, S, nngp)}
        yield parts
    for parts in _networks("patch", square, settings, SHOWN):
        yield {"patch": Functions(parts["values"], *on_patch)} if "values" in parts else parts


def _pairs(x, z):
    """Return every x with every z."""
    return np.repeat(x, len(z), 0), np.tile(z, (len(x), 1))


def _process(kernel, settings, stream: Stream) -> tuple[np.ndarray, np.ndarray]:
    """Draw from N(0, Lambda^H) on the points, the same random numbers at every setting; return its deviation too."""
    noise = random_generator(settings.seed, stream).standard_normal((SHOWN, len(kernel)))
    return noise @ gram_factors.root(np.asarray(kernel)).T, np.sqrt(np.diagonal(kernel))


def _networks(name, points, settings, wanted) -> Iterator[dict]:
    """Yield the functions of so many networks, one network after the other."""
    found = random_networks.kept("functions", name, settings.seed, architecture(settings))
    for i in range(wanted):
        if i not in found:
            key = random_networks.keys(settings.seed, STREAMS[name], i, 1)
            work = random_networks.outputs(key, points, architecture(settings))
            found[i] = (yield from streaming.shown(work)).value[0]
        yield {"values": np.stack([found[j] for j in range(i + 1)])}


def _family(values, S, nngp) -> Family:
    """Return networks (so far, x * points) at the x of TURNS beside the limit."""
    count, networks = len(LINE), len(values)
    functions, blocks = (values.reshape(networks, -1, count), nngp.reshape(len(TURNS), count, len(TURNS), count))
    own, shared = (functions**2).sum(2), (functions * functions[:, :1]).sum(2)
    alike = _correlations(own.sum(0), shared.sum(0))
    out = np.stack([_correlations(own.sum(0) - o, shared.sum(0) - s) for o, s in zip(own, shared, strict=True)])
    error = np.sqrt((networks - 1) * np.mean((out - out.mean(0)) ** 2, axis=0))  # the jackknife's; of one: none
    error = error if networks > 1 else np.full(len(TURNS), np.nan)
    expected = np.array([_expected(blocks, i) for i in range(len(TURNS))])
    return Family(networks, functions[0], S[0, ::count], alike, error, expected)


def _correlations(own, shared):
    """Return the correlations with the first x's function; 0 where every network is dead."""
    norm = np.sqrt(own * own[0])
    return np.divide(shared, norm, out=np.zeros(len(own)), where=norm > 0)


def _expected(blocks, i) -> float:
    """Return the correlation over the line of the functions at the first x and at x_i, from covariances at equal z."""
    first, own, between = (np.einsum("tt->", blocks[a, :, b]) for a, b in ((0, 0), (i, i), (0, i)))
    return float(between / np.sqrt(first * own))
