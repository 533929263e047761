"""Declare what every study offers: results that get better, and a report that says what they mean."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import pandas as pd

from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Unit
from hyperviz.studies.common.budget import Cap
from hyperviz.studies.common.tour import TourStep
from hyperviz.studies.common.verdict import Verdict


class Result(Protocol):
    """Hold what is known so far: a NamedTuple whose other fields are the parts that charts show.

    A stream makes each result from the one before by `_replace`, so a part that is the same object has not changed.
    """

    @property
    def settings(self) -> Any:
        """Return what was asked."""
        ...

    @property
    def finished(self) -> bool:
        """Return whether nothing better will come."""
        ...


class Report(Protocol):
    """Hold the module `report` of a study; every function takes a result, `code` its settings."""

    @property
    def EXPLANATION(self) -> tuple[str, ...]:
        """Return the fold's title, its text and the formula."""
        ...

    def verdict(self, result: Any, /) -> Verdict:
        """Return what is seen, and whether the claim holds."""
        ...

    def progress(self, result: Any, /) -> str:
        """Return how far the run is, in a sentence."""
        ...

    def fraction(self, result: Any, /) -> float:
        """Return how much of the run is done, 0 to 1."""
        ...

    def alt(self, result: Any, chart: str = ..., /) -> str:
        """Return a chart in words, for those who do not see it."""
        ...

    def table(self, result: Any, /) -> pd.DataFrame:
        """Return what result.csv holds."""
        ...

    def draws(self, result: Any, /) -> pd.DataFrame:
        """Return the raw draws."""
        ...

    def code(self, settings: Any, /) -> str:
        """Return lines of Python that reproduce the numbers."""
        ...


class Study(NamedTuple):
    """Hold one question: its claim, its settings and the paper's, its stream and what it has to say."""

    claim: str
    source: str
    settings: type
    paper: Any
    stream: Callable[..., Iterator[Any]]
    report: Report
    warm: Callable[[], None]  # compiles what the study needs
    resumable: bool = False  # its stream takes a checkpoint.Store too, and goes on where a killed run stopped
    units: Callable[[Any, Store], list[Unit]] | None = None  # what of a run a checkpoint lacks, for many workers
    figures: str = ""  # the module of hyperviz.figures, where it is not named as the study
    whole: Study | None = None  # the study that --paper runs, where one setting of this cannot hold the experiment
    warm_up: int = 0  # its turn in the warm-up: what is compiled quickly comes first
    caps: tuple[Cap, ...] = ()  # what one visitor of a public site may ask for
    save: Callable[[Any, pathlib.Path], None] | None = None  # writes what it has beside its table and figure
    files: str = ""  # their names
    icon: str = "science"  # of its page in the navigation, a name of Material Symbols
    tour: tuple[TourStep, ...] = ()  # of its page


def part(result: Any, name: str) -> Any:
    """Return a part of a result by its name: a field, or one of its field `parts`; None while it is not there."""
    return getattr(result, name) if name in result._fields else result.parts.get(name)


def changed(result: Any, shown: Any, parts: tuple[str, ...]) -> bool:
    """Return whether a chart of these parts has to be drawn again; shown: the result that it shows, None at first."""
    return shown is None or any(part(result, name) is not part(shown, name) for name in (*parts, "finished"))
