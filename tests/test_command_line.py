"""python -m hyperviz: the same studies without a browser."""

import dataclasses
import functools
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import hyperviz
from hyperviz.__main__ import main
from hyperviz.runtime.units import Unit
from hyperviz.studies import registry
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


def test_warm_compiles_every_study_and_says_so(capsys, monkeypatch):
    warmed = []
    for name, study in STUDIES.items():
        monkeypatch.setitem(STUDIES, name, study._replace(warm=functools.partial(warmed.append, name)))
    monkeypatch.setattr(registry.compilation, "keep_on_disk", lambda _, make: make())
    code, out, err = said(capsys, "warm")
    assert (code, out) == (0, "")
    assert warmed == list(STUDIES)
    assert [line.split(":")[0] for line in err.splitlines()] == warmed


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
