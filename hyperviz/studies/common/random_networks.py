"""Random hypernetworks drawn in short steps, and kept, so that a slider moved back shows them at once."""

from __future__ import annotations

import time
import weakref
from collections.abc import Generator
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import numpy as np

from hyperviz.runtime.compilation import compiled
from hyperviz.studies.common.streaming import STEP, Clock
from hyperviz.theory.sampling import forward_pass
from hyperviz.theory.sampling import kernels as sampling_kernels
from hyperviz.theory.taylor import sampler as taylor

FIRST_TICKS = 24  # of a stage; then as many as fit a STEP


class Draws(NamedTuple):
    """One lane a draw."""

    value: np.ndarray  # (lanes, K)
    kernel: np.ndarray  # (lanes, K, K)


class Kept(dict):
    """Draws by number; a dict that can be referred to weakly."""


_alive: weakref.WeakValueDictionary[tuple, Kept] = weakref.WeakValueDictionary()


@lru_cache(maxsize=128)
def kept(*settings) -> dict:
    """Where the draws of these settings are kept, by number: those of the last 128 settings, a few kilobytes each.

    A stream that still runs holds what it asked for, and finds it again however many others have asked meanwhile.
    """
    return _alive.setdefault(settings, Kept())


def keys(seed: int, stream: int, first: int, count: int):
    """Return the keys of the draws first .. first + count - 1 of a Stream: draw i is the same whatever came before."""
    return _keys(seed, int(stream), np.arange(first, first + count))


_compiled: set[tuple] = set()  # points and lanes: nothing else decides what is compiled


@compiled
def key(seed, stream, number):
    """Return the key of one draw: that of `keys`."""
    return jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), stream), number)


@compiled
def _keys(seed, stream, numbers):
    return jax.vmap(partial(key, seed, stream))(numbers)


def draw(keys, points, settings: dict) -> Generator[float, None, Draws]:
    """Draws on the points (x, z), one for each key; yields how far they are every STEP seconds."""
    brief = len(keys) * seconds(len(points[0]), **settings) < STEP
    shape = len(points[0]), len(keys)
    if shape not in _compiled:
        yield 0.0  # so that what needs no draw, the limit, is on the screen while the rest is compiled
    what, scale = sampling_kernels.problem(*points, **settings)
    advance = partial(sampling_kernels.advance_by, what=what, within_stage=not brief)
    progress = yield from _to_the_end(sampling_kernels.begin(keys, what), advance, brief)
    _compiled.add(shape)
    scale = np.asarray(scale)
    states = progress.states
    return Draws(np.asarray(states.value) * scale, np.asarray(states.kernel) * (scale[:, None] * scale))


def outputs(keys, points, settings: dict) -> Generator[float, None, forward_pass.Outputs]:
    """h on the points and its covariance given the hidden layers, forward only; yields as `draw` does."""
    x, z = points
    brief = len(keys) * forward_seconds(x, **settings) < STEP
    shape = len(x), len(keys), "forward"
    if shape not in _compiled:
        yield 0.0
    what = forward_pass.problem(x, z, **settings)
    progress = yield from _to_the_end(
        forward_pass.begin(keys, what), lambda p, steps: forward_pass.advance_by(p, what, steps), brief
    )
    _compiled.add(shape)
    return forward_pass.Outputs(*map(np.asarray, forward_pass.conclude(progress)))  # pyright: ignore[reportArgumentType]


def terms(keys, pair: taylor.Pair) -> Generator[float, None, np.ndarray]:
    """K^(0..ORDERS) of one pair of points, a row a key; yields how far they are every STEP seconds."""
    work, clock, blocks = taylor.begin(pair, keys), Clock(), 16
    clock.step()
    while work.done < work.ends:
        began = time.monotonic()
        work = taylor.advance_by(work, blocks)
        pace = STEP / max(time.monotonic() - began, 1e-4)
        blocks = int(blocks * np.clip(pace, 0.5, 4)) + 1
        if clock.step():
            yield work.done / work.ends
    found = taylor.finish(work)
    yield 1.0  # many are short: together they would keep a moved slider waiting
    return found


def _to_the_end(progress, advance, brief: bool) -> Generator[float, None, Any]:
    """Pieces of a STEP each, or all at once where that is brief; ticks of two stages cost very different times."""
    ticks = progress.ends[-1] if brief else FIRST_TICKS
    while not progress.done:
        began, stage = time.monotonic(), progress.stage
        progress = advance(progress, steps=ticks)
        pace = STEP / max(time.monotonic() - began, 1e-4)
        if not brief:
            ticks = int(ticks * np.clip(pace, 0.5, 4)) + 1 if progress.stage == stage else FIRST_TICKS
        if not progress.done and not brief:
            yield progress.ticks / progress.ends[-1]
    return progress


def forward_seconds(x, *, depth_f: int, depth_g: int, width_f: int, width_g: int, **_others) -> float:
    """About how long one forward draw takes on two cores (2.5e7 Gaussians a second)."""
    return ((depth_f - 1) * width_f * len(np.unique(x, axis=0)) + (depth_g - 1) * width_g * len(x)) / 2.5e7


def seconds(points: int, *, depth_f: int, depth_g: int, width_f: int, width_g: int, **_activations) -> float:
    """About how long one draw takes on two cores, from the Gaussians it needs (4e7 a second, where x is one)."""
    gaussians = (depth_f - 1) * width_f * (2 + points) + (depth_g - 1) * width_g * 3 * points
    return gaussians / 4e7
