"""Measure the error against how many random pixels of each training image are learnt from, beside plain methods.

Hyper-parameters are those chosen at 20 pixels. The table is shipped (data/stored/few_pixels.csv).
To make it again, in minutes:  python -m hyperviz.studies.table1.few_pixels few_pixels.csv
"""

from __future__ import annotations

import sys

import pandas as pd

from hyperviz.data import stored
from hyperviz.studies.table1 import cell as table1_cell
from hyperviz.studies.table1 import report
from hyperviz.studies.table1.cell import RunResult
from hyperviz.studies.table1.settings import TableCell, TableSettings
from hyperviz.studies.table1.study import TableResult, design

PIXELS = (2, 5, 10, 20, 50)
IMAGES, RUNS = 100, 10
METHODS = ("mean", "nearest", "ridge", "nngp", "hk")
QUANTITIES = ("mse", "mse_hidden", "seconds")


def rows(pixels: int, method: str, runs: int = RUNS) -> pd.DataFrame:
    """Return Table 1's rows of one method at one number of pixels, inpainting."""
    settings = TableSettings(images=IMAGES, task="inpainting", pixels=pixels, kernel=method, runs=runs)
    cell = TableCell("inpainting", IMAGES, method, pixels)
    plan = design(cell, settings)
    done: list[RunResult] = []
    for run in range(runs):
        *_, (_, found) = table1_cell.measure(cell, plan, table1_cell.inputs(cell, settings.seed, run))
        assert found is not None
        done.append(found)
    table = report.table(TableResult(settings, {cell: plan}, {cell: done}, "", 1.0, 0.0, True))
    return table[table.quantity.isin(QUANTITIES)]  # pyright: ignore[reportReturnType]


def shipped() -> pd.DataFrame:
    """Return the rows of the shipped table."""
    return stored.table("few_pixels")


def main(path: str) -> None:
    """Write the table, row by row, so that a run cut short leaves what it found."""
    found: list[pd.DataFrame] = []
    for pixels in PIXELS:
        for method in METHODS:
            found.append(rows(pixels, method))
            print(pixels, method, file=sys.stderr, flush=True)
            pd.concat(found).to_csv(path, index=False, float_format="%.8g")


if __name__ == "__main__":
    main(*sys.argv[1:])
