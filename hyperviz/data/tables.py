"""The tables of errors that come with the package: Table 1 reproduced, and the same with every pixel."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent
NAMES = {False: "table1", True: "table1_all_pixels"}  # by whether every pixel was learnt from


@lru_cache(maxsize=2)
def load(all_pixels: bool = False) -> pd.DataFrame:
    """The rows of result.csv as the command in `about` wrote it."""
    return pd.read_csv(FOLDER / f"{NAMES[all_pixels]}.csv", keep_default_na=True)


def about(all_pixels: bool = False) -> dict:
    """The exact command, the settings and the version that made the table."""
    return json.loads((FOLDER / f"{NAMES[all_pixels]}.json").read_text("utf-8"))
