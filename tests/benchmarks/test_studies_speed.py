"""The default pictures of the studies, warm: how soon the first is there, how soon the last."""

import time

from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.convergence import study as convergence
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.dynamics import study as dynamics
from hyperviz.studies.dynamics.settings import DynamicsSettings


def test_the_width_grid_of_figure_1a(benchmark):
    """First cells wanted within 0.5 s, the whole grid (8 x 8 widths 4 .. 4,096, 64 draws each) within 10 s."""
    settings = ConvergenceSettings()
    convergence.warm()

    def run():
        random_networks.kept.cache_clear()
        began, first, longest = time.perf_counter(), None, 0.0
        before = began
        for result in convergence.stream(settings):
            now = time.perf_counter()
            longest, before = max(longest, now - before), now
            first = first or (now - began if result.cells else None)
        return {"first cells": first, "complete": time.perf_counter() - began, "longest step": longest}

    seen = []
    benchmark.pedantic(lambda: seen.append(run()), rounds=3)
    best = min(seen, key=lambda figures: figures["complete"])
    print({name: round(seconds, 2) for name, seconds in best.items()})
    benchmark.extra_info.update(best)
    assert best["first cells"] <= 0.5
    assert best["complete"] <= 10


def test_the_heat_map_of_dynamics(benchmark):
    """5 x 5 (m, H), 32 starts each, 12 points: first row within 1 s, complete within 30 s, steps of 0.2 s."""
    settings = DynamicsSettings()
    dynamics.warm()

    def run():
        random_networks.kept.cache_clear()
        began, row, longest = time.perf_counter(), None, 0.0
        before = began
        for parts in dynamics._grid(settings):
            now = time.perf_counter()
            longest, before = max(longest, now - before), now
            row = row or (now - began if len(parts.get("cells", ())) >= len(dynamics.WIDTHS) else None)
        return {"first row": row, "complete": time.perf_counter() - began, "longest step": longest}

    seen = []
    benchmark.pedantic(lambda: seen.append(run()), rounds=2)
    best = min(seen, key=lambda figures: figures["complete"])
    print({name: round(seconds, 2) for name, seconds in best.items()})
    benchmark.extra_info.update(best)
    assert best["first row"] <= 1
    assert best["complete"] <= 30
