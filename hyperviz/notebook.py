"""Show a study in a notebook, in three lines: the same numbers, table and figures as on its page."""

from __future__ import annotations

import importlib
from collections import deque
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from hyperviz.errors import InvalidInput
from hyperviz.studies.common.options import parse
from hyperviz.studies.registry import PAGELESS, STUDIES


class Run(NamedTuple):
    """Hold a study that has ended."""

    verdict: str  # what is seen, and whether the claim holds
    table: pd.DataFrame  # as result.csv
    figures: dict[str, go.Figure]  # by their names on the page, the main one first
    result: Any  # the study's own

    def __repr__(self) -> str:
        """Return the verdict, and what else there is."""
        return f"{self.verdict}\ntable: {len(self.table)} rows; figures: {', '.join(self.figures)}"


def run(study: str, **settings: Any) -> Run:
    """Return a study's verdict, table and figures; it is computed to its end.

    Args:
        study: its name, as `python -m hyperviz list` says it.
        settings: those that differ from the defaults, named as in a page's link.

    Raises:
        InvalidInput: there is no such study or setting, or a value is not allowed.

    Example:
        >>> from hyperviz import notebook
        >>> found = notebook.run("taylor", depth_g=3)
        >>> next(iter(found.figures.values())).show()
    """
    known = STUDIES | PAGELESS
    if study not in known:
        raise InvalidInput(f"study must be one of {', '.join(known)}; got {study!r}.")
    asked = parse(known[study].settings, {name: str(value) for name, value in settings.items()})
    (result,), report = deque(known[study].stream(asked), maxlen=1), known[study].report
    charts = importlib.import_module(f"hyperviz.figures.{known[study].figures or study}").charts(asked)
    figures = {name: chart.draw(result).update_layout(margin_autoexpand=True) for name, chart in charts.items()}
    return Run(report.verdict(result).text, report.table(result), figures, result)
