"""Table 1 cell by cell: both tasks, every N, every method, mean and standard error over fresh runs."""

from __future__ import annotations

import itertools
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hyperviz.studies import cells, choice, hn
from hyperviz.studies.cells import Cell, Design, Piece
from hyperviz.studies.checkpoint import Store
from hyperviz.studies.inpainting import InpaintingSettings
from hyperviz.studies.settings import check, option, options

IMAGES = {"20": (50, 100, 200, 500), "all": (50, 100, 200, 500, 1000, 2000, 4000)}
TASKS, METHODS = ("representation", "inpainting"), ("nngp", "hk", "hk-released", "hn")
_ONE = options(InpaintingSettings)


@dataclass(frozen=True)
class TableSettings:
    """What the table is asked: the names are those of the inpainting study."""

    images: int = option(500, 10, 4000, symbol="N", label="most training images", help="rows of the table end here")
    task: str = option("both", label="task", choices=("both", *TASKS), help="one task, or both")
    kernel: str = option(
        "all", label="method", choices=("all", "both", *METHODS), help="one method, both kernels, or all methods"
    )
    hidden: str = option("lower", label="hidden part", choices=_ONE["hidden"].choices, help=_ONE["hidden"].help)
    pixels: int | str = option(20, 1, 784, words=("all",), label="pixels an image", help=_ONE["pixels"].help)
    depth_f: int | str = option("chosen", 1, 8, words=("chosen",), label="depth of f", help="or as validation chose")
    depth_g: int | str = option("chosen", 1, 8, words=("chosen",), label="depth of g", help="or as validation chose")
    bandwidth: float | str = option(
        "chosen", 0.3, 10, words=("chosen",), number=float, label="bandwidth (pixels)", help="or as validation chose"
    )
    ridge: float | str = option(
        "chosen", 1e-6, 1, words=("chosen",), number=float, label="ridge", help="chosen: the paper's 0.001"
    )
    runs: int = option(20, 1, 50, label="runs", help="each with digits, pixels and test digits of its own")
    seed: int = option(0, 0, 999_999, label="seed", help=_ONE["seed"].help)

    def __post_init__(self) -> None:
        check(self)

    @property
    def cells(self) -> list[Cell]:
        """The cells, cheap ones first."""
        known = IMAGES.get("all" if self.pixels == "all" else "20", ())
        sizes = [n for n in known if n < self.images] + [self.images]
        tasks = TASKS if self.task == "both" else (self.task,)
        rows = itertools.product(sizes, tasks, self.methods)
        return [Cell(task, n, method, self.pixels, self.hidden) for n, task, method in rows]

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods to compare; HN is trained on random pixels only."""
        every = {"all": METHODS if self.pixels != "all" else METHODS[:3], "both": METHODS[:2]}
        return every.get(self.kernel, (self.kernel,))


PAPER = TableSettings()


class TableResult(NamedTuple):
    """What is known so far."""

    settings: TableSettings
    designs: dict[Cell, Design | hn.Plan]
    pieces: dict[Cell, list[Piece]]  # a run each
    at: str  # what is under way
    fraction: float  # of the whole work
    peak: float  # gigabytes that the process has held at most
    finished: bool


def stream(settings: TableSettings, store: Store | None = None) -> Iterator[TableResult]:
    """Run after run of cell after cell; what the store holds is not computed again."""
    designs = {cell: design(cell, settings) for cell in settings.cells}
    whole = sum(seconds(cell) for cell in designs) * settings.runs
    result, done = TableResult(settings, designs, {cell: [] for cell in designs}, "", 0.0, peak(), False), 0.0
    for cell, run in itertools.product(designs, range(settings.runs)):
        at = f"{cell.task}, N = {cell.images:,}, {cell.kernel}, run {run + 1} of {settings.runs}"
        for share, piece in _run(cell, designs[cell], settings.seed, run, store):
            if piece is not None:
                result.pieces[cell].append(piece)
            fraction = (done + share * seconds(cell)) / whole
            yield result._replace(at=at, fraction=fraction, peak=peak())
        done += seconds(cell)
    yield result._replace(at="", fraction=1.0, peak=peak(), finished=True)


def collected(settings: TableSettings, store: Store) -> TableResult:
    """What a run that was stopped has left: rows with as many runs as there are."""
    designs = {cell: design(cell, settings) for cell in settings.cells}
    pieces: dict[Cell, list[Piece]] = {}
    for cell, plan in designs.items():
        found = (_kept(name(cell, plan, settings.seed, run), store) for run in range(settings.runs))
        pieces[cell] = [piece for piece in found if piece is not None]
    return TableResult(settings, designs, pieces, "", 1.0, peak(), True)


def design(cell: Cell, settings: TableSettings) -> Design | hn.Plan:
    """As validation chose, but for what the settings say."""
    given = {name: getattr(settings, name) for name in Design._fields}
    given = {name: value for name, value in given.items() if value != "chosen"}
    if cell.kernel == "hn":
        return choice.chosen_plan(cell)._replace(**{k: v for k, v in given.items() if k != "ridge"})
    start = choice.START if len(given) == len(Design._fields) else choice.chosen(cell)
    return start._replace(**given)


def _run(cell: Cell, plan, seed: int, run: int, store: Store | None) -> Iterator[tuple[float, Piece | None]]:
    """One run, from the store where it is there, else computed and stored."""
    called = name(cell, plan, seed, run)
    if store is not None and (kept := _kept(called, store)) is not None:
        yield 1.0, kept
        return
    for share, piece in cells.measure(cell, plan, cells.inputs(cell, seed, run)):
        if piece is not None and store is not None:
            store.save(called, **piece._asdict())
        yield share, piece


def name(cell: Cell, plan, seed: int, run: int) -> str:
    """Of a run in the store: all that decides it."""
    return "-".join(map(str, (*cell, *plan, seed, run)))


def _kept(called: str, store: Store) -> Piece | None:
    found = store.load(called)
    if found is None:
        return None
    return Piece(found["mse"], found["single"], found["shown"], float(found["seconds"]), float(found["jitter"]))


def seconds(cell: Cell) -> float:
    """About how long one run takes on two cores: what the time left is reckoned by."""
    if cell.kernel == "hn":
        return 6.0
    if cell.pixels == "all":
        return 0.1 + 120 * cell.images**3 / 3 / 2e10
    return 0.3 + 5 * 2.0 * (cell.images * int(cell.pixels) / 10_000) ** 2


def peak() -> float:
    """The most memory that this process has held, in gigabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
