"""Draw random hypernetworks in short steps, and keep them, so that a slider moved back shows them at once."""

from __future__ import annotations

import time
import weakref
from collections.abc import Generator
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import numpy as np

from hyperviz.errors import out_of_memory
from hyperviz.runtime.compilation import compiled
from hyperviz.studies.common.streaming import STEP
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import FourierFeatures
from hyperviz.theory.sampling import forward_pass, kernels
from hyperviz.theory.taylor import sampler

AT_ONCE = 256  # keys that are made together, wanted or not: one program makes every number of them
FIRST_TICKS = 24  # of a stage; then as many as fit a STEP


class Draws(NamedTuple):
    """Hold draws side by side, one a lane."""

    value: np.ndarray  # (lanes, K)
    kernel: np.ndarray  # (lanes, K, K)


class Kept(dict):
    """Hold draws by number; a dict that can be referred to weakly."""


_alive: weakref.WeakValueDictionary[tuple, Kept] = weakref.WeakValueDictionary()


@lru_cache(maxsize=128)
def kept(*settings) -> dict:
    """Return where the draws of these settings are kept, by number.

    The draws of the last 128 settings are kept, a few kilobytes each.

    A stream that still runs holds what it asked for, and finds it again however many others have asked meanwhile.
    """
    return _alive.setdefault(settings, Kept())


def keys(seed: int, stream: int, first: int, count: int) -> np.ndarray:
    """Return the keys of the draws first .. first + count - 1 of a Stream: draw i is the same whatever came before.

    They are numbers, (count, 2) uint32, and not typed keys of JAX: those compile a program wherever they are cut.
    """
    made = [_keys(seed, int(stream), np.arange(at, at + AT_ONCE)) for at in range(first, first + count, AT_ONCE)]
    return np.concatenate(made)[:count]


_fit: dict[tuple, int] = {}  # shapes of points: the most lanes to try, where more have not fitted the memory
_compiled: set[tuple] = set()  # points and lanes: nothing else decides what is compiled


@compiled
def _keys(seed, stream, numbers):
    of_stream = jax.random.fold_in(jax.random.key(seed), stream)
    return jax.random.key_data(jax.vmap(partial(jax.random.fold_in, of_stream))(numbers))


def architecture(settings: Any, **changed: Any) -> Architecture:
    """Return the networks that a study's settings ask for, but for what is changed."""
    names = ("depth_f", "depth_g", "width_f", "width_g", "activation_f", "activation_g")
    asked: dict[str, Any] = {name: getattr(settings, name) for name in names}
    bandwidth = getattr(settings, "bandwidth", 0)
    asked["coordinates"] = FourierFeatures(bandwidth) if bandwidth else None
    return Architecture(**asked | changed)


def draw(keys, points, architecture: Architecture) -> Generator[float, None, Draws]:
    """Draw networks on the points (x, z), one for each key; yield how far they are every STEP seconds."""
    problem, scale = kernels.problem(points[0], points[1], architecture)
    brief = len(keys) * seconds(len(points[0]), architecture) < STEP
    unit = yield from _drawn(kernels, keys, problem, brief)
    scale = np.asarray(scale)
    return Draws(np.asarray(unit.value) * scale, np.asarray(unit.kernel) * (scale[:, None] * scale))


def outputs(keys, points, architecture: Architecture) -> Generator[float, None, forward_pass.Outputs]:
    """Return h on the points and its covariance given the hidden layers, forward only; yield as `draw` does."""
    brief = len(keys) * forward_seconds(points[0], architecture) < STEP
    found = yield from _drawn(forward_pass, keys, forward_pass.problem(points[0], points[1], architecture), brief)
    return forward_pass.Outputs(*map(np.asarray, found))  # pyright: ignore[reportArgumentType]


def terms(keys, pair: sampler.Pair) -> Generator[float, None, np.ndarray]:
    """Return K^(0..ORDERS) of one pair of points, a row a key; yield as `draw` does."""
    found = yield from _drawn(sampler, keys, pair, brief=False)
    yield 1.0  # many are short: together they would keep a moved slider waiting
    return found


def _drawn(by: Any, keys, problem, brief: bool) -> Generator[float, None, Any]:
    """Return what a sampler draws (see Progress), as many lanes together as memory holds: half, where it lacks."""
    shapes = by.__name__, *map(np.shape, jax.tree.leaves(problem))
    if len(keys) <= _fit.get(shapes, len(keys)):
        try:
            return (yield from _together(by, keys, problem, brief))
        except jax.errors.JaxRuntimeError as error:
            if not out_of_memory(error) or len(keys) == 1:
                raise
            _fit[shapes] = len(keys) // 2
    half, parts = len(keys) // 2, []
    for part in (keys[:half], keys[half:]):
        parts.append((yield from _drawn(by, part, problem, brief)))
    return jax.tree.map(lambda *values: np.concatenate(values), *parts)


def _together(by: Any, keys, problem, brief: bool) -> Generator[float, None, Any]:
    """Return what a sampler draws, all lanes together, in pieces of a STEP each, or all at once where that is brief."""
    shape = by.__name__, len(keys), *map(np.shape, jax.tree.leaves(problem))
    if shape not in _compiled:
        yield 0.0  # so that what needs no draw, the limit, is on the screen while the rest is compiled
    progress = by.begin(keys, problem)
    ticks = progress.ends[-1] if brief else FIRST_TICKS
    while not progress.done:
        began, stage = time.monotonic(), progress.stage
        progress = by.advance_by(progress, ticks, within_stage=not brief)
        growth = STEP / max(time.monotonic() - began, 1e-4)
        if not brief:
            ticks = int(ticks * np.clip(growth, 0.5, 4)) + 1 if progress.stage == stage else FIRST_TICKS
        if not progress.done and not brief:
            yield progress.ticks / progress.ends[-1]
    _compiled.add(shape)
    return by.finish(progress)


def forward_seconds(x, architecture: Architecture) -> float:
    """Return about how long one forward draw takes on two cores (2.5e7 Gaussians a second)."""
    a = architecture
    of_f, of_g = (a.depth_f - 1) * a.width_f * len(np.unique(x, axis=0)), (a.depth_g - 1) * a.width_g * len(x)
    return (of_f + of_g) / 2.5e7


def seconds(points: int, architecture: Architecture) -> float:
    """Return about how long one draw takes on two cores, from the Gaussians it needs (4e7 a second, where x is one)."""
    a = architecture
    return ((a.depth_f - 1) * a.width_f * (2 + points) + (a.depth_g - 1) * a.width_g * 3 * points) / 4e7
