"""Measure equation 16: how far training moves the tangent kernel as only f, or both networks, widen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.runtime.generators import returned
from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks.random_streams import Stream
from hyperviz.studies.common.power_laws import Slope, slope
from hyperviz.studies.dynamics import trajectories
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.theory.dynamics import factored_network, implicit_flow

NARROW, KERNEL_DRAWS, KERNEL_TIME = 4, 16, 0.25
SLOW = 512  # networks wider than that are drawn half as often
FAMILIES = {  # name: widths that grow, (n, m) of each, the slope in the limit
    f"only f widens, m = {NARROW}": ((16, 64, 256, 1024), lambda w: (w, NARROW), 0.0),
    "both widen, n = m": ((8, 16, 32, 64), lambda w: (w, w), -0.5),
}


class Kernel(NamedTuple):
    """Hold equation 16: how the tangent kernel moves, over draws."""

    change: dict[tuple[str, int], np.ndarray]  # (family, width) -> |K_t - K_0|/|K_0| of each draw
    speed: dict[tuple[str, int], np.ndarray]  # |dK/dt|/|K_0| at t = 0
    limit: float  # median of the change for n = infinity and m = NARROW, exact
    slopes: dict[str, tuple[Slope | None, Slope | None]]  # family -> of the change, of the speed


def stream(settings: DynamicsSettings) -> Iterator[dict]:
    """Yield the view with ever more sizes of both families, small ones first."""
    model = trajectories.model(settings)
    found = Kernel({}, {}, _limit(settings, model), {})
    yield {"view": found}
    sizes = sorted((w, name) for name, (widths, *_) in FAMILIES.items() for w in widths)
    for width, name in sizes:
        n, m = FAMILIES[name][1](width)
        moved = []
        for i in range(KERNEL_DRAWS // (1 + (n > SLOW))):
            moved.append((yield from _movement(settings, model, 100 + i, n, m)))
        change, speed = np.array([v for v in moved if v is not None]).reshape(-1, 2).T
        found = found._replace(
            change=found.change | {(name, width): change}, speed=found.speed | {(name, width): speed}
        )
        found = found._replace(slopes={f: _slopes(found, f) for f in FAMILIES})
        yield {"view": found}


def warm(settings: DynamicsSettings) -> None:
    """Compile what it needs for one width of g and both of f."""
    model = trajectories.model(settings)
    if settings.width_g == NARROW:
        _limit(settings, model)
    for n in trajectories.WIDTHS_F:
        net, w = trajectories.network(settings, 0, n, settings.width_g)
        about = net, model.task, model.x
        factored_network.drift.prepare(w, *about)
        factored_network.advance.prepare(factored_network.begin(w), *about, settings.step, settings.time, np.int32(2))


def _slopes(found: Kernel, name: str) -> tuple[Slope | None, Slope | None]:
    """Return the slopes of the median over draws, once all sizes of the family are there."""
    widths = FAMILIES[name][0]
    if not all(len(found.change.get((name, w), ())) for w in widths):
        return None, None
    change, speed = ([kind[name, w] for w in widths] for kind in (found.change, found.speed))
    return slope(widths, change, _median), slope(widths, speed, _median)


def _median(samples: np.ndarray) -> np.ndarray:
    return np.median(samples, axis=-1)


def _movement(settings, model: trajectories.PaddedLimits, i: int, n: int, m: int):
    """Return the change and the speed of one network's kernel; None where it is dead and has none."""
    net, w = trajectories.network(settings, i, n, m)
    K, slope_of_K = (np.asarray(v) for v in factored_network.drift(w, net, model.task, model.x))
    training, until = factored_network.begin(w), min(KERNEL_TIME, settings.time)
    for _ in range(40):
        yield {}
        began = time.monotonic()
        while float(training.time) < until * (1 - 1e-6) and time.monotonic() - began < streaming.STEP:
            training = factored_network.advance(training, net, model.task, model.x, settings.step, until, np.int32(2))
    after = np.asarray(factored_network.drift(training.net, net, model.task, model.x)[0])  # compiled already
    size = np.linalg.norm(K)
    return (np.linalg.norm(after - K) / size, np.linalg.norm(slope_of_K) / size) if size > 0 else None


def _limit(settings, model: trajectories.PaddedLimits) -> float:
    """Return the same change for n = infinity and m = NARROW, over as many starts as there are lanes."""
    width, lanes = trajectories.pad(NARROW), trajectories.LANES[trajectories.pad(NARROW)]
    g, until = trajectories.primary_of(settings, [NARROW] * lanes), min(KERNEL_TIME, settings.time)
    state = returned(trajectories.begin(settings, model, g, width, Stream.DYNAMICS_KERNEL, 0))
    K = np.asarray(implicit_flow.kernels(state, model.task, g))
    blocks = trajectories.PATIENCE * max(1, round(until / settings.step / implicit_flow.BLOCK))
    state = implicit_flow.advance(state, model.task, g, settings.step, until, np.int32(blocks), np.bool_(False))
    change = np.linalg.norm(np.asarray(implicit_flow.kernels(state, model.task, g)) - K, axis=(1, 2))
    size = np.linalg.norm(K, axis=(1, 2))
    return float(np.median(change[size > 0] / size[size > 0])) if (size > 0).any() else 0.0


def rows(settings: DynamicsSettings, found: Kernel) -> list[dict]:
    """Return medians over draws, and the slopes with those of the limit."""
    table = []
    for quantity, kind in (("kernel_change", found.change), ("kernel_speed", found.speed)):
        for (name, width), values in kind.items():
            n, m = FAMILIES[name][1](width)
            error = 1.2533 * np.std(values) / max(len(values), 1) ** 0.5  # of the median of normal draws
            at = {"width_f": n, "width_g": m, "depth_g": settings.depth_g, "starts": len(values), "line": name}
            table.append(at | {"quantity": quantity, "value": _median(values), "stderr": error})
    for name, fits in found.slopes.items():
        for quantity, fit in zip(("slope_change", "slope_speed"), fits, strict=True):
            if fit:
                at = {"line": name, "quantity": quantity, "theory": FAMILIES[name][2]}
                table.append(at | {"value": fit.value, "stderr": fit.stderr()})
    return table
