"""python -m hyperviz: the same studies without a browser, and one sentence for what a user can put right."""

import dataclasses
import errno
import functools
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import hyperviz
from hyperviz.__main__ import main
from hyperviz.errors import NotPositiveDefinite
from hyperviz.runtime.units import Unit
from hyperviz.studies.common.options import options
from hyperviz.studies.convergence import report as convergence_report
from hyperviz.studies.convergence import study as convergence
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.convergence.study import CELLS
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.registry import PAGELESS, STUDIES
from tests import ROOT

FILES = {"result.csv", "figure.html", "settings.json"}
BRIEF = {  # settings with which each study ends soon
    "dynamics": {"points": 2, "starts": 16, "depth_f": 1, "depth_g": 2, "time": 0.5, "step": 0.01, "width_f": 16},
    "inpainting": {"images": 10},
    "prior": {"draws": 64, "depth_f": 2, "depth_g": 2, "width_f": 16, "width_g": 16, "view": "prior"},
    "rotation": {"images": 100, "epochs": 1, "runs": 1, "size": 7, "width_f": 10, "width_g": 10, "compare": "one"},
    "taylor": {"draws": 16, "width_f": 64},
}
BRIEF_TABLE = {"images": 10, "pixels": 3, "runs": 1, "kernel": "nngp", "task": "inpainting"}
SMALL = ["--draws", "16", "--depth-f", "2", "--depth-g", "2", "--width-f", "16", "--width-g", "8", "--seed", "3"]


def said(capsys, *arguments) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    capsys.readouterr()
    try:
        code = main([str(a) for a in arguments])
    except SystemExit as end:
        code = int(end.code or 0)
    return code, *capsys.readouterr()


@pytest.fixture
def never_runs(monkeypatch):
    """A bad command must be refused before the study starts."""

    def stream(settings, *_store):
        raise AssertionError(f"ran {settings}")

    for name, study in STUDIES.items():
        monkeypatch.setitem(STUDIES, name, study._replace(stream=stream))


def refused(capsys, *arguments) -> str:
    """The one sentence that a refused command says."""
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("hyperviz: ")
    assert err.endswith(".\n")
    assert "Traceback" not in err
    return err


def page(folder):
    """figure.html, which needs nothing but itself: the library is inside, once."""
    html = (folder / "figure.html").read_text("utf-8")
    assert html.count("plotly.js v") == 1
    assert "<script src=" not in html
    assert "<link" not in html.split("plotly.js v")[0]
    return html


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"{hyperviz.__version__}\n"


def test_list_names_every_study_with_its_claim_and_source(capsys):
    code, out, err = said(capsys, "list")
    assert (code, err) == (0, "")
    for line, (name, study) in zip(out.splitlines(), (STUDIES | PAGELESS).items(), strict=True):
        assert line.startswith(name)
        assert study.claim in line
        assert study.source in line


def test_a_convergence_run_writes_its_table_its_figures_and_its_settings(capsys, tmp_path):
    out = tmp_path / "new" / "folder"
    code, printed, progress = said(capsys, "run", "convergence", *SMALL, "--theta", "-0.5", "--x", "1,0", "--out", out)
    assert code == 0
    assert {path.name for path in out.iterdir()} == FILES
    settings = ConvergenceSettings(draws=16, depth_f=2, depth_g=2, width_f=16, width_g=8, seed=3, theta=-0.5, x="1,0")
    about = json.loads((out / "settings.json").read_text())
    assert about["study"] == "convergence"
    assert about["settings"] == dataclasses.asdict(settings)
    *_, result = convergence.stream(settings)
    found, wanted = pd.read_csv(out / "result.csv"), convergence_report.table(result)
    assert found.columns.tolist() == wanted.columns.tolist()
    for name in ("value", "stderr", "theory", "theta"):
        np.testing.assert_allclose(found[name], wanted[name].astype(float), rtol=1e-12)
    assert (found.quantity == "variance").sum() == len(CELLS)
    html = page(out)
    assert html.count("Plotly.newPlot(") >= 4
    assert STUDIES["convergence"].claim in html
    assert printed == convergence_report.verdict(result).text + "\n"
    assert "random networks drawn at n = 16, m = 8" in progress


def test_an_inpainting_run_in_a_process_of_its_own_says_progress_on_standard_error_only(tmp_path):
    command = [sys.executable, "-W", "error", "-m", "hyperviz", "run", "inpainting", "--images=20", "--pixels=all"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    assert "N = 20, all pixels: squared error NNGP" in done.stdout
    assert done.stderr.startswith("Errors: mean ± 2 standard errors over 200 test digits; 0 of 2 points")
    assert {path.name for path in tmp_path.iterdir()} == FILES
    found = pd.read_csv(tmp_path / "result.csv")
    kernels = found[found.kernel.notna()]
    methods = ("nngp", "hk", "mean", "nearest", "ridge")
    assert set(zip(kernels.images, kernels.kernel, strict=True)) == {(n, k) for n in (10, 20) for k in methods}
    assert {"quantity", "value", "stderr", "paper"} <= set(found.columns)
    settings = json.loads((tmp_path / "settings.json").read_text())["settings"]
    assert settings == dataclasses.asdict(InpaintingSettings(images=20))
    assert page(tmp_path).count("Plotly.newPlot(") >= 2


@pytest.mark.parametrize("name", STUDIES | PAGELESS)
def test_help_names_every_option_with_its_range_and_default(capsys, name):
    code, out, err = said(capsys, "run", name, "--help")
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    study = (STUDIES | PAGELESS)[name]
    for field, declared in options(study.settings).items():
        assert f"--{field.replace('_', '-')} VALUE" in flat
        assert f"{declared.range}; default {declared.default}" in flat.replace("- ", "-"), field
    assert "--paper" in flat
    assert "--out DIR" in flat
    assert study.claim in flat


@pytest.mark.parametrize("name", STUDIES)
def test_paper_takes_the_papers_settings_and_what_is_given_overrides_them(capsys, monkeypatch, tmp_path, name):
    study, asked = STUDIES[name], []

    def brief(one, **settings):
        @functools.cache
        def first():
            return next(iter(one.stream(one.settings(**settings))))

        def stream(settings, *_store):
            asked.append(settings)
            yield first()

        return one._replace(stream=stream, units=None)

    whole = study.whole and brief(study.whole, **BRIEF_TABLE)
    monkeypatch.setitem(STUDIES, name, brief(study._replace(whole=whole), **BRIEF.get(name, {"draws": 16})))
    paper = (study.whole or study).paper
    for extra, wanted in (
        ([], study.settings()),
        (["--paper"], paper),
        (["--depth-g", "2", "--paper", "--seed=7"], dataclasses.replace(paper, depth_g=2, seed=7)),
    ):
        assert said(capsys, "run", name, *extra, "--out", tmp_path)[0] == 0
        assert asked[-1] == wanted
        assert json.loads((tmp_path / "settings.json").read_text())["settings"] == dataclasses.asdict(wanted)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--width-f", "0"], "width_f must be an integer from 1 to 1,000,000; got 0."),
        (["--width-f", "1e300"], "width_f must be an integer from 1 to 1,000,000; got 1e+300."),
        (["--draws", "many"], "draws must be an integer from 16 to 1,024; got 'many'."),
        (["--draws", "nan"], "draws must be an integer from 16 to 1,024; got 'nan'."),
        (["--depth-g", "2.5"], "depth_g must be an integer from 1 to 8; got '2.5'."),
        (["--theta", "inf"], "theta must be a number from -1.575 to 1.575; got 'inf'."),
        (["--seed", ""], "seed must be an integer from 0 to 999,999; got ''."),
        (["--x", "2,2"], "x must be one of 1,-1, 1,0; got '2,2'."),
        (["--colour", "red"], "unrecognized arguments: --colour red; see python -m hyperviz --help."),
        (["--width", "3"], "unrecognized arguments: --width 3; see "),
        (["--draws"], "argument --draws: expected one argument; see python -m hyperviz run convergence --help."),
    ],
)
def test_a_bad_value_is_one_sentence(capsys, tmp_path, never_runs, given, sentence):
    assert sentence in refused(capsys, "run", "convergence", "--out", tmp_path / "out", *given)
    assert not (tmp_path / "out").exists()


def test_an_unknown_study_or_none_or_no_folder_is_one_sentence(capsys, never_runs, tmp_path):
    assert "'weather'" in refused(capsys, "run", "weather", "--out", tmp_path)
    assert "--out" in refused(capsys, "run", "convergence")
    assert "study" in refused(capsys, "run")
    assert "command" in refused(capsys)
    assert "'walk'" in refused(capsys, "walk")


def test_a_folder_that_cannot_be_written_to_is_said_before_anything_is_computed(capsys, never_runs, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    for out in (in_the_way, in_the_way / "below"):
        sentence = refused(capsys, "run", "inpainting", "--out", out)
        assert "--out must be a folder that can be written to" in sentence
        assert str(out) in sentence
    taken = tmp_path / "taken"
    (taken / "settings.json").mkdir(parents=True)
    assert str(taken) in refused(capsys, "run", "convergence", "--out", taken)


def test_what_is_not_cut_into_units_and_bad_numbers_of_workers_are_refused(capsys, never_runs, tmp_path):
    for study in ("prior", "kernel", "inpainting"):  # inpainting --paper is
        sentence = refused(capsys, "run", study, "--workers", 2, "--out", tmp_path)
        assert sentence == f"hyperviz: {study} is not cut into units: leave --workers and --scheduler out.\n"
    assert "--workers must be a whole number" in refused(capsys, "run", "rotation", "--workers", 0, "--out", tmp_path)
    for command in ("list", "warm", "paper"):
        assert said(capsys, command, "--workers", 2, *["--out", tmp_path] * (command == "paper"))[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_refuses_is_one_sentence(capsys, monkeypatch, tmp_path):
    def stream(settings):
        raise NotPositiveDefinite("The kernel needs a ridge of 1e-6 or more.")

    monkeypatch.setitem(STUDIES, "inpainting", STUDIES["inpainting"]._replace(stream=stream))
    sentence = refused(capsys, "run", "inpainting", "--out", tmp_path)
    assert sentence == "hyperviz: The kernel needs a ridge of 1e-6 or more.\n"


def test_a_bug_is_not_taken_for_bad_input(monkeypatch, tmp_path):
    """Negative control: only what a user can put right is one sentence."""

    def stream(settings):
        raise RuntimeError("a bug")

    monkeypatch.setitem(STUDIES, "inpainting", STUDIES["inpainting"]._replace(stream=stream))
    with pytest.raises(RuntimeError, match="a bug"):
        main(["run", "inpainting", "--out", str(tmp_path)])


def test_warm_compiles_every_study_and_says_so(capsys, monkeypatch):
    warmed = []
    for name, study in STUDIES.items():
        monkeypatch.setitem(STUDIES, name, study._replace(warm=functools.partial(warmed.append, name)))
    code, out, err = said(capsys, "warm")
    assert (code, out) == (0, "")
    assert warmed == list(STUDIES)
    assert [line.split(":")[0] for line in err.splitlines()] == warmed


@pytest.mark.parametrize("arguments", [["list"], ["run", "taylor", "--help"]])
def test_a_terminal_of_another_encoding_ends_in_no_traceback(arguments):
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(
        [sys.executable, "-m", "hyperviz", *arguments], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert done.stdout
    assert b"Traceback" not in done.stderr


def test_a_reader_that_has_read_enough_is_no_error():
    command = f"{sys.executable} -m hyperviz list | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_disk_and_an_unreadable_file_are_said_as_what_they_are(capsys, monkeypatch, tmp_path):
    for error, said in (
        (OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "x")), "is full: free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/own.npz"), "/data/own.npz cannot be used"),
    ):

        def stream(settings, *_store, error=error):
            raise error

        monkeypatch.setitem(STUDIES, "taylor", STUDIES["taylor"]._replace(stream=stream, units=None))
        assert said in refused(capsys, "run", "taylor", "--out", tmp_path)


def test_a_killed_run_goes_on_from_its_checkpoint_which_is_gone_at_the_end(capsys, monkeypatch, tmp_path):
    study, calls = STUDIES["taylor"], []
    words = [word for name, value in BRIEF["taylor"].items() for word in (f"--{name.replace('_', '-')}", value)]

    def units(settings, store, kept=5):
        todo = study.units(settings, store)
        calls.append(len(todo))
        return [*todo[:kept], Unit(stopped, (), 1.0), *todo[kept:]] if len(calls) == 1 else todo

    def stopped(_store):
        raise KeyboardInterrupt

    monkeypatch.setitem(STUDIES, "taylor", study._replace(units=units))
    run = "run", "taylor", *words, "--out", tmp_path
    assert said(capsys, *run)[0] == 130
    assert len(list(tmp_path.glob("checkpoint-taylor/*.npz"))) == 5
    assert said(capsys, *run)[0] == 0
    assert calls[1] == calls[0] - 5
    assert {path.name for path in tmp_path.iterdir()} == FILES
