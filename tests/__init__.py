"""The tests mirror the package; `oracles` shares no code with it."""

import pathlib

ROOT = pathlib.Path(__file__).parents[1]  # of the repository
