"""Write the lines of Python, and of a terminal, that reproduce what a page shows."""

from __future__ import annotations

import shlex
from typing import Any

from hyperviz.studies.common.options import changed


def recipe(study: str, settings: Any, then: str = "") -> str:
    """Return the lines that run the study's stream to its end and print its table.

    then: further lines of the study's own.
    """
    return f"""from hyperviz.studies.{study}.report import table
from hyperviz.studies.{study}.settings import {type(settings).__name__}
from hyperviz.studies.{study}.study import stream

for result in stream({settings!r}):
    pass
print(table(result).to_string())
{then}"""


def command(study: str, settings: Any, paper: str = "") -> str:
    """Return the same settings on the command line, wherever the package can be imported."""
    given = [f"--{name.replace('_', '-')}={shlex.quote(str(value))}" for name, value in changed(settings).items()]
    return " ".join([f"python -m hyperviz run {study}{paper}", *given, "--out results"])
