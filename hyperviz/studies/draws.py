"""Random hypernetworks drawn in short steps, and kept, so that a slider moved back shows them at once."""

from __future__ import annotations

import time
from collections.abc import Generator
from functools import lru_cache
from typing import NamedTuple

import jax
import numpy as np

from hyperviz.theory import sampling

STEP = 0.1  # seconds of work after which a picture may change, or a moved slider ends the computation


class Draws(NamedTuple):
    """One lane a draw."""

    value: np.ndarray  # (lanes, K)
    kernel: np.ndarray  # (lanes, K, K)


@lru_cache(maxsize=128)
def kept(*_settings) -> dict:
    """Where the draws of these settings are kept, by number; at most 128 settings, a few kilobytes each."""
    return {}


def keys(seed: int, stream: int, first: int, count: int):
    """Keys of the draws first .. first + count - 1: draw i is the same whatever was drawn before it."""
    base = jax.random.fold_in(jax.random.key(seed), stream)
    return _folded(base, np.arange(first, first + count))


_folded = jax.jit(jax.vmap(jax.random.fold_in, in_axes=(None, 0)))
_pace: dict = {}  # ticks a second seen last, by shape: how far one step may go


def draw(keys, points, settings: dict) -> Generator[float, None, Draws]:
    """Draws on the points (x, z), one for each key; yields how far they are every STEP seconds."""
    what, scale = sampling.problem(*points, **settings)
    progress = sampling.begin(keys, what)
    while not progress.done:
        progress = _advance(progress, what)
        if not progress.done:
            yield progress.ticks / progress.total
    scale = np.asarray(scale)
    states = progress.states
    return Draws(np.asarray(states.value) * scale, np.asarray(states.kernel) * (scale[:, None] * scale))


def _advance(progress, what):
    shape, began = (what.member.shape[0], len(progress.keys)), time.perf_counter()
    after = sampling.advance_by(progress, what, int(_pace.get(shape, 400) * STEP))
    jax.block_until_ready(after.states)
    _pace[shape] = (after.ticks - progress.ticks) / max(time.perf_counter() - began, 1e-4)
    return after


def seconds(points: int, *, depth_f: int, depth_g: int, width_f: int, width_g: int) -> float:
    """About how long one draw takes on two cores, from the Gaussians it needs (4e7 a second, where x is one)."""
    gaussians = (depth_f - 1) * width_f * (2 + points) + (depth_g - 1) * width_g * 3 * points
    return gaussians / 4e7
