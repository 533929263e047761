"""Follow an infinitely wide f that writes a narrow g, and a wide one (Section 3, Theorem 1, equation 16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from hyperviz.runtime.checkpoint import Store
from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks, stored_draws
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.dynamics import trajectories, views, ways
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.studies.dynamics.trajectories import LANES, PaddedLimits, Path
from hyperviz.studies.dynamics.views import VIEWS
from hyperviz.studies.dynamics.ways import CELL_STARTS, FINITE_NETWORKS, WIDTHS
from hyperviz.theory import gradient_flow
from hyperviz.theory.dynamics import factored_network

COMPARED = (16, 2)  # the width of g that stands beside a narrower one, and beside one as wide
PRIOR = 400  # draws of h_0 ~ GP for the band of the closed form


class Band(NamedTuple):
    """Hold the closed form with both networks infinitely wide: the loss, over draws of h_0 from the prior."""

    times: np.ndarray  # (T,)
    low: np.ndarray  # 10 % of draws are below
    median: np.ndarray
    high: np.ndarray  # 10 % are above


class Cell(NamedTuple):
    """Hold what became of the starts of one cell."""

    reached: int
    stuck: int
    starts: int


class DynamicsResult(NamedTuple):
    """Hold what is known so far."""

    settings: DynamicsSettings
    band: Band
    paths: tuple[Path, ...]  # the starts of the infinitely wide f, in groups
    twins: tuple[Path, ...]  # each finite network; stored results know the field by this name
    limits: Path | None  # the n = infinity flow from the same starts as the finite networks
    beside: Path | None  # the starts of the heat map at the chosen depth and the width `compared`
    cells: dict[tuple[int, int], Cell]  # (H, m) -> outcomes
    view: Any  # result of the chosen second chart
    finished: bool


def stream(settings: DynamicsSettings, store: Store | None = None) -> Iterator[DynamicsResult]:
    """Yield the closed form at once; then starts, heat map, finite networks and the second chart in turn."""
    if store is not None:
        stored_draws.load(ways.bundles(settings), store, Path)
    model = trajectories.model(settings)
    result = DynamicsResult(settings, _band(settings, model), (), (), None, None, {}, None, False)
    yield result
    nets = ways.networks(settings)
    steps: list[Iterator[dict]] = [_starts(settings, model, nets), _grid(settings)]
    later: list[Iterator[dict]] = [_finite(settings, model, nets), VIEWS[settings.view](settings)]
    while steps:
        for step in list(steps):
            parts = next(step, None)
            if parts is None:
                steps.remove(step)
            result = result._replace(**(parts or {}))
            yield result
        if later and len(result.cells) >= len(WIDTHS):  # the first row is there
            steps, later = [*steps, *later], []
    yield result._replace(finished=True)


def compared(settings: DynamicsSettings) -> int:
    """Return the width of g that is shown beside the chosen one: a wide one, or a narrow one beside a wide one."""
    return next(m for m in COMPARED if m != COMPARED[0] or settings.width_g < m)


def warm() -> None:
    """Compile what the study needs, once: afterwards no setting compiles anything."""
    for width in LANES:
        settings = DynamicsSettings(width_g=width, time=0.5, step=0.01)
        views.warm(settings)  # and the program of the finite networks
        nets = [trajectories.network(settings, 0, settings.width_f, width)]
        next(filter(None, _starts(settings, trajectories.model(settings), nets)))


def _band(settings: DynamicsSettings, model: PaddedLimits) -> Band:
    """Return the quantiles of the loss of h_t = Y + exp(-2 Theta_h t)(h_0 - Y), h_0 ~ GP(0, Lambda^H)."""
    N = settings.points
    theta, prior = (np.asarray(v)[:N, :N] for v in (model.limit.hyperkernel, model.limit.nngp))
    values, vectors = np.linalg.eigh(prior)
    rng = random_generator(settings.seed, Stream.DYNAMICS_PRIOR)
    normals = rng.standard_normal((PRIOR, trajectories.POINTS))[:, :N]
    h0 = (normals * np.sqrt(np.maximum(values, 0))) @ vectors.T
    times = np.geomspace(settings.step, settings.time, 64)
    losses = (gradient_flow.gaps(theta, h0 - np.asarray(model.task.y)[:N], times) ** 2).sum(-1)
    return Band(times, *np.quantile(losses, [0.1, 0.5, 0.9], axis=1))


def _starts(settings: DynamicsSettings, model: PaddedLimits, nets: list) -> Iterator[dict]:
    """Yield the groups of starts in turn; the first lanes of the first group are those of the finite networks."""
    known, found = random_networks.kept(*ways.kept("starts", settings)), {}

    def group(number: int) -> Iterator[dict]:
        kept = number in known
        for made in iter([(None, known[number])]) if kept else ways.followed(settings, model, nets, number):
            found.update({number: made[1]} if made else {})
            yield {}

    for _ in streaming.in_turn(*map(group, range(ways.groups(settings)))):
        yield _started(settings, found) if 0 in found else {}


def _started(settings: DynamicsSettings, found: dict[int, Path]) -> dict:
    """Return the random starts of all groups that are on their way, and the finite networks' own."""
    lanes, count = LANES[trajectories.pad(settings.width_g)], settings.starts + FINITE_NETWORKS
    rest = [
        _columns(path, slice(FINITE_NETWORKS if i == 0 else 0, min(lanes, count - i * lanes)))
        for i, path in sorted(found.items())
    ]
    return {"paths": tuple(rest), "limits": _columns(found[0], slice(FINITE_NETWORKS))}


def _columns(path: Path, chosen: slice) -> Path:
    return Path(path.times[:, chosen], path.losses[:, chosen], path.ended[chosen], path.late[chosen])


def _finite(settings: DynamicsSettings, model: PaddedLimits, nets: list) -> Iterator[dict]:
    """Yield the finite networks, one after the other."""
    known, done = random_networks.kept(*ways.kept("networks", settings)), []
    for i, (net, w) in enumerate(nets):
        path = known.get(i)
        way = () if path else trajectories.train(settings, model, factored_network.begin(w), net)
        for _, path in way:
            yield {"twins": (*done, path)}
        if path is not None:
            done.append(path)
            yield {"twins": tuple(done)}


def _grid(settings: DynamicsSettings) -> Iterator[dict]:
    """Yield row by row, the chosen depth of g first; the narrow widths of a row share one batch of lanes."""
    cells, paths, known = (random_networks.kept(*ways.kept(what, settings)) for what in ("cells", "paths", "ways"))

    def parts() -> dict:
        return {"cells": dict(cells), "beside": paths.get((settings.depth_g, compared(settings)))}

    if cells:
        yield parts()
    for number in ways.rows(settings):
        depth, *widths = number
        if all((depth, m) in cells for m in widths):
            continue
        path = known[number] if number in known else (yield from ways.map_way(settings, number))
        of_width = {m: _columns(path, slice(i * CELL_STARTS, (i + 1) * CELL_STARTS)) for i, m in enumerate(widths)}
        cells |= {(depth, m): outcomes((part,)) for m, part in of_width.items()}
        paths |= {(depth, m): part for m, part in of_width.items() if m in COMPARED}
        yield parts()


def outcomes(paths: tuple[Path, ...]) -> Cell:
    """Return how many of the starts have arrived, and how many are stuck."""
    reached, stuck = (sum(int(getattr(p, name).sum()) for p in paths) for name in ("reached", "stuck"))
    return Cell(reached, stuck, sum(p.losses.shape[1] for p in paths))
