"""Run the same studies without a browser: python -m hyperviz."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import errno
import functools
import importlib
import io
import json
import os
import pathlib
import re
import shlex
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

import plotly.io

import hyperviz
import hyperviz.studies  # the first of all: it sets up the process
from hyperviz.errors import HypervizError
from hyperviz.runtime import cluster, progress
from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Share, Unit, here
from hyperviz.studies.common.contract import Study
from hyperviz.studies.common.options import Option, options, parse
from hyperviz.studies.paper import evidence, ledger
from hyperviz.studies.registry import PAGELESS, STUDIES, compile_on_disk


def main(arguments: list[str] | None = None) -> int:
    """Return exit code 0, or 2 with one sentence for anything the user can put right."""
    for stream in (sys.stdout, sys.stderr):  # a terminal may know neither Greek letters nor superscripts
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    given, rest = _parser().parse_known_args(_joined(sys.argv[1:] if arguments is None else arguments))
    if rest and given.command != "app":  # the server has options of its own
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        commands = {"list": _list, "warm": _warm, "run": functools.partial(_run, given)}
        commands["app"] = functools.partial(_app, rest)
        return (commands | {"paper": functools.partial(_paper, given)})[given.command]()
    except HypervizError as error:
        print(f"hyperviz: {error}", file=sys.stderr)
    except BrokenPipeError:  # whoever read this, `head` for example, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"hyperviz: {_failed(error, getattr(given, 'out', None))}", file=sys.stderr)
    except MemoryError:
        print(
            "hyperviz: this machine's memory does not hold that: take fewer images, pixels or draws.", file=sys.stderr
        )
    except KeyboardInterrupt:
        print("hyperviz: stopped.", file=sys.stderr)
        return 130
    return 2


def _failed(error: OSError, out: pathlib.Path | None) -> str:
    """Return what the system refused, and what to do."""
    if error.errno == errno.ENOSPC:
        return f"the disk that holds {error.filename or out} is full: free some space, and run it again."
    if out is not None and str(error.filename).startswith(str(out)):
        return f"--out must be a folder that can be written to; got {error.filename} ({error.strerror})."
    return f"{error.filename or 'a file'} cannot be used ({error.strerror or error})."


def _joined(arguments: list[str]) -> list[str]:
    """Return --theta -0.1 as --theta=-0.1: argparse takes a value that begins with a minus for an option."""
    joined: list[str] = []
    for word in arguments:
        if joined and joined[-1].startswith("--") and "=" not in joined[-1] and re.match(r"-[.\d]", word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


class _Parser(argparse.ArgumentParser):
    """Say what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"hyperviz: {message}; see {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("python -m hyperviz", description=hyperviz.__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=hyperviz.__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name every study with its claim")
    commands.add_parser("warm", help="compile every study ahead of time, for the app's next start on this machine")
    commands.add_parser("app", help="serve the app; options of `streamlit run` follow", allow_abbrev=False)
    _add_paper(commands.add_parser("paper", help="judge every claim of the paper", allow_abbrev=False))
    run = commands.add_parser("run", help="run a study to its end", allow_abbrev=False)
    studies = run.add_subparsers(dest="study", required=True)
    for name, study in (STUDIES | PAGELESS).items():
        one = studies.add_parser(
            name, help=study.claim, description=f"{study.claim} ({study.source}).", allow_abbrev=False
        )
        for field, declared in options(study.settings).items():
            one.add_argument("--" + field.replace("_", "-"), dest=field, metavar="VALUE", help=_help(declared))
        paper = "start from the paper's settings instead of the defaults"
        if study.whole:
            paper = f"the paper's whole experiment: {study.whole.claim}; a run that was stopped goes on in the same DIR"
        one.add_argument("--paper", action="store_true", help=paper)
        one.add_argument("--workers", metavar="N", help="compute its units in so many processes of this machine (Dask)")
        one.add_argument("--scheduler", metavar="ADDRESS", help="… on the Dask cluster at tcp://HOST:PORT")
        files = "folder for result.csv, figure.html and settings.json" + (study.files and f", {study.files}")
        one.add_argument("--out", required=True, type=pathlib.Path, metavar="DIR", help=files)
    return parser


def _add_paper(paper: argparse.ArgumentParser) -> None:
    paper.description = (
        "Judge every claim of the paper by what an hour on 2 cores computes, and what DIR holds already."
    )
    paper.add_argument("--full", action="store_true", help="compute also what takes days; it goes on in the same DIR")
    paper.add_argument("--stored", action="store_true", help="take the results that are shipped, where there are some")
    files = "folder for claims.json, claims.csv, claims.html and pictures"
    paper.add_argument("--out", required=True, type=pathlib.Path, metavar="DIR", help=files)


def _help(declared: Option) -> str:
    return f"{declared.help}; {declared.range}; default {declared.default}".replace("%", "%%")


def _warm() -> int:
    """Compile every study; the programs are kept in the user's cache, where the app's next start reads them."""
    for name in STUDIES:
        began = time.monotonic()
        compile_on_disk(name)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0


def _app(options: list[str]) -> int:
    """Serve the app until it is stopped."""
    importlib.import_module("hyperviz.ui.hosting.server").serve(options)
    return 0


def _list() -> int:
    for name, study in (STUDIES | PAGELESS).items():
        print(f"{name:<13} {study.claim} ({study.source})")
    return 0


def _run(given: argparse.Namespace) -> int:
    study = (STUDIES | PAGELESS)[given.study]
    asked = {name: getattr(given, name) for name in options(study.settings) if getattr(given, name) is not None}
    if given.paper and study.whole:
        study = study.whole
    settings = parse(study.settings, (dataclasses.asdict(study.paper) if given.paper else {}) | asked)
    cluster_asked = _cluster(given, study)
    given.out.mkdir(parents=True, exist_ok=True)
    about = {"study": given.study, "hyperviz": hyperviz.__version__, "settings": dataclasses.asdict(settings)}
    about["command"] = " ".join(["python -m hyperviz run", given.study, *["--paper"] * given.paper, *_words(asked)])
    (given.out / "settings.json").write_text(json.dumps(about, indent=2) + "\n", "utf-8")  # first: a bad DIR says so
    store = Store(given.out / ("checkpoint" if study.resumable else f"checkpoint-{given.study}"))
    if study.units and (cluster_asked or not study.resumable):
        _compute(study.units(settings, store), store, cluster_asked)
    results = study.stream(settings, *[store] * bool(study.resumable or study.units))
    result: Any = progress.last(results, study.report.progress, study.report.fraction)
    study.report.table(result).to_csv(given.out / "result.csv", index=False)
    module = importlib.import_module(f"hyperviz.figures.{study.figures or given.study}")
    figures = [chart.draw(result) for chart in module.charts(settings).values()]
    (given.out / "figure.html").write_text(_html(study, figures), "utf-8")
    if study.save:
        study.save(result, given.out)
    if not study.resumable:  # others go on from theirs, with more runs or epochs
        store.clear()
    print(study.report.verdict(result).text)
    return 0


def _cluster(given: argparse.Namespace, study: Study) -> Callable | None:
    """Return what opens the cluster that is asked for, or None."""
    opens = cluster.opener(given.workers, given.scheduler)
    if opens and not study.units:
        raise HypervizError(f"{given.study} is not cut into units: leave --workers and --scheduler out.")
    return opens


def _compute(units: list[Unit], store: Store, opens: Callable | None) -> None:
    """Compute what the checkpoint lacks, here or on a cluster, with progress on standard error."""
    with opens() if opens and units else contextlib.nullcontext() as client:
        shares = cluster.run(units, store, client) if client else here(units, store)
        progress.last(shares, Share.sentence, lambda share: share.fraction)


def _paper(given: argparse.Namespace) -> int:
    given.out.mkdir(parents=True, exist_ok=True)
    options = "".join(f" --{name}" for name in ("full", "stored") if getattr(given, name))
    find = evidence.finder(evidence.Rules(given.out / "results", shipped=given.stored, full=given.full))
    records = tuple(ledger.all_evaluated(find))
    found = ledger.Ledger(f"python -m hyperviz paper{options} --out claims", records, tuple(ledger.told(find)))
    pictures, rows = (importlib.import_module(f"hyperviz.figures.paper.{name}") for name in ("pictures", "rows"))
    drawn = pictures.of_claims(find)
    ledger.write(found, given.out)
    pictures.write(drawn, given.out / "pictures")
    (given.out / "claims.html").write_text(rows.report(found, drawn), "utf-8")
    print(ledger.tally(records))
    return 0


def _words(asked: dict) -> list[str]:
    """Return the options as they are typed."""
    return [f"--{name.replace('_', '-')}={shlex.quote(value)}" for name, value in asked.items()]


def _html(study: Study, figures: list) -> str:
    """Return one page that needs nothing but itself."""
    shown = [f.update_layout(margin_autoexpand=True) for f in figures]  # no page around it: labels make their room
    look = {"full_html": False, "config": {"showSendToCloud": False, "displaylogo": False}}
    parts = [plotly.io.to_html(f, include_plotlyjs=i == 0, **look) for i, f in enumerate(shown)]
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>hyperviz: {study.claim}</title>'
    return f'{head}<body style="font-family: sans-serif"><h1>{study.claim}</h1>{"".join(parts)}</body></html>\n'


if __name__ == "__main__":
    sys.exit(main())
