"""Train what the dynamics study shows: its points, padded, and many starts or one finite network in short steps."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import numpy as np

from hyperviz.studies.common.networks.limit_kernels import LimitMatrices, kernels
from hyperviz.studies.common.networks.random_networks import architecture, keys
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.common.streaming import STEP
from hyperviz.studies.dynamics.settings import INPUT_G, DynamicsSettings
from hyperviz.theory.activations import activation
from hyperviz.theory.dynamics import factored_g, factored_network, implicit_flow
from hyperviz.theory.dynamics.factored_g import SizedG, Weights
from hyperviz.theory.dynamics.factored_network import Finite, TracedArchitecture
from hyperviz.theory.dynamics.infinite_width import Task
from hyperviz.theory.gram import gram_factors
from hyperviz.theory.network import Parameters
from hyperviz.theory.validation import whole

POINTS, INPUT_F, DEPTH = 12, 10, 6  # padded sizes: no setting goes beyond
LANES = {4: 99, 16: 33, 64: 33}  # padded widths of g, and how many starts are followed together
DRAWN = {4: 99, 16: 33, 64: 11}  # starts that are drawn at once: all 33 of the widest g took 0.2 s
WIDTHS_F = (256, 1024)  # padded widths of f
TARGET, FLOOR = 1e-3, 1e-4  # a start has arrived below TARGET; below FLOOR it is followed no further
FALLING = 0.01  # a loss that fell by less than that share in the last fifth of the time has stopped falling
PATIENCE = 3  # times the steps that a start takes whose kernel never shortens its step


class PaddedLimits(NamedTuple):
    """Hold the padded points and the limits at them."""

    task: Task
    x: np.ndarray  # (12, 10) float32
    limit: LimitMatrices  # (12, 12): float64


class Path(NamedTuple):
    """Hold losses along the way, a column for each start; each start has its own clock."""

    times: np.ndarray  # (samples, starts)
    losses: np.ndarray
    ended: np.ndarray  # (starts,) whether it is at time T, or below FLOOR
    late: np.ndarray  # the loss when four fifths of the time had gone

    @property
    def reached(self) -> np.ndarray:
        """Return whether the loss is below TARGET."""
        return self.losses[-1] < TARGET

    @property
    def stuck(self) -> np.ndarray:
        """Return whether the loss has stopped falling above TARGET. Where neither holds it is not there by time T."""
        return self.ended & ~self.reached & (self.losses[-1] > (1 - FALLING) * self.late)


@lru_cache(maxsize=32)
def points(settings: DynamicsSettings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw x ~ N(0, I_10), z ~ N(0, I_3), y = +1 or -1; zeros beyond the chosen number."""
    rng = random_generator(settings.seed, Stream.DYNAMICS_POINTS)
    x, z = rng.normal(size=(POINTS, INPUT_F)), rng.normal(size=(POINTS, INPUT_G))
    y = rng.choice([-1.0, 1.0], POINTS)
    real = np.arange(POINTS) < settings.points
    return x * real[:, None], z * real[:, None], y * real


def model(settings: DynamicsSettings) -> PaddedLimits:
    """Return the task, with f's limits at its points."""
    x, z, y = points(settings)
    limit = kernels(architecture(settings), x, z)
    real = np.arange(POINTS) < settings.points
    return PaddedLimits(task(limit, None, z, y, real), x.astype(np.float32), limit)


def task(limit: LimitMatrices, member, z, y, real) -> Task:
    """Return the padded task in float32; limit: f's kernels at the distinct x."""
    S, theta, *rest = [np.asarray(v, np.float32) for v in (limit.nngp_f, limit.ntk_f, z, y, real)]
    columns = theta if member is None else theta[:, member]
    return Task(gram_factors.factor(S).half, columns * rest[-1], member, *rest)  # pyright: ignore[reportArgumentType]


def pad(width: int) -> int:
    """Return the padded width of g that holds it."""
    return min(p for p in LANES if p >= width)


class Brief(NamedTuple):
    """Say how long to follow, where that is not the settings' own time."""

    time: float
    step: float


def brief(settings, time: float) -> Brief:
    """Return the settings' step, for no longer than `time`."""
    return Brief(min(time, settings.time), settings.step)


def primary_of(settings: DynamicsSettings, widths, depth: int | None = None) -> SizedG:
    """Return g, with a width for each lane."""
    phi = activation(settings.activation_g)
    return SizedG(whole(depth or settings.depth_g), whole(widths), phi)


def room(width: int, count: int = POINTS) -> Weights:
    """Return zeros for `count` sets of weights of a g of this padded width."""
    return factored_g.zeros(count, INPUT_G, width, DEPTH, np.float32)


def widened(V: Weights) -> Weights:
    """Return the weights padded to the widest g, by NumPy: programs of a single start are compiled for that one."""
    first, middle, last = map(np.asarray, V)
    at = max(LANES) - last.shape[-1]
    none, rows = (0, 0), (0, at)
    lead = [none] * (last.ndim - 1)
    return Weights(
        np.pad(first, [*lead, rows, none]), np.pad(middle, [none, *lead, rows, rows]), np.pad(last, [*lead, rows])
    )


def begin(
    settings, model: PaddedLimits, g: SizedG, width: int, stream: int, first: int
) -> Generator[dict, None, implicit_flow.Starts]:
    """Draw a start in each lane; start i of a stream of random numbers is the same whatever lane it is in."""
    widths, parts, count = np.asarray(g.width), [], DRAWN[width]
    for at in range(0, len(widths), count):
        lanes = widths[at : at + count]
        numbers = keys(settings.seed, stream, first + at, len(lanes))
        drawn = implicit_flow.begin(numbers, model.task, g._replace(width=lanes), room(width))  # pyright: ignore[reportArgumentType]
        parts.append(drawn)
        yield {}
    return parts[0] if len(parts) == 1 else jax.tree.map(lambda *v: np.concatenate(v), *parts)


def follow(
    settings, task: Task, state: implicit_flow.Starts, g: SizedG, flow: bool = False
) -> Iterator[tuple[implicit_flow.Starts | None, Path]]:
    """Yield the starts on their way, until each is at time T or has arrived, by steps of descent or of the flow.

    Between marks that the settings alone decide there are no starts, but the path so far: how often that comes depends
    on the machine.
    """

    def advance(state, count):
        return implicit_flow.advance(state, task, g, float(settings.step), float(settings.time), count, np.bool_(flow))

    yield from _followed(settings, state, advance)


def train(
    settings, model: PaddedLimits, state: factored_network.Training, net: TracedArchitecture
) -> Iterator[tuple[factored_network.Training | None, Path]]:
    """Yield a finite network on its way, as `follow` does."""

    def advance(state, count):
        step, until = float(settings.step), float(settings.time)
        return factored_network.advance(state, net, model.task, model.x, step, until, count)

    yield from _followed(settings, state, advance)


def quietly(way: Iterator) -> Generator[dict, None, Any]:
    """Return the end of a way, with nothing to show before it."""
    last = None
    for step in way:
        last = step
        yield {}
    return last


def _followed(settings, state: Any, advance: Callable) -> Iterator[tuple[Any, Path]]:
    total = max(1, round(settings.time / settings.step / implicit_flow.BLOCK))  # blocks of steps
    marks = np.unique(np.round(np.geomspace(1, PATIENCE * total, 72)).astype(int))
    times, losses, made, allowed = [], [], 0, 8
    while made < marks[-1]:
        count = int(min(marks[marks > made][0] - made, allowed))
        began = time.monotonic()
        state = advance(state, np.int32(count))
        made += count
        allowed = int(np.clip(count * STEP / max(time.monotonic() - began, 1e-5), 1, 4 * allowed))
        seen, loss, late = (np.atleast_1d(v) for v in (state.seen, state.loss, state.late))
        ended = (np.atleast_1d(state.time) >= settings.time * (1 - 1e-6)) | (loss < FLOOR)
        if made in marks:
            times.append(seen)
            losses.append(loss)
            yield state, Path(np.array(times), np.array(losses), ended, late)
            if ended.all():  # only here: how many steps are made at once depends on the machine
                return
        else:
            yield None, Path(np.array([*times, seen]), np.array([*losses, loss]), ended, late)


def network(settings, i: int, width_f: int, width_g: int) -> tuple[TracedArchitecture, Finite]:
    """Draw random network number i of these widths, padded."""
    net = TracedArchitecture(
        whole(settings.depth_f),
        whole(width_f),
        activation(settings.activation_f),
        primary_of(settings, width_g),
    )
    wide = min(w for w in WIDTHS_F if w >= width_f)
    space = factored_network.room(INPUT_F, wide, DEPTH, room(max(pad(width_g), 16), wide))
    f = [INPUT_F] + [width_f] * (settings.depth_f - 1)
    g = [INPUT_G] + [width_g] * (settings.depth_g - 1) + [1]
    rng = random_generator(settings.seed, Stream.DYNAMICS_NETWORKS + i, width_f, width_g)
    hidden = tuple(rng.standard_normal((b, a), np.float32) for a, b in itertools.pairwise(f))
    generator = tuple(rng.standard_normal((b, a, f[-1]), np.float32) for a, b in itertools.pairwise(g))
    return net, factored_network.padded(Parameters(hidden, generator), space)  # pyright: ignore[reportArgumentType]
