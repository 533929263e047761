"""Which runs are trained side by side: as many as share a program, and as fit into memory."""

from __future__ import annotations

import math
from typing import NamedTuple

from hyperviz.data import datasets
from hyperviz.studies.rotation import sgd
from hyperviz.studies.rotation.settings import BATCH, Arm, RotationSettings
from hyperviz.theory.network import Widths

MEMORY = 1.5e9  # bytes of weights that are trained side by side


class Job(NamedTuple):
    """Runs of an arm that are trained together."""

    arm: Arm
    runs: tuple[int, ...]
    shape: sgd.Shape
    share: float  # of the whole study's work, an epoch


def inputs(settings: RotationSettings) -> int:
    """n_0 = m_0: the numbers in an image."""
    side, _, *channels = datasets.SHAPES[settings.dataset]
    return min(settings.size, side) ** 2 * math.prod(channels)


def shape(settings: RotationSettings, arm: Arm) -> sgd.Shape:
    """The program that an arm needs."""
    widths = Widths(settings.width_f, arm.width_g)
    return sgd.shape_of(inputs(settings), settings.depth_f, arm.depth_g, widths, settings.parameterisation)


def operations(settings: RotationSettings) -> float:
    """Floating-point operations of the whole study."""
    return sum(_epoch(settings, arm) for arm in settings.arms) * settings.epochs * settings.runs


def _epoch(settings: RotationSettings, arm: Arm) -> float:
    """Of an epoch of one run, its test included."""
    return sgd.operations(shape(settings, arm)) * (settings.steps + settings.tested / BATCH / 3)


def waves(settings: RotationSettings) -> list[list[Job]]:
    """What is trained side by side: the first runs of all arms before the next runs, as far as memory goes."""
    jobs, total = [], operations(settings)
    for arm in settings.arms:
        its = shape(settings, arm)
        lanes = sgd.lanes(its)
        for first in range(0, settings.runs, lanes):
            runs = tuple(range(first, min(first + lanes, settings.runs)))
            jobs.append(Job(arm, runs, its, len(runs) * _epoch(settings, arm) / total))
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
