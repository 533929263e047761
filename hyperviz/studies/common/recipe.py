"""The lines of Python that reproduce what a page shows."""

from __future__ import annotations

from typing import Any


def recipe(study: str, settings: Any, then: str = "") -> str:
    """The study's stream to its end and its table; `then`: further lines of the study's own."""
    return f"""from hyperviz.studies.{study}.report import table
from hyperviz.studies.{study}.settings import {type(settings).__name__}
from hyperviz.studies.{study}.study import stream

for result in stream({settings!r}):
    pass
print(table(result).to_string())
{then}"""
