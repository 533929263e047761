"""Compute Table 1 cell by cell: both tasks, every N, every method, mean and standard error over fresh runs."""

from __future__ import annotations

import itertools
import resource
from collections.abc import Iterator
from typing import NamedTuple

from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Unit
from hyperviz.studies.common.images.image_options import BASELINES
from hyperviz.studies.inpainting import baselines
from hyperviz.studies.table1 import cell as table1_cell
from hyperviz.studies.table1 import model_selection
from hyperviz.studies.table1.cell import Design, Hyperparameters, RunResult
from hyperviz.studies.table1.convolutional import ConvolutionPlan
from hyperviz.studies.table1.settings import TableCell, TableSettings


class TableResult(NamedTuple):
    """Hold what is known so far."""

    settings: TableSettings
    designs: dict[TableCell, Design]
    run_results: dict[TableCell, list[RunResult]]  # a run each
    at: str  # what is under way
    fraction: float  # of the whole work
    peak: float  # gigabytes that the process has held at most
    finished: bool


def stream(settings: TableSettings, store: Store | None = None) -> Iterator[TableResult]:
    """Yield run after run of cell after cell; what the store holds is not computed again."""
    designs = {cell: design(cell, settings) for cell in settings.cells}
    whole = sum(seconds(cell) for cell in designs) * settings.runs
    result, done = TableResult(settings, designs, {cell: [] for cell in designs}, "", 0.0, peak(), False), 0.0
    for cell, run in itertools.product(designs, range(settings.runs)):
        at = f"{cell.task}, N = {cell.images:,}, {cell.kernel}, run {run + 1} of {settings.runs}"
        for share, piece in _run(cell, designs[cell], settings.seed, run, store):
            if piece is not None:
                found = result.run_results | {cell: [*result.run_results[cell], piece]}
                result = result._replace(run_results=found)
            fraction = (done + share * seconds(cell)) / whole
            yield result._replace(at=at, fraction=fraction, peak=peak())
        done += seconds(cell)
    yield result._replace(at="", fraction=1.0, peak=peak(), finished=True)


def units(settings: TableSettings, store: Store) -> list[Unit]:
    """Return the runs that the store lacks, each a unit."""
    designs = {cell: design(cell, settings) for cell in settings.cells}
    runs = [(cell, designs[cell], settings.seed, run) for cell, run in itertools.product(designs, range(settings.runs))]
    return [Unit(_unit, run, seconds(run[0])) for run in runs if _kept(name(*run), store) is None]


def _unit(store: Store, cell: TableCell, plan: Design, seed: int, run: int) -> None:
    """Compute one run, and store it."""
    for _ in _run(cell, plan, seed, run, store):
        pass


def design(cell: TableCell, settings: TableSettings) -> Design:
    """Return a cell's hyper-parameters: chosen by validation error, overridden by what the settings say."""
    if cell.kernel in BASELINES:  # whose bandwidth and ridge are others than the settings say
        return baselines.chosen(cell.kernel, cell.task, str(cell.pixels))
    if cell.kernel == "cnn":
        return ConvolutionPlan()
    given = {name: getattr(settings, name) for name in Hyperparameters._fields}
    given = {name: value for name, value in given.items() if value != "chosen"}
    if cell.kernel == "hn":
        return model_selection.chosen_plan(cell)._replace(**{k: v for k, v in given.items() if k != "ridge"})
    start = model_selection.START if len(given) == len(Hyperparameters._fields) else model_selection.chosen(cell)
    return start._replace(**given)


def _run(
    cell: TableCell, plan: Design, seed: int, run: int, store: Store | None
) -> Iterator[tuple[float, RunResult | None]]:
    """Yield the progress of one run, then its result: from the store, or computed and stored."""
    called = name(cell, plan, seed, run)
    if store is not None and (kept := _kept(called, store)) is not None:
        yield 1.0, kept
        return
    for share, piece in table1_cell.measure(cell, plan, table1_cell.inputs(cell, seed, run)):
        if piece is not None and store is not None:
            store.save(called, **piece._asdict())
        yield share, piece


def name(cell: TableCell, plan: Design, seed: int, run: int) -> str:
    """Return the name of a run in the store: all that decides it."""
    return "-".join(map(str, (*cell, *plan, seed, run)))


def _kept(called: str, store: Store) -> RunResult | None:
    found = store.load(called)
    if found is None:
        return None
    return RunResult(found["mse"], found["single"], found["shown"], float(found["seconds"]), float(found["jitter"]))


def seconds(cell: TableCell) -> float:
    """Return about how many seconds one run takes on two cores: what the time left is reckoned by."""
    if cell.kernel in ("hn", "cnn"):
        return 6.0 if cell.kernel == "hn" else 12.0
    if cell.kernel in BASELINES:
        return 0.5
    if cell.pixels == "all":
        return 0.1 + 120 * cell.images**3 / 3 / 2e10
    return 0.3 + 5 * 2.0 * (cell.images * int(cell.pixels) / 10_000) ** 2


def peak() -> float:
    """Return the most memory that this process has held, in gigabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
