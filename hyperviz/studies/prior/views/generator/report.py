"""Say what the view finds of its generators, and return its rows of result.csv."""

from __future__ import annotations

from typing import Any

import numpy as np

from hyperviz.studies.common.networks.network_sizes import in_bytes
from hyperviz.studies.common.tidy import row
from hyperviz.studies.kernel.report import number
from hyperviz.studies.prior.views.generator import study
from hyperviz.theory.generators.layouts import CHUNKED


def here(result: Any) -> str:
    """Return what f's last layer weighs under each generator, and what h loses by it."""
    settings, drawn = result.settings, result.parts.get("here", {})
    at = {kind: drawn.get((kind, g.chunks)) for kind, g in study.chosen(settings).items()}
    if not all(found and found.draws for found in at.values()):
        return ""
    size = {kind: in_bytes(count) for kind, count in result.parts["head"].items()}
    said = {kind: _with_error(found.kurtosis, found.kurtosis_error) for kind, found in at.items()}
    staying = study.staying(settings)
    kept = "" if staying is None else f"; rank {settings.rank} keeps {number(staying)}"
    return (
        f"f's last layer: {size['dense']}, in {settings.chunks} chunks of rows {size['rows']}, at rank {settings.rank} "
        f"{size['low-rank']}. Excess kurtosis of h: {said['dense']}, {said['rows']}, {said['low-rank']}{kept}."
    )


def _with_error(value: float, error: float) -> str:
    """Return a number as exactly as its error allows."""
    digits = int(np.clip(1 - np.floor(np.log10(error)), 0, 4)) if error > 0 else 2
    return f"{value:,.{digits}f} ± {error:,.{digits}f}"


def _head(result, part) -> list[dict]:
    """Return how many weights f's last layer has under each generator."""
    made = study.chosen(result.settings)
    return [row("head_weights", count, generator=kind, **_made(made[kind])) for kind, count in part.items()]


def _made(g) -> dict:
    """Return the columns that say how many chunks or what rank, where that means something."""
    return {"chunks": g.chunks} if g.kind in CHUNKED else {"rank": g.rank} if g.kind == "low-rank" else {}


def _moments(found, **at) -> list[dict]:
    at = at | {"draws": found.draws}
    return [
        row("variance", found.mean, found.mean_error, found.limit, **at),
        row("excess_kurtosis", found.kurtosis, found.kurtosis_error, found.predicted, **at),
    ]


def _here(result, part) -> list[dict]:
    """Return variance and excess kurtosis of h at the chosen widths, the chunked at every number of chunks."""
    n, m = study.drawn_widths(result.settings)
    rows = []
    for (kind, chunks), found in part.items():
        made = _made(study.chosen(result.settings)[kind]._replace(chunks=chunks))
        rows += _moments(found, generator=kind, width_f=n, width_g=m, **made)
    return rows


def _spread(result, part) -> list[dict]:
    """Return the same where n = m, at several widths."""
    made = study.chosen(result.settings)
    rows = [_moments(f, generator=k, width_f=w, width_g=w, **_made(made[k])) for (k, w), f in part.items()]
    return [row for both in rows for row in both]


def _alike(result, part) -> list[dict]:
    """Return the correlation of h at two x, against the angle between them."""
    rows, made = [], study.chosen(result.settings)
    for kind, found in part.items():
        value, error = np.full((2, len(study.ANGLES)), np.nan)
        if found.draws:
            value[study.DRAWN], error[study.DRAWN] = found.measured, found.error
        at = {"generator": kind, "draws": found.draws} | _made(made[kind])
        numbers = zip(np.degrees(study.ANGLES), value, error, found.limit, strict=True)
        rows += [row("alike", v, e, limit, turn=float(turn), **at) for turn, v, e, limit in numbers]
    return rows


ROWS = {"head": _head, "here": _here, "spread": _spread, "alike": _alike}
