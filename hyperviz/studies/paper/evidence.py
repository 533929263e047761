"""Return the results that claims are judged by: kept by an earlier run, shipped with the package, or computed now."""

from __future__ import annotations

import dataclasses
import datetime
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import hyperviz
from hyperviz.data import stored as stored_tables
from hyperviz.errors import HypervizError
from hyperviz.runtime.checkpoint import Store
from hyperviz.studies import stored_results
from hyperviz.studies.common.contract import Study
from hyperviz.studies.paper.claims import Need
from hyperviz.studies.registry import STUDIES, TABLE
from hyperviz.studies.rotation import stored_run
from hyperviz.studies.stored_results import Stored

RUNS = 5  # of each cell of Table 1 without --full: with all 20 the cells up to N = 100 alone took 74 minutes, shared
PAUSE = 10  # seconds between two words on how far a study is


class Rules(NamedTuple):
    """Say where results may come from."""

    folder: Path  # what is computed is kept here, and found here again
    shipped: bool = False  # take what comes with the package
    full: bool = False  # compute also what takes more than an hour
    computes: bool = True


def shipped(need: Need) -> Stored | None:
    """Return the result that comes with the package, or None."""
    if need.study == "table1":
        about = stored_tables.about("table1")
        return Stored(stored_tables.table("table1"), about["date"], about["hyperviz"])
    if need.study == "rotation" and need.settings == stored_run.stored().settings:
        about = stored_tables.about(stored_run.TABLE)
        return Stored(stored_run.stored(), about["date"], about["hyperviz"])
    return stored_results.find(need.study, need.settings)


def finder(rules: Rules, say: Callable[[str], None] = lambda text: print(text, file=sys.stderr)) -> Callable:
    """Return need -> Stored or None, each looked up or computed once."""
    known: dict[Need, Stored | None] = {}

    def find(need: Need) -> Stored | None:
        if need not in known:
            known[need] = _found(need, rules, say)
        return known[need]

    return find


def _found(need: Need, rules: Rules, say: Callable[[str], None]) -> Stored | None:
    if rules.shipped and (found := shipped(need)) is not None:
        return found
    if (found := _kept(need, rules.folder)) is not None:
        return found
    if not rules.computes or (need.long and not rules.full):
        return None
    say(need.command)
    try:
        result = _computed(_within(need, rules), rules.folder, say)
    except HypervizError as error:  # a download without a network: the others are not lost
        say(str(error))
        return None
    today = datetime.date.today().isoformat()
    if need.study != "table1":  # whose runs are kept one by one
        stored_results.save(need.study, need.settings, result, rules.folder)
    return Stored(result, today, hyperviz.__version__)


def _kept(need: Need, folder: Path) -> Stored | None:
    """Return what an earlier run has kept; nothing where another version kept it, whose results have other parts."""
    try:
        return None if need.study == "table1" else stored_results.find(need.study, need.settings, folder)
    except (TypeError, AttributeError, ImportError):
        return None


def _within(need: Need, rules: Rules) -> Need:
    """Return the need with as many runs as the time allows; those that are kept count again when more are made."""
    if need.study != "table1" or rules.full:
        return need
    return need._replace(settings=dataclasses.replace(need.settings, runs=min(RUNS, need.settings.runs)))


def _computed(need: Need, folder: Path, say: Callable[[str], None]) -> Any:
    """Run a study to its end, and say now and then how far it is; one that can go on where it stopped does."""
    study: Study = TABLE if need.study == "table1" else STUDIES[need.study]
    result, said = None, time.monotonic()
    for result in study.stream(need.settings, *((Store(folder / "checkpoint"),) if study.resumable else ())):
        if time.monotonic() - said > PAUSE:
            said = time.monotonic()
            say(study.report.progress(result))
    return study.report.table(result) if need.study == "table1" else result
