"""Follow batches of the map, groups of starts and finite networks, each by itself, and store them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Unit
from hyperviz.studies.common.networks import stored_draws
from hyperviz.studies.common.networks.random_streams import Stream
from hyperviz.studies.dynamics import trajectories
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.studies.dynamics.trajectories import LANES, PaddedLimits, Path
from hyperviz.theory.dynamics import factored_network, implicit_flow

DEPTHS, WIDTHS, CELL_STARTS = (2, 3, 4, 5, 6), (1, 2, 4, 8, 16), 32  # the heat map
# step of the flow in the heat map, which counts where starts end and not how: of 1,600 starts 10 end elsewhere at 0.004
LONGEST = 0.02
FINITE_NETWORKS = 2  # each with the n = infinity flow from the same start


def units(settings: DynamicsSettings, store: Store) -> list[Unit]:
    """Return the ways that the store lacks: a row's part of the map, a group of starts, or a finite network each."""
    return stored_draws.units(settings, bundles(settings), store)


def bundles(settings: DynamicsSettings) -> list[stored_draws.Bundle]:
    """Return every way, each by itself."""
    starts = settings.time / settings.step
    return [
        *(_bundle("ways", settings, map_way, each, settings.time / LONGEST * each[-1]) for each in rows(settings)),
        *(_bundle("starts", settings, _start_way, i, starts * settings.width_g) for i in range(groups(settings))),
        *(_bundle("networks", settings, _network_way, i, starts * WIDTHS[-1]) for i in range(FINITE_NETWORKS)),
    ]


def _bundle(what: str, settings: DynamicsSettings, draw: Callable, number: Any, seconds: float) -> stored_draws.Bundle:
    return stored_draws.Bundle(kept(what, settings), draw, (number,), seconds)


def kept(what: str, settings: DynamicsSettings) -> tuple:
    """Return what decides the ways of the map, of the starts and of the finite networks."""
    if what in ("starts", "networks"):
        return f"dynamics {what}", replace(settings, view=DynamicsSettings.view)
    about = (settings.seed, settings.points, settings.depth_f, settings.time)
    return f"dynamics {what}", *about, settings.activation_f, settings.activation_g


def _start_way(settings: DynamicsSettings, group: int) -> Generator[dict, None, Path]:
    way = followed(settings, trajectories.model(settings), networks(settings), group)
    return (yield from trajectories.quietly(way))[1]


def _network_way(settings: DynamicsSettings, number: int) -> Generator[dict, None, Path]:
    net, w = networks(settings)[number]
    way = trajectories.train(settings, trajectories.model(settings), factored_network.begin(w), net)
    return (yield from trajectories.quietly(way))[1]


def map_way(settings: DynamicsSettings, number: tuple[int, ...]) -> Generator[dict, None, Path]:
    """Follow a batch of the map: number is its depth, then its widths."""
    depth, *widths = number
    return (yield from _cell(settings, trajectories.model(settings), depth, widths, trajectories.pad(widths[-1])))


def networks(settings: DynamicsSettings) -> list:
    """Draw the finite networks."""
    return [trajectories.network(settings, i, settings.width_f, settings.width_g) for i in range(FINITE_NETWORKS)]


def groups(settings: DynamicsSettings) -> int:
    """Return how many groups of starts there are."""
    return -(-(settings.starts + FINITE_NETWORKS) // LANES[trajectories.pad(settings.width_g)])


def followed(settings: DynamicsSettings, model: PaddedLimits, nets: list, group: int) -> Iterator[Any]:
    """Yield nothing, {}, while a group of starts is drawn; then the starts on their way, (state, Path)."""
    width = trajectories.pad(settings.width_g)
    g = trajectories.primary_of(settings, [settings.width_g] * LANES[width])
    state = yield from trajectories.begin(settings, model, g, width, Stream.DYNAMICS_STARTS, group * LANES[width])
    begun = _started_as_networks(state, model, nets, width) if group == 0 else state
    yield from trajectories.follow(settings, model.task, begun, g)


def _started_as_networks(
    state: implicit_flow.Starts, model: PaddedLimits, nets: list, width: int
) -> implicit_flow.Starts:
    """Let the first lanes start where the finite networks do: V_i = f(x_i) of the network itself."""
    lanes = jax.tree.map(np.array, state.V)
    for lane, (net, w) in enumerate(nets):
        first, middle, last = map(np.asarray, factored_network.weights(w, net, model.x))
        lanes.first[lane] = first[:, :width]
        lanes.middle[lane] = middle[:, :, :width, :width]
        lanes.last[lane] = last[:, :width]
    return state._replace(V=lanes)


def rows(settings: DynamicsSettings) -> list[tuple[int, ...]]:
    """Return the depth and the widths of each batch of lanes, the chosen depth first: all narrow widths share one."""
    depths = sorted(DEPTHS, key=lambda depth: depth != settings.depth_g)
    narrow = [m for m in WIDTHS if trajectories.pad(m) == min(LANES)]
    return [(depth, *widths) for depth in depths for widths in (narrow, *([m] for m in WIDTHS if m not in narrow))]


def _cell(settings, model: PaddedLimits, depth: int, widths, width: int) -> Generator[dict, None, Path]:
    """Follow lanes for each width in turn, and return their path; those left over repeat the last, unread."""
    lanes = LANES[width]
    each = np.repeat(widths, CELL_STARTS)
    g = trajectories.primary_of(settings, np.pad(each, (0, lanes - len(each)), mode="edge"), depth)
    state = yield from trajectories.begin(settings, model, g, width, Stream.DYNAMICS_GRID + 10 * depth + width, 0)
    way = trajectories.follow(trajectories.Brief(settings.time, LONGEST), model.task, state, g, flow=True)
    return (yield from trajectories.quietly(way))[1]
