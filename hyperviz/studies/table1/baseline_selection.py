"""Choose neighbours, bandwidth and ridge of the baselines on the validation digits that choose for the kernels.

Every setting tried is shipped (data/stored/baselines_tried.csv); the choice is the best row, never a typed number.
To make it again:  python -m hyperviz.studies.table1.baseline_selection baselines_tried.csv
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hyperviz.data import digits
from hyperviz.studies.inpainting.baselines import Tuning
from hyperviz.studies.table1 import cell as table1_cell
from hyperviz.studies.table1.model_selection import IMAGES, RUNS, SEED
from hyperviz.studies.table1.settings import TASKS, TableCell

NEIGHBOURS = (1, 2, 3, 5, 7, 10, 15, 20)
BANDWIDTHS = (0.25, 0.35, 0.5, 0.6, 0.7, 0.85, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0)
RIDGES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3, 1.0)
TRIED = {
    "nearest": [Tuning(neighbours=count) for count in NEIGHBOURS],
    "ridge": [Tuning(0, *pair) for pair in itertools.product(BANDWIDTHS, RIDGES)],
}

WIDE = itertools.product((11.0, 16.0, 32.0, 64.0), (1e-9, 1e-8, 1e-7, 1e-6, 1e-5))
WIDER = {  # where the best of TRIED lies at the grid's edge and more bandwidth gains more than 1 %
    ("ridge", "representation", "all"): [Tuning(0, *pair) for pair in WIDE],
}


def search(cell: TableCell, runs: int = RUNS) -> Iterator[dict]:
    """Yield a row for every tuning of the cell's method, judged as the table: by the mean of all pixel draws."""
    given = [table1_cell.inputs(cell, SEED, run, digits.validation()) for run in range(runs)]
    at = {"task": cell.task, "pixels": cell.pixels, "images": cell.images, "kernel": cell.kernel}
    for tuning in [*TRIED[cell.kernel], *WIDER.get((cell.kernel, cell.task, str(cell.pixels)), [])]:
        errors = np.array([list(table1_cell.measure(cell, tuning, one))[-1][1].mse for one in given])  # pyright: ignore[reportOptionalMemberAccess]
        spread = errors[:, 0].std(ddof=1) / runs**0.5 if runs > 1 else np.nan
        mse, hidden = errors.mean(axis=0)
        yield at | tuning._asdict() | {"runs": runs, "mse": mse, "stderr": spread, "mse_hidden": hidden}


def main(path: str) -> None:
    """Write the table of all searches."""
    cells = [
        TableCell(task, images, method, pixels)
        for (pixels, images), task, method in itertools.product(IMAGES.items(), TASKS, TRIED)
    ]
    rows = itertools.chain.from_iterable(search(cell) for cell in cells)
    pd.DataFrame(rows).to_csv(path, index=False, float_format="%.8g")


if __name__ == "__main__":
    main(*sys.argv[1:])
