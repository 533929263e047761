"""Measure which terms of the Taylor expansion survive when f gets wide (Theorem 1, equation 5, Remark 1)."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Unit
from hyperviz.studies.common import streaming
from hyperviz.studies.common.intervals import SURE
from hyperviz.studies.common.networks import random_networks, stored_draws
from hyperviz.studies.common.networks.random_streams import Stream
from hyperviz.studies.common.power_laws import Slope, slope
from hyperviz.studies.taylor import gradient_step
from hyperviz.studies.taylor.predictions import DEPTHS, fitted, map_widths, points, predicted, width_g, widths
from hyperviz.studies.taylor.settings import PAPER, PRESETS, TaylorSettings
from hyperviz.theory.taylor import sampler
from hyperviz.theory.taylor.bartlett import ORDERS

__all__ = ["PAPER", "PRESETS", "TaylorResult", "TaylorSettings", "stream", "warm"]

FIT_DRAWS = 4  # times the draws at each width that a slope is fitted to
MAP_DRAWS = 80  # in a cell of the map
FEW = 8  # draws of a round where one is slow; twice that in the map
AVERAGES = {"median": np.median, "mean": np.mean}


class TaylorResult(NamedTuple):
    """Hold what is known so far; every Monte-Carlo array comes with its number of draws."""

    settings: TaylorSettings
    cells: dict  # n -> (draws so far, ORDERS + 1) values of K^(0..ORDERS)
    slopes: dict  # r -> Slope or None, of the average |K^(r)| against n
    map: dict  # (H, r) -> Slope, or None where the draws have none
    step: gradient_step.Step | None  # one gradient step of a network that is written out
    seconds: float  # one draw of the largest width takes about this long
    finished: bool


def stream(settings: TaylorSettings, store: Store | None = None) -> Iterator[TaylorResult]:
    """Yield ever better results: the map and the chart's widths with ever more draws, in turn, then the one step."""
    held = [_cells(settings, depth) for depth in {settings.depth_g, *DEPTHS}]  # what is held is not forgotten meanwhile
    if store is not None:
        stored_draws.load(_bundles(settings), store)
    slowest = _seconds(settings, widths(settings)[-1], settings.depth_g)
    result = TaylorResult(settings, {}, {}, {}, None, slowest, False)
    yield result
    for steps in (streaming.in_turn(_map(settings), _chart(settings)), gradient_step.stream(settings)):
        for parts in steps:
            result = result._replace(**parts)
            yield result
    yield result._replace(finished=True)
    held.clear()


def units(settings: TaylorSettings, store: Store) -> list[Unit]:
    """Return the draws that the store lacks, some seconds of work in a unit."""
    return stored_draws.units(settings, _bundles(settings), store)


def _bundles(settings: TaylorSettings) -> list[stored_draws.Bundle]:
    """Return the draws of the map and of the chart in bundles, those of a width that both have once."""
    found = []
    for depth in sorted({settings.depth_g, *DEPTHS}):
        counts = dict.fromkeys(widths(settings), 0) if depth == settings.depth_g else {}
        counts = {n: wanted(settings, n) for n in counts}
        for n in map_widths(settings, depth) if depth in DEPTHS else ():
            counts[n] = max(counts.get(n, 0), _map_draws(settings, depth, n))
        for n, count in counts.items():
            lanes, m = sampler.lanes(_problem(settings, n, depth)), width_g(settings, n)
            numbers = [(n, m, start) for start in range(0, count, lanes)]
            one = lanes * _seconds(settings, n, depth)
            draw = partial(_draw, depth)
            found += stored_draws.bundles(_kept(settings, depth), draw, numbers, lambda _, one=one: one)
    return found


def warm() -> None:
    """Compile what the study needs, once: afterwards no width, depth or order compiles anything."""
    for width, phi in ((1, "relu"), (sampler.WIDE, "relu"), (1, "tanh")):
        for _ in _block(TaylorSettings(depth_f=2, activation_g=phi), width, 1, 0, 1):
            pass


def _problem(settings: TaylorSettings, n: int, depth: int) -> sampler.Pair:
    chosen = random_networks.architecture(settings, depth_g=depth, width_f=n, width_g=width_g(settings, n))
    return sampler.problem(*points(settings), chosen)


def _seconds(settings: TaylorSettings, n: int, depth: int) -> float:
    """Return about how long one draw takes on two cores (4e7 Gaussians a second)."""
    return 2 * ((settings.depth_f - 1) * n + (depth - 1) * width_g(settings, n)) / 4e7


def _cells(settings: TaylorSettings, depth: int) -> dict:
    """Return where draws are kept: (n, m, first) -> (draws, ORDERS + 1)."""
    return random_networks.kept(*_kept(settings, depth))


def _kept(settings: TaylorSettings, depth: int) -> tuple:
    networks = settings.depth_f, depth, settings.activation_f, settings.activation_g
    return "taylor", *networks, settings.inputs, settings.seed


def _draw(depth: int, settings: TaylorSettings, number: tuple[int, int, int]) -> Generator[float, None, np.ndarray]:
    """Return K^(0..ORDERS) of the draws that advance together; number: n, m, and the first of them."""
    n, m, start = number
    pair = _problem(settings, n, depth)
    stream = (Stream.TAYLOR_CELL + n + 1_000_003 * m) % 2**32
    keys = random_networks.keys(settings.seed, stream, start, sampler.lanes(pair))
    return (yield from random_networks.terms(keys, pair))


def _block(settings: TaylorSettings, n: int, depth: int, first: int, count: int) -> Iterator[float]:
    """Make draws first .. first + count - 1 of a cell, and keep them; stop for a moment where they take long."""
    cells, m = _cells(settings, depth), width_g(settings, n)
    for start in range(first, first + count, sampler.lanes(_problem(settings, n, depth))):
        if (n, m, start) not in cells:
            cells[n, m, start] = yield from _draw(depth, settings, (n, m, start))


def _gathered(settings: TaylorSettings, n: int, depth: int, count: int) -> np.ndarray:
    """Return the draws of a cell that are there, in their order, at most `count`."""
    cells, m = _cells(settings, depth), width_g(settings, n)
    parts = [values for (a, b, _), values in sorted(cells.items()) if (a, b) == (n, m)]
    return np.concatenate(parts)[:count] if parts else np.zeros((0, ORDERS + 1))


def wanted(settings: TaylorSettings, n: int) -> int:
    """Return how many draws a width is to have: more where slopes are fitted, and one does not take long."""
    more = n in fitted(settings) and not _slow(settings, n, settings.depth_g)
    return settings.draws * (FIT_DRAWS if more else 1)


def _chart(settings: TaylorSettings) -> Iterator[dict]:
    """Yield all widths with few draws first, then again with more."""
    clock, rounds = streaming.Clock(), -(-FIT_DRAWS * settings.draws // sampler.LANES)
    *others, last = widths(settings)
    for part in range(rounds):
        for n in (*others, last):
            yield from _round(settings, n, part, rounds)
            if n != last and clock.picture():  # after the last the slopes come, of all that is drawn
                yield _parts(settings)
        yield _parts(
            settings, fit=part + 1 == rounds or (part & (part + 1)) == 0
        )  # resampling takes long: not each time


def _round(settings: TaylorSettings, n: int, part: int, rounds: int) -> Iterator[dict]:
    """Yield a share of a width's draws: a few where they are slow, the rest in the last round."""
    size = FEW if _slow(settings, n, settings.depth_g) else sampler.LANES
    most = wanted(settings, n)
    last = most if part == rounds - 1 else min(most, (part + 1) * size)
    for _ in _block(settings, n, settings.depth_g, part * size, max(last - part * size, 0)):
        yield {}


def _slow(settings: TaylorSettings, n: int, depth: int) -> bool:
    """Return whether draws are counted one by one there."""
    return sampler.lanes(_problem(settings, n, depth)) == 1


def _parts(settings: TaylorSettings, fit: bool = False) -> dict:
    found = {n: _gathered(settings, n, settings.depth_g, wanted(settings, n)) for n in widths(settings)}
    cells = {n: values for n, values in found.items() if len(values)}
    return {"cells": cells} | ({"slopes": slopes(settings, cells)} if fit else {})


def slopes(settings: TaylorSettings, cells: dict) -> dict[int, Slope | None]:
    """Return the fitted slope of each term that is not zero by itself."""
    use = fitted(settings)
    if len(use) < 2 or not all(n in cells for n in use):
        return {}
    average = AVERAGES[settings.average]
    orders = [r for r in range(ORDERS + 1) if predicted(settings, r) is not None]
    return {
        r: slope(use, [np.abs(cells[n][:, r]) for n in use], lambda values: average(values, axis=-1), sure=SURE)
        for r in orders
    }


def _map(settings: TaylorSettings) -> Iterator[dict]:
    """Yield slope(r, H), row by row."""
    found: dict = {}
    for depth in DEPTHS:
        use = map_widths(settings, depth)
        count = {n: _map_draws(settings, depth, n) for n in use}
        for n in use:
            for _ in _block(settings, n, depth, 0, count[n]):
                yield {}
        values = [_gathered(settings, n, depth, count[n]) for n in use]
        found = found | {(depth, r): _line(use, values, r, settings.average) for r in range(1, ORDERS + 1)}
        yield {"map": found}


def _map_draws(settings: TaylorSettings, depth: int, n: int) -> int:
    return min(settings.draws, 2 * FEW if _slow(settings, n, depth) else MAP_DRAWS)


def _line(use: list[int], values: list[np.ndarray], r: int, average: str) -> Slope | None:
    """Return the least-squares slope through the averages, with its interval; None where one is zero."""
    sizes = [np.abs(v[:, r]) for v in values]
    return slope(use, sizes, lambda v: AVERAGES[average](v, axis=-1), sure=SURE) if len(use) > 1 else None
