"""Choose which figure shows a claim: that of the study which judges it, or ours beside the paper's number."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from hyperviz.figures import table1
from hyperviz.figures.paper import svg
from hyperviz.studies.paper import ledger
from hyperviz.studies.paper.claims import Claim
from hyperviz.studies.registry import STUDIES


def of_claim(claim: Claim, result: Any) -> go.Figure:
    """Return the figure of a claim, drawn from the result that judges it."""
    need = claim.needs[0]
    if need.study == "table1":
        return table1.of_rows(result, claim.figure)
    module = importlib.import_module(f"hyperviz.figures.{STUDIES[need.study].figures or need.study}")
    return module.reference(result) if claim.figure == "reference" else module.CHARTS[claim.figure].draw(result)


def of_claims(find: ledger.Find) -> dict[str, str]:
    """Return the pictures of all claims whose results are there, as SVG by name, each once."""
    drawn: dict[str, str] = {}
    for claim in ledger.CLAIMS:
        made = find(claim.needs[0])
        if made is not None and ledger.picture(claim) not in drawn:
            drawn[ledger.picture(claim)] = svg.draw(of_claim(claim, made.result))
    return drawn


def write(drawn: dict[str, str], folder: Path) -> None:
    """Write each as a file, in place of those that lie there."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.svg"):
        path.unlink()
    for name, text in drawn.items():
        (folder / f"{name}.svg").write_text(text, "utf-8")
