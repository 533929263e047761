"""The lines of Python that reproduce what a page shows."""

from __future__ import annotations

from typing import Any


def recipe(study: str, settings: Any, then: str = "") -> str:
    """The study's stream to its end and its table; `then`: further lines of the study's own."""
    return f"""from hyperviz.studies.{study} import {type(settings).__name__}, stream
from hyperviz.studies.{study}_report import table

for result in stream({settings!r}):
    pass
print(table(result).to_string())
{then}"""
