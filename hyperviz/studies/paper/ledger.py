"""Write every claim with what was found of it: evaluated, kept as JSON and CSV, read again, counted."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

import hyperviz
from hyperviz.studies.paper import (
    convergence_claims,
    discrepancies,
    prior_claims,
    table_claims,
    taylor_claims,
    training_claims,
)
from hyperviz.studies.paper.claims import GROUPS, NOT_RUN, STATES, Claim, Control, Finding, Need
from hyperviz.studies.stored_results import Stored

_PARTS = (taylor_claims, prior_claims, convergence_claims, training_claims, table_claims)
CLAIMS: tuple[Claim, ...] = tuple(
    sorted((claim for part in _PARTS for claim in part.CLAIMS), key=lambda claim: GROUPS.index(claim.group))
)
Find = Callable[[Need], Stored | None]
NOTHING = Finding(NOT_RUN, "not run here", reason="More than an hour: `python -m hyperviz paper --full` computes it.")


class Record(NamedTuple):
    """Hold one row of the ledger, as it stands in claims.json."""

    id: str
    group: str
    claim: str
    source: str
    paper: str
    ours: str
    value: float | None
    low: float | None
    high: float | None
    draws: int
    verdict: str
    reason: str
    control: str
    control_verdict: str
    command: str
    link: str
    picture: str
    versions: dict[str, str]  # of what made the result
    date: str


class Told(NamedTuple):
    """Hold one discrepancy, as it stands in claims.json."""

    id: str
    title: str
    paper: str
    found: str
    links: list[list[str]]  # what one sees, and its address


class Ledger(NamedTuple):
    """Hold all records and discrepancies, and the command that made them."""

    command: str
    records: tuple[Record, ...]
    discrepancies: tuple[Told, ...]


def judged(what: Claim | Control, find: Find) -> Finding:
    """Return what the results say of a claim, or of its negative control; one that is missing: not run here."""
    found = [find(need) for need in what.needs]
    return NOTHING if None in found else what.measure(*(one.result for one in found if one))


def evaluated(claim: Claim, find: Find) -> Record:
    """Return the record of one claim: its finding, that of its control, and how to see and compute it."""
    finding, control, need = judged(claim, find), judged(claim.control, find), claim.needs[0]
    made = find(need) if finding.state != NOT_RUN else None
    value, low, high = (_number(v) for v in finding[2:5])
    return Record(
        claim.id,
        claim.group,
        claim.sentence,
        claim.source,
        claim.paper,
        finding.said,
        value,
        low,
        high,
        finding.draws,
        STATES[finding.state],
        finding.reason,
        claim.control.said,
        STATES[control.state],
        claim.full or need.command,
        claim.live or need.link,
        picture(claim) if made else "",
        {"hyperviz": made.version} if made else {},
        made.date if made else "",
    )


def picture(claim: Claim) -> str:
    """Return the name of a claim's picture: claims that one result shows in one figure share it."""
    need = claim.needs[0]
    place = need.study if need.study == "table1" else need.link
    return re.sub(r"[^a-z0-9]+", "-", f"{place}-{claim.figure}".lower())


def all_evaluated(find: Find) -> Iterator[Record]:
    """Yield the records, in the order of the page."""
    for claim in CLAIMS:
        yield evaluated(claim, find)


def told(find: Find) -> Iterator[Told]:
    """Yield the discrepancies with the numbers that show them; those whose results are not there say so."""
    for one in discrepancies.DISCREPANCIES:
        results = [find(need) for need in one.needs]
        said = "Not run here." if None in results else one.found(*(made.result for made in results if made))
        yield Told(one.id, one.title, one.paper, said, [list(pair) for pair in one.links])


def counts(records: Iterable[Record]) -> dict[str, int]:
    """Return how many records have each verdict, those that none has left out."""
    found = Counter(record.verdict for record in records)
    return {state: found[state] for state in STATES.values() if found[state]}


def tally(records: Iterable[Record]) -> str:
    """Return the counts in a line: 40 hold · 20 differ ..."""
    words = {"holds": ("holds", "hold"), "differs": ("differs", "differ")}
    return " · ".join(
        f"{count} {words.get(state, (state, state))[count > 1]}" for state, count in counts(records).items()
    )


def write(ledger: Ledger, folder: Path) -> None:
    """Write claims.json and claims.csv."""
    judge = {"hyperviz": hyperviz.__version__, "jax": jax.__version__, "numpy": np.__version__}
    about: dict[str, Any] = {"command": ledger.command, "judged_with": judge}
    about["tally"] = tally(ledger.records)
    about["claims"] = [record._asdict() for record in ledger.records]
    about["discrepancies"] = [one._asdict() for one in ledger.discrepancies]
    said = json.dumps(about, indent=1, ensure_ascii=False)
    (folder / "claims.json").write_text(said + "\n", "utf-8")
    (folder / "claims.csv").write_text(as_csv(ledger), "utf-8")


def as_csv(ledger: Ledger) -> str:
    """Return the records as a table, the versions of each in one cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, Record._fields, lineterminator="\n")
    writer.writeheader()
    for record in ledger.records:
        versions = " ".join(f"{name} {version}" for name, version in record.versions.items())
        writer.writerow(record._asdict() | {"versions": versions})
    return text.getvalue()


def read(path: Path) -> Ledger:
    """Return a ledger that `write` has written."""
    said = json.loads(path.read_text("utf-8"))
    records = tuple(Record(**one) for one in said["claims"])
    return Ledger(said["command"], records, tuple(Told(**one) for one in said["discrepancies"]))


def _number(value: Any) -> float | None:
    """Return a plain number with the digits that mean something; None where there is none."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{float(value):.6g}")
