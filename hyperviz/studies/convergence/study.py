"""Measure for which widths the empirical hyperkernel becomes deterministic (Theorem 3, Figure 1)."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Unit
from hyperviz.studies.common import streaming
from hyperviz.studies.common.intervals import SURE
from hyperviz.studies.common.networks import limit_kernels, random_networks, stored_draws
from hyperviz.studies.common.networks.random_streams import Stream
from hyperviz.studies.common.power_laws import Coefficient, Slope, coefficient, relative_spread, slope, variance
from hyperviz.studies.convergence import corrections
from hyperviz.studies.convergence.corrections import Alone
from hyperviz.studies.convergence.settings import ConvergenceSettings

ANGLES = np.linspace(-np.pi / 2, np.pi / 2, 33)
ORIGIN = 16  # the index of theta = 0
WIDTHS = np.unique(np.round(np.geomspace(4, 4096, 8)).astype(int)).tolist()
LANES = 16  # draws of the width grid that advance together
LINE_DRAWS = 4  # times the draws of a curve in each cell that carries a slope; the others, only coloured, have LANES
CELLS = sorted(itertools.product(WIDTHS, WIDTHS), key=sum)
FITTED = 4  # slopes are fitted from this index on: below, the width that stays does not limit the kernel yet
NARROW_F, NARROW_G = WIDTHS[3], WIDTHS[0]  # what stays; an f narrower than that has tails too heavy to measure
LINES = {
    "only f widens": (lambda width: (width, NARROW_G), 0, -1),  # cell, the slope of Theorem 3, the other answer
    "only g widens": (lambda width: (NARROW_F, width), 0, -1),
    "both widen": (lambda width: (width, width), -1, 0),
}
ON_LINES = {cell(width) for cell, *_ in LINES.values() for width in WIDTHS[FITTED:]}


class ConvergenceResult(NamedTuple):
    """Hold what is known so far; every Monte-Carlo array comes with its number of draws."""

    settings: ConvergenceSettings
    angles: np.ndarray  # (33,) radians
    theory: np.ndarray  # Theta_h((x, z(0)), (x, z(theta)))
    theta_f: float  # Theta_f(x, x)
    theta_g: np.ndarray  # Theta_g: theory = theta_f * theta_g (eq. 14)
    curves: np.ndarray  # (draws so far, 33)
    cells: dict  # (n, m) -> (draws so far,) values of the entry at settings.theta
    watched: float  # the limit of that entry
    slopes: dict  # "only f widens" -> Line
    progress: float  # of the draw under way at the chosen widths
    seconds: float  # one such draw takes about this long
    finished: bool
    alone: Alone | None = None  # Theta_f of f alone; None before there are draws, and where f has no hidden layer


def points(settings: ConvergenceSettings, angles) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (x, z(theta)): one x, z(theta) = (sin theta, cos theta) (eq. 17)."""
    x = np.array([float(v) for v in settings.x.split(",")], np.float32)
    return np.tile(x, (len(angles), 1)), np.stack([np.sin(angles), np.cos(angles)], 1).astype(np.float32)


def stream(settings: ConvergenceSettings, store: Store | None = None) -> Iterator[ConvergenceResult]:
    """Yield ever better results: the first draw at the chosen widths, then the width grid and more draws in turn."""
    if store is not None:
        stored_draws.load(_bundles(settings), store)
    result = _start(settings)
    alone = corrections.stream(settings, _pair(settings), WIDTHS[FITTED:])
    for parts in streaming.in_turn(_curve(settings), _grid(settings), alone):
        result = result._replace(**parts)
        if "cells" in parts:
            result = result._replace(slopes=_slopes(result.cells, result.watched, settings))
        yield result
    yield result._replace(finished=True, progress=1.0)


def units(settings: ConvergenceSettings, store: Store) -> list[Unit]:
    """Return the draws that the store lacks, some seconds of work in a unit."""
    return stored_draws.units(settings, _bundles(settings), store)


def _bundles(settings: ConvergenceSettings) -> list[stored_draws.Bundle]:
    chosen = random_networks.architecture(settings)
    curve = random_networks.seconds(len(ANGLES), chosen)
    blocks = [(first, n, m) for first, (n, m) in _blocks(settings)]

    def block(number: tuple[int, int, int]) -> float:
        return LANES * random_networks.seconds(2, replace(chosen, width_f=number[1], width_g=number[2]))

    return [
        *stored_draws.bundles(_curve_kept(settings), _curve_draw, range(settings.draws), lambda _: curve),
        *stored_draws.bundles(_grid_kept(settings), _grid_draw, blocks, block),
        *corrections.bundles(settings, _alone_draw, WIDTHS[FITTED:]),
    ]


def _curve_kept(settings: ConvergenceSettings) -> tuple:
    return "curve", settings.x, settings.seed, random_networks.architecture(settings)


def _curve_draw(settings: ConvergenceSettings, number: int) -> Generator[float, None, np.ndarray]:
    key = random_networks.keys(settings.seed, Stream.CONVERGENCE_CURVE, number, 1)
    draws = random_networks.draw(key, points(settings, ANGLES), random_networks.architecture(settings))
    return (yield from draws).kernel[0, ORIGIN]


def _grid_kept(settings: ConvergenceSettings) -> tuple:
    chosen = random_networks.architecture(settings).limit
    return "grid", settings.x, settings.theta, settings.seed, chosen


def _grid_draw(settings: ConvergenceSettings, number: tuple[int, int, int]) -> Generator[float, None, np.ndarray]:
    first, n, m = number
    key = random_networks.keys(settings.seed, Stream.CONVERGENCE_CELL + n + 10_000 * m, first, LANES)
    cell = random_networks.architecture(settings, width_f=n, width_g=m)
    return (yield from random_networks.draw(key, _pair(settings), cell)).kernel[:, 0, 1]


def _alone_draw(settings: ConvergenceSettings, number: tuple[int, int]) -> Generator[float, None, np.ndarray]:
    return (yield from corrections.draw(settings, _pair(settings), number))


def _pair(settings: ConvergenceSettings) -> tuple[np.ndarray, np.ndarray]:
    """Return the two pairs whose kernel is watched."""
    return points(settings, np.array([0.0, settings.theta]))


def warm() -> None:
    """Compile what the study needs, once: afterwards no setting compiles anything."""
    cells = (result for result in stream(ConvergenceSettings()) if result.cells)
    next(cells)


def _start(settings: ConvergenceSettings) -> ConvergenceResult:
    x, z = points(settings, ANGLES)
    at = slice(ORIGIN, ORIGIN + 1)
    chosen = random_networks.architecture(settings)
    limit = limit_kernels.kernels(chosen, x[at], z[at], x, z)
    theta_f, theta = float(limit.ntk_f[0, 0]), limit.hyperkernel[0]
    watched = float(limit_kernels.kernels(chosen, *_pair(settings)).hyperkernel[0, 1])
    none = np.zeros((0, len(ANGLES)))
    seconds = random_networks.seconds(len(ANGLES), chosen)
    return ConvergenceResult(
        settings, ANGLES, theta, theta_f, theta / theta_f, none, {}, watched, {}, 0.0, seconds, False
    )


def _curve(settings: ConvergenceSettings) -> Iterator[dict]:
    """Yield draws of the whole curve at the chosen widths, one after the other."""
    rows, clock = random_networks.kept(*_curve_kept(settings)), streaming.Clock()
    for i in range(settings.draws):
        if i not in rows:
            rows[i] = yield from streaming.shown(_curve_draw(settings, i))
        if clock.picture() or i == settings.draws - 1:
            yield {"curves": _first(rows, settings.draws), "progress": 0.0}
        elif clock.step():
            yield {}


def _grid(settings: ConvergenceSettings) -> Iterator[dict]:
    """Yield the watched entry in every cell (n, m): all cells with few draws first, then the fitted ones with many."""
    cells, clock = random_networks.kept(*_grid_kept(settings)), streaming.Clock()
    if cells:
        yield {"cells": _by_cell(cells, settings)}
    for first, (n, m) in _blocks(settings):
        if (first, n, m) not in cells:
            cells[first, n, m] = yield from streaming.shown(_grid_draw(settings, (first, n, m)))
            if clock.picture():
                yield {"cells": _by_cell(cells, settings)}
            elif clock.step():
                yield {}
    yield {"cells": _by_cell(cells, settings)}  # also what another viewer of the same settings has drawn


def cell_draws(settings: ConvergenceSettings, cell: tuple[int, int]) -> int:
    """Return how many draws a cell of the width grid is to have: more where a slope is fitted."""
    return LINE_DRAWS * settings.draws if cell in ON_LINES else LANES


def _blocks(settings: ConvergenceSettings) -> list[tuple[int, tuple[int, int]]]:
    """Return the first draw and the cell of each LANES draws, in the order in which they are made."""
    rounds = range(0, LINE_DRAWS * settings.draws, LANES)
    return [(first, cell) for first in rounds for cell in CELLS if first < cell_draws(settings, cell)]


def _first(rows: dict, count: int) -> np.ndarray:
    return np.stack([rows[i] for i in sorted(rows) if i < count])


def _by_cell(cells: dict, settings: ConvergenceSettings) -> dict:
    found: dict = {}
    for (first, n, m), values in sorted(cells.items()):
        if first < cell_draws(settings, (n, m)):
            found.setdefault((n, m), []).append(values)
    return {at: np.concatenate(parts)[: cell_draws(settings, at)] for at, parts in found.items()}


class Line(NamedTuple):
    """Say how the spread of the kernel falls along one line of the width grid."""

    relative: Slope | None  # of the variance of log(K / limit), by which the verdict is judged
    variance: Slope | None
    claim: float
    other: float
    correction: Coefficient | None = None  # of 1/width, where the spread falls so


def answers(name: str, settings: Any) -> tuple[float, float]:
    """Return the slope of Theorem 3 along a line, and the other answer.

    A network without hidden layers has no width to grow, so the other one alone makes the kernel deterministic.
    """
    _, claim, other = LINES[name]
    depths = {
        "only f widens": (settings.depth_f, settings.depth_g),
        "only g widens": (settings.depth_g, settings.depth_f),
    }
    grown, kept = depths.get(name, (2, 2))
    return (other, claim) if grown > 1 and kept == 1 else (claim, other)


def _slopes(cells: dict, watched: float, settings: ConvergenceSettings) -> dict[str, Line]:
    """Return the three lines of Figure 1a, each fitted once all its cells are there."""
    found, widths = {}, WIDTHS[FITTED:]
    for name, (cell, *_) in LINES.items():
        if all(cell(width) in cells for width in widths):
            samples = [cells[cell(width)] for width in widths]
            spread = partial(relative_spread, limit=watched)
            relative = slope(widths, samples, spread, sure=SURE)
            claim, other = answers(name, settings)
            first = coefficient(widths, samples, spread) if claim == -1 and relative else None
            found[name] = Line(relative, slope(widths, samples, variance), claim, other, first)
    return found
