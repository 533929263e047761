"""Choose depths, bandwidth, ridge and learning rate on validation digits: what the paper leaves open.

Every setting tried is shipped (data/stored/sensitivity.csv); the choice is the best row, never a typed number.
To make it again:  python -m hyperviz.studies.table1.model_selection sensitivity.csv
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hyperviz.data import digits
from hyperviz.data import stored as stored_tables
from hyperviz.errors import InvalidInput
from hyperviz.studies.inpainting import adam
from hyperviz.studies.table1 import cell as table1_cell
from hyperviz.studies.table1.cell import Hyperparameters
from hyperviz.studies.table1.settings import TASKS, TableCell

START = Hyperparameters(3, 3, 2**0.5, 1e-3)
TRIED = {
    "bandwidth": (0.5, 0.7, 1.0, 2**0.5, 2.0, 2.5, 3.0, 4.0),
    "depth_f": (1, 2, 3, 4, 6),
    "depth_g": (1, 2, 3, 4, 6),
    "ridge": (1e-5, 1e-4, 1e-3, 1e-2, 1e-1),
}
IMAGES = {20: 100, "all": 200}  # N at which the choice is made, by pixels an image
SEED, RUNS, SWEEPS = 777_000, 3, 2
PAPER_RIDGE = 1e-3
HN_IMAGES = 100  # N at which HN's learning rate is chosen
HN_TRIED = [{"learning_rate": rate} for rate in (0.03, 0.01, 0.1)]
HN_OTHERS = [{"scale": 1.0}, {"width_g": 64}, {"width_f": 512}, {"depth_g": 2}]  # for the table alone


def search(cell: TableCell, runs: int = RUNS) -> Iterator[dict]:
    """Yield a row for every setting tried, once each: coordinate descent from START on the validation digits.

    Judged as the table is, by the mean of the predictions of PIXEL_DRAWS draws of the pixels (chosen by a single draw,
    NNGP got a design by which its mean was .002 worse). Runs have their own training digits. Rows hold the cell, the
    design, mse and stderr.
    """
    given = [table1_cell.inputs(cell, SEED, run, digits.validation()) for run in range(runs)]
    best, errors = START, {}
    for _ in range(SWEEPS):
        for axis, values in TRIED.items():
            for value in values:
                design = best._replace(**{axis: value})
                if design not in errors:
                    found = [float(_last(table1_cell.measure(cell, design, one)).mse[0]) for one in given]
                    errors[design] = float(np.mean(found))
                    yield _row(cell, design, found)
            if axis != "ridge" or cell.pixels == "all":  # the paper states its own: what another brings is in the table
                at = (best._replace(**{axis: value}) for value in values)
                best = min(filter(_eligible, at), key=errors.__getitem__)


def _eligible(design: Hyperparameters) -> bool:
    """Return whether both networks have a hidden layer: without one HK is NNGP. Depth 1 is tried, not chosen."""
    return min(design.depth_f, design.depth_g) >= 2


def _last(steps: Iterator) -> table1_cell.RunResult:
    *_, (_, piece) = steps
    return piece


def _row(cell: TableCell, design: Hyperparameters, errors: list[float]) -> dict:
    spread = float(np.std(errors, ddof=1) / len(errors) ** 0.5) if len(errors) > 1 else np.nan
    at = {"task": cell.task, "pixels": cell.pixels, "images": cell.images, "kernel": cell.kernel}
    return at | design._asdict() | {"runs": len(errors), "mse": float(np.mean(errors)), "stderr": spread}


def sensitivity() -> pd.DataFrame:
    """Return every setting tried, with its validation error."""
    return stored_tables.table("sensitivity")


def chosen(cell: TableCell) -> Hyperparameters:
    """Return the best tried for the cell's task, kernel and way of taking pixels; at the paper's ridge for its way."""
    tried = sensitivity()
    pixels = "all" if cell.pixels == "all" else "20"
    mine = tried[(tried.task == cell.task) & (tried.kernel == cell.kernel) & (tried.pixels == pixels)]
    mine = mine if pixels == "all" else mine[np.isclose(mine.ridge, PAPER_RIDGE)]
    if mine.empty:  # pyright: ignore[reportAttributeAccessIssue]
        raise InvalidInput(
            f"no design was chosen for {cell.task} with {cell.kernel}: pass depths, bandwidth and ridge."
        )
    mine = mine[(mine.depth_f >= 2) & (mine.depth_g >= 2)]  # as _eligible  # pyright: ignore[reportAttributeAccessIssue]
    best = mine.loc[mine.mse.idxmin()]  # pyright: ignore[reportAttributeAccessIssue]
    return Hyperparameters(int(best.depth_f), int(best.depth_g), float(best.bandwidth), float(best.ridge))


def search_hn(task: str) -> Iterator[dict]:
    """Yield the error of the validation digits at which each training was stopped."""
    cell = TableCell(task, HN_IMAGES, "hn")
    given = table1_cell.inputs(cell, SEED, 0, digits.validation())
    for changed in HN_TRIED + (HN_OTHERS if task == "representation" else []):
        plan = adam.Plan(**changed)  # pyright: ignore[reportArgumentType]
        error = float(_last(table1_cell.measure(cell, plan, given)).mse[0])
        at = {"task": task, "pixels": 20, "images": HN_IMAGES, "kernel": "hn"}
        yield at | plan._asdict() | {"runs": 1, "mse": error, "stderr": np.nan}


def chosen_plan(cell: TableCell) -> adam.Plan:
    """Return HN with the learning rate that was best for the cell's task."""
    tried = sensitivity()
    mine = tried[(tried.task == cell.task) & (tried.kernel == "hn")]
    standard = adam.Plan()._asdict()
    same = [name for name in standard if name != "learning_rate"]
    mine = mine[np.isclose(mine[same], [standard[name] for name in same]).all(axis=1)]
    return adam.Plan(learning_rate=float(mine.loc[mine.mse.idxmin()].learning_rate))  # pyright: ignore[reportAttributeAccessIssue]


def rows() -> Iterator[dict]:
    """Yield the rows of every search, the random pixels' first."""
    for pixels, images in IMAGES.items():
        for task, kernel in itertools.product(TASKS, ("nngp", "hk", "hk-released")):
            yield from search(TableCell(task, images, kernel, pixels))
    for task in TASKS:
        yield from search_hn(task)


def main(path: str) -> None:
    """Write the table, row by row, so that a run cut short leaves what it found."""
    found: list[dict] = []
    for row in rows():
        found.append(row)
        print(*row.values(), file=sys.stderr)
        pd.DataFrame(found).to_csv(path, index=False, float_format="%.8g")


if __name__ == "__main__":
    main(*sys.argv[1:])
