"""Write the ledger as HTML: a row a claim that opens to its picture, the discrepancies, a report that is one file."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Mapping
from pathlib import Path

from hyperviz.studies.common.verdict import SIGNS
from hyperviz.studies.paper.claims import GROUPS, HOLDS, NOT_RUN, STATES
from hyperviz.studies.paper.ledger import Ledger, Record, Told, counts, tally

CSS = (Path(__file__).parent / "claims.css").read_text("utf-8")
NAMES = {state: name for name, state in STATES.items()}  # "not run here" -> "not run"
READING = (
    "Every claim and number of the paper: what it says, what is measured here with its interval, and a setting in "
    "which it must fail. A row opens to its figure, the live experiment and the command that computes it in full."
)
LOOK = "<style>body { font-family: system-ui, sans-serif; max-width: 80rem; margin: auto; padding: 1rem; }</style>"
APP = "http://localhost:8501/"  # where `streamlit run app.py` serves on this machine


def styled(pictures: Mapping[str, str]) -> str:
    """Return a style element: the look of the rows, and every picture (name -> SVG) once, whatever shows it."""
    image = ".claims .pic-{} {{ background-image: url(data:image/svg+xml;base64,{}); }}"
    drawn = [image.format(name, base64.b64encode(svg.encode()).decode()) for name, svg in pictures.items()]
    return f"<style>{CSS}{''.join(drawn)}</style>"


def summary(ledger: Ledger) -> str:
    """Return the tally as chips, and what the verdicts mean."""
    chips = " ".join(
        f'<span class="pair"><b>{count}</b> {chip(verdict)}</span>' for verdict, count in counts(ledger.records).items()
    )
    return f"<p>{chips}</p><p>{READING}</p>"


def claims(records: Iterable[Record], root: str = "") -> str:
    """Return the rows, a section a group; root: what addresses begin with."""
    records, parts = list(records), []
    for group in GROUPS:
        mine = [record for record in records if record.group == group]
        if mine:
            rows = "".join(_row(record, root) for record in mine)
            parts.append(f"<section><h2>{group[0].upper()}{group[1:]}: {tally(mine)}</h2>{rows}</section>")
    return f'<div class="claims">{"".join(parts)}</div>'


def stories(told: Iterable[Told], root: str = "") -> str:
    """Return the discrepancies, each with its links."""
    found = "".join(_story(one, root) for one in told)
    return f'<div class="claims">{found}</div>'


def report(ledger: Ledger, pictures: Mapping[str, str]) -> str:
    """Return the whole ledger as one HTML file that needs nothing but itself."""
    title = "Which claims of “On Infinite-Width Hypernetworks” hold?"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    made = (
        f"{tally(ledger.records)}. Made by <code>{html.escape(ledger.command)}</code>; links lead to the app at {APP}"
    )
    parts = [f"<h1>{title}</h1><p>{made}</p>", claims(ledger.records, APP), "<h2>Where we differ, and why</h2>"]
    body = "".join([*parts, stories(ledger.discrepancies, APP)])
    return f'<!doctype html><html lang="en"><head>{head}{LOOK}{styled(pictures)}</head><body>{body}</body></html>\n'


def chip(verdict: str) -> str:
    """Return a verdict with its sign."""
    state = NAMES[verdict]
    return f'<span class="chip {state.replace(" ", "-")}">{SIGNS[state]} {verdict}</span>'


def _row(record: Record, root: str) -> str:
    thumb = f'<span class="picture thumb pic-{record.picture}"></span>' if record.picture else "<span></span>"
    cells = [
        chip(record.verdict),
        _cell("where", record.source),
        _cell("", record.claim),
        f'<span><span class="says">paper</span> {html.escape(record.paper)}</span>',
        f'<span class="cut"><span class="says">ours</span> {html.escape(record.ours)}</span>',
        thumb,
    ]
    return f'<details id="{record.id}"><summary>{"".join(cells)}</summary>{_opened(record, root)}</details>'


def _opened(record: Record, root: str) -> str:
    """Return what a row opens to."""
    look = f'class="picture whole pic-{record.picture}" role="img" aria-label="{html.escape(record.ours)}"'
    made = "".join(f", {name} {version}" for name, version in record.versions.items())
    lines = [
        f"<b>Paper</b> {html.escape(record.paper)} · <b>ours</b> {html.escape(record.ours)}{_draws(record)}",
        html.escape(record.reason),
        f"<b>Where it must fail</b>: {html.escape(record.control)}. {_fails(record)}",
        f'<a href="{html.escape(root + record.link)}">See it live</a>',
        f"In full: <code>{html.escape(record.command)}</code>",
        f'<span class="says">Result of {record.date}{html.escape(made)}</span>' if record.date else "",
    ]
    said = _axis(record) + "".join(f"<p>{line}</p>" for line in lines if line)
    return f'<div class="open">{f"<div {look}></div>" if record.picture else ""}<div>{said}</div></div>'


def _fails(record: Record) -> str:
    """Return what became of the negative control."""
    said = {STATES[HOLDS]: "It holds there too.", STATES[NOT_RUN]: "Not run here."}
    return said.get(record.control_verdict, "It does not hold there.")


def _axis(record: Record) -> str:
    """Return the paper's number and ours with its interval, on one axis; nothing where there are no such numbers."""
    try:
        printed = float(record.paper.replace("−", "-"))
    except ValueError:
        return ""
    if record.value is None or record.low is None or record.high is None or record.low == record.high:
        return ""
    ends = sorted((printed, record.low, record.high))
    low, span = ends[0] - 0.1 * (ends[2] - ends[0]), 1.2 * (ends[2] - ends[0])
    left, right, ours, theirs = (100 * (v - low) / span for v in (record.low, record.high, record.value, printed))
    bar = f'<i class="bar" style="left: {left:.1f}%; width: {right - left:.1f}%"></i>'
    marks = f'<i class="dot" style="left: {ours:.1f}%"></i><i class="cross" style="left: {theirs:.1f}%">×</i>'
    said = f"paper {record.paper}, ours {record.value:g}, from {record.low:g} to {record.high:g}"
    return f'<div class="axis" role="img" aria-label="{said}">{bar}{marks}</div>'


def _draws(record: Record) -> str:
    return f", {record.draws:,} draws" if record.draws else ""


def _cell(kind: str, text: str) -> str:
    whole = html.escape(text).replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")  # no line ends within r = 3
    return f'<span class="{kind}">{whole}</span>'


def _story(one: Told, root: str) -> str:
    links = " · ".join(f'<a href="{html.escape(root + to)}">{html.escape(seen)}</a>' for seen, to in one.links)
    title, paper, found = map(html.escape, (one.title, one.paper, one.found))
    said = f"<h3>{title}</h3><p><b>Paper</b>: {paper}</p><p>{found}</p><p>{links}</p>"
    return f'<div class="story" id="{one.id}">{said}</div>'
