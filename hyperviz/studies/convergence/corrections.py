"""Compute the first correction in 1/n: of Theta_f of a plain network, beside what is known, and of K_h.

Theta_f(x, x) of an f of one output is K_h of a g without hidden layers: the same sampler draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks, stored_draws
from hyperviz.studies.common.networks.random_streams import Stream
from hyperviz.studies.common.power_laws import Coefficient, Slope, coefficient, slope, variance
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.theory import finite_width
from hyperviz.theory.architecture import Architecture

DRAWS = 16  # times the draws of a curve, at each width
LANES = 16  # draws that advance together


class Alone(NamedTuple):
    """Hold Theta_f(x, x) of random networks over its limit, and what its mean and variance say."""

    ratios: dict  # n -> (draws so far,)
    slope: Slope | None  # of the relative variance; these three once all draws are there
    variance: Coefficient | None  # of 1/n in the relative variance
    mean: Coefficient | None  # of 1/n in the mean


def wanted(settings: ConvergenceSettings) -> int:
    """Return how many networks f alone has at each width."""
    return DRAWS * settings.draws


def stream(settings: ConvergenceSettings, points, widths: list[int]) -> Iterator[dict]:
    """Yield draws of f alone at each width, a few at a time; nothing where f has no hidden layer."""
    drawn, clock = random_networks.kept(*_kept(settings)), streaming.Clock()
    for first in _firsts(settings):
        for n in widths:
            if (first, n) not in drawn:
                drawn[first, n] = yield from streaming.shown(draw(settings, points, (first, n)))
                if clock.step():
                    yield {}
        if clock.picture() or first + LANES >= wanted(settings):
            yield {"alone": _alone(drawn, settings, widths, first + LANES)}


def bundles(settings: ConvergenceSettings, draws: Callable, widths: list[int]) -> list[stored_draws.Bundle]:
    """Return the same draws in bundles; draws: the function of (settings, number) that makes one by `draw`."""
    numbers = [(first, n) for first in _firsts(settings) for n in widths]

    def seconds(number: tuple[int, int]) -> float:
        return LANES * random_networks.seconds(2, replace(_networks(settings), width_f=number[1]))

    return stored_draws.bundles(_kept(settings), draws, numbers, seconds)


def draw(settings: ConvergenceSettings, points, number: tuple[int, int]) -> Generator[float, None, np.ndarray]:
    """Return LANES draws of f alone: number is the first of them, and the width."""
    first, n = number
    keys = random_networks.keys(settings.seed, Stream.CONVERGENCE_ALONE + n, first, LANES)
    work = random_networks.draw(keys, points, replace(_networks(settings), width_f=n))
    limit = float(settings.depth_f) * float(np.mean(points[0][0] ** 2))
    kernel = (yield from work).kernel[:, 0, 0]
    return (kernel / limit / float(np.mean(points[1][0] ** 2))).astype(np.float32)


def _firsts(settings: ConvergenceSettings) -> range:
    return range(0, wanted(settings) if settings.depth_f > 1 else 0, LANES)


def _networks(settings: ConvergenceSettings) -> Architecture:
    return replace(random_networks.architecture(settings).limit, depth_g=1, width_g=1)


def _kept(settings: ConvergenceSettings) -> tuple:
    return "alone", settings.x, settings.seed, _networks(settings)


def _alone(drawn: dict, settings: ConvergenceSettings, widths: list[int], count: int) -> Alone:
    ratios = {n: np.concatenate([drawn[first, n] for first in range(0, count, LANES)]) for n in widths}
    if count < wanted(settings):
        return Alone(ratios, None, None, None)
    samples = [values.astype(float) for values in ratios.values()]
    return Alone(
        ratios,
        slope(widths, samples, variance),
        coefficient(widths, samples, variance),
        coefficient(widths, samples, lambda values: values.mean(-1) - 1, straight=True),
    )


def known(settings: ConvergenceSettings) -> float:
    """Return the coefficient of 1/n in the relative variance of Theta_f(x, x); that of its mean is 0."""
    return finite_width.first_correction(random_networks.architecture(settings).sigma, settings.depth_f)


def exact(settings: ConvergenceSettings, width: int) -> float:
    """Return the relative variance of Theta_f(x, x) at one width."""
    return finite_width.relative_variance(random_networks.architecture(settings).sigma, settings.depth_f, width)
