"""Write every result.csv in its one form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

import hyperviz

LAST = ("seed", "version", "verdict", "quantity", "value", "stderr", "low", "high", "theory", "paper")


def tidy(found: pd.DataFrame, settings: Any, verdict: str, names: Sequence[str]) -> pd.DataFrame:
    """Return the table with one row a number: axes, then who says it (seed, version, verdict), then the number.

    found: axis columns and some of quantity, value, stderr, low, high, theory, paper. verdict: the state of the claim.
    names: the settings that stand in front, in this order. A column of whole numbers holds integers.
    """
    said = {name: getattr(settings, name) for name in names}
    said |= {"seed": getattr(settings, "seed", pd.NA), "version": hyperviz.__version__, "verdict": verdict}
    full = found.assign(**{name: value for name, value in said.items() if name not in found})
    last = [name for name in LAST if name in full]
    axes = [*(n for n in names if n in full), *(n for n in found if n not in (*names, *last))]
    columns = {name: _whole(pd.Series(full[name])) for name in (*axes, *last)}
    return pd.DataFrame(columns)


def row(quantity: str, value: float, stderr: float = np.nan, theory: float = np.nan, **axes: Any) -> dict:
    """Return one row of a table: its axes, then the number."""
    return axes | {"quantity": quantity, "value": value, "stderr": stderr, "theory": theory}


def _whole(column: pd.Series) -> pd.Series:
    """Return integers where every number that is there is whole: 64, not 64.0; n = inf stays inf."""
    if column.name in LAST[LAST.index("value") :] or not pd.api.types.is_float_dtype(column):
        return column
    there = column.dropna()
    if not (there == np.floor(there)).all():
        return column
    if np.isinf(there).any():
        return column.map(lambda v: v if not np.isfinite(v) else int(v)).astype(object)
    return column.astype("Int64")
