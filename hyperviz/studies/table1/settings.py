"""Declare what the table of errors is asked, and its cells."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import NamedTuple

from hyperviz.studies.common.glossary import meaning
from hyperviz.studies.common.images.image_options import (
    BASELINES,
    COUNTS,
    TASKS,
    hidden_part,
    image_seed,
    training_pixels,
)
from hyperviz.studies.common.options import check, option

CHOSEN = "or as validation chose"
IMAGES = {"20": COUNTS[2:6], "all": COUNTS[2:]}
METHODS = ("nngp", "hk", "hk-released", "hn", *BASELINES, "cnn")


@dataclass(frozen=True)
class TableSettings:
    """Hold what the table is asked: the names are those of the inpainting study."""

    images: int = option(500, 10, 4000, symbol="N", label="most training images", help=meaning("N", "rows end here"))
    task: str = option("both", label="task", choices=("both", *TASKS), help="one task, or both")
    kernel: str = option(
        "all",
        label="method",
        choices=("all", "both", "baselines", *METHODS),
        help="one method, both kernels, what needs neither a hypernetwork nor training (baselines), or all methods",
    )
    hidden: str = hidden_part()
    pixels: int | str = training_pixels(20)
    depth_f: int | str = option("chosen", 1, 8, words=("chosen",), label="depth of f", help=meaning("L", CHOSEN))
    depth_g: int | str = option("chosen", 1, 8, words=("chosen",), label="depth of g", help=meaning("H", CHOSEN))
    bandwidth: float | str = option(
        "chosen", 0.3, 10, words=("chosen",), number=float, label="bandwidth (pixels)", help=meaning("ℓ", CHOSEN)
    )
    ridge: float | str = option(
        "chosen",
        1e-6,
        1,
        words=("chosen",),
        number=float,
        label="ridge",
        help=meaning("ε", "chosen: the paper's 0.001"),
    )
    runs: int = option(
        20, 1, 50, label="runs", help=meaning("runs", "each with digits, pixels and test digits of its own")
    )
    seed: int = image_seed()

    def __post_init__(self) -> None:
        check(self)

    @property
    def cells(self) -> list[TableCell]:
        """Return the cells, cheap ones first."""
        known = IMAGES.get("all" if self.pixels == "all" else "20", ())
        sizes = [n for n in known if n < self.images] + [self.images]
        tasks = TASKS if self.task == "both" else (self.task,)
        rows = itertools.product(sizes, tasks, self.methods)
        cells = [TableCell(task, n, method, self.pixels, self.hidden) for n, task, method in rows]
        return [cell for cell in cells if (cell.task, cell.kernel) != ("representation", "ridge-hidden")]

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the methods to compare; HN is trained on random pixels only."""
        alike = METHODS if self.pixels != "all" else tuple(name for name in METHODS if name != "hn")
        every = {"all": alike, "both": METHODS[:2], "baselines": BASELINES}
        return every.get(self.kernel, (self.kernel,))


PAPER = TableSettings()


class TableCell(NamedTuple):
    """Hold one number of the table: N training images, each seen at so many random pixels, or at all of them."""

    task: str
    images: int
    kernel: str
    pixels: int | str = 20
    hidden: str = "lower"
