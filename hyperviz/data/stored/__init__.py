"""Read the shipped results: tables with how each was made, finished results of the pages' views (.npz), claims."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent
TABLES = ("rotation", "sensitivity", "table1", "table1_all_pixels")
TABLES += ("baselines", "baselines_all_pixels", "baselines_tried", "cnn", "cnn_all_pixels", "few_pixels")
CLAIMS, PICTURES = FOLDER / "claims.json", FOLDER / "pictures"  # of /paper: `python -m hyperviz paper` writes both
SCHEMA = {"command": str, "hyperviz": str, "settings": dict, "machine": str}  # what `about` holds at least


@lru_cache(maxsize=len(TABLES))
def table(name: str) -> pd.DataFrame:
    """Return the rows that the command in `about(name)` wrote; the same frame each time, so change a copy.

    Args:
        name: one of TABLES.
    """
    return pd.read_csv(FOLDER / f"{name}.csv", dtype={"pixels": str})  # pixels: a number, or "all"


def about(name: str) -> dict:
    """Return the exact command, the settings, the version and the machine that made the table (SCHEMA)."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


@lru_cache
def pictures() -> dict[str, str]:
    """Return the pictures of the shipped claims, as SVG, by name."""
    return {path.stem: path.read_text("utf-8") for path in sorted(PICTURES.glob("*.svg"))}
