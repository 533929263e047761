"""Choose which runs are trained side by side: as many as share a program, and as fit into memory."""

from __future__ import annotations

import math
from typing import NamedTuple

from hyperviz.data import datasets
from hyperviz.studies.rotation import sgd
from hyperviz.studies.rotation.settings import BATCH, Configuration, RotationSettings
from hyperviz.theory.network import Widths

MEMORY = 1.5e9  # bytes of weights that are trained side by side


class Job(NamedTuple):
    """Hold runs of a configuration that are trained together."""

    config: Configuration
    runs: tuple[int, ...]
    shape: sgd.Shape
    share: float  # of the whole study's work, an epoch


def _inputs(settings: RotationSettings) -> int:
    """Return n_0 = m_0: the numbers in an image."""
    side, _, *channels = datasets.SHAPES[settings.dataset]
    return min(settings.size, side) ** 2 * math.prod(channels)


def shape(settings: RotationSettings, config: Configuration) -> sgd.Shape:
    """Return the shape of the program that a configuration needs."""
    widths = Widths(settings.width_f, config.width_g)
    return sgd.shape_of(_inputs(settings), settings.depth_f, config.depth_g, widths, settings.parameterisation)


def operations(settings: RotationSettings) -> float:
    """Return the floating-point operations of the whole study."""
    return sum(_epoch(settings, config) for config in settings.configurations) * settings.epochs * settings.runs


def _epoch(settings: RotationSettings, config: Configuration) -> float:
    """Return those of an epoch of one run, its test included."""
    return sgd.operations(shape(settings, config)) * (settings.steps + settings.tested / BATCH / 3)


def rounds(settings: RotationSettings) -> list[list[Job]]:
    """Return what is trained side by side, as much as memory holds: first runs of all configurations, then the next."""
    jobs, total = [], operations(settings)
    for config in settings.configurations:
        program = shape(settings, config)
        lanes = sgd.lanes(program)
        for first in range(0, settings.runs, lanes):
            runs = tuple(range(first, min(first + lanes, settings.runs)))
            jobs.append(Job(config, runs, program, len(runs) * _epoch(settings, config) / total))
    found: list[list[Job]] = [[]]
    used = 0.0
    for job in sorted(jobs, key=lambda job: job.runs[0] // sgd.LANES):
        size = 4.0 * sgd.lanes(job.shape) * job.shape.width_f * sgd.generated(job.shape)
        if found[-1] and used + size > MEMORY:
            found.append([])
            used = 0.0
        found[-1].append(job)
        used += size
    return found
