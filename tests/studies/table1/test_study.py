"""Table 1: its cells, that a killed run goes on, and that what the paper leaves open is chosen on validation digits."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from hyperviz.data import digits
from hyperviz.data import stored as stored_tables
from hyperviz.errors import InvalidInput
from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import here
from hyperviz.studies.common.images.image_options import BASELINES
from hyperviz.studies.common.options import parse
from hyperviz.studies.inpainting import regression
from hyperviz.studies.inpainting.baselines import Tuning
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.table1 import baseline_selection, model_selection
from hyperviz.studies.table1 import cell as table1_cell
from hyperviz.studies.table1.cell import Hyperparameters
from hyperviz.studies.table1.settings import METHODS, PAPER, TASKS, TableCell, TableSettings
from hyperviz.studies.table1.study import stream, units
from tests import ROOT

DESIGN = {"depth_f": 2, "depth_g": 2, "bandwidth": 2.0, "ridge": 1e-3}
SMALL = DESIGN | {"images": 10, "runs": 2, "pixels": 3, "kernel": "both", "task": "inpainting"}

OTHER = ("inpainting", "hn")
GROUPS = {
    "table1": (METHODS[:4], "nngp"),
    "baselines": (BASELINES, "ridge"),
    "cnn": (("cnn",), "cnn"),
}  # and the best of each


def last(store=None, **settings):
    *_, result = stream(TableSettings(**(SMALL | settings)), store)
    return result


def test_the_papers_table_has_its_24_cells_the_released_recursion_and_what_needs_no_hypernetwork():
    found = {(cell.task, cell.images, cell.kernel) for cell in PAPER.cells}
    wanted = {(t, n, k) for t in TASKS for n in (50, 100, 200, 500) for k in ("nngp", "hk", "hn", "hk-released")}
    beside = {(t, n, k) for t in TASKS for n in (50, 100, 200, 500) for k in ("mean", "nearest", "ridge", "cnn")}
    beside |= {("inpainting", n, "ridge-hidden") for n in (50, 100, 200, 500)}
    assert found == wanted | beside
    assert {cell.pixels for cell in PAPER.cells} == {20}
    assert PAPER.runs == 20


def test_options_restrict_the_table():
    some = TableSettings(images=120, task="inpainting", kernel="nngp")
    assert [(cell.task, cell.images, cell.kernel) for cell in some.cells] == [
        ("inpainting", n, "nngp") for n in (50, 100, 120)
    ]
    every = TableSettings(images=4000, pixels="all")
    assert [cell.images for cell in every.cells if (cell.task, cell.kernel) == ("inpainting", "hk")][-2:] == [
        2000,
        4000,
    ]
    assert "hn" not in every.methods
    with pytest.raises(InvalidInput, match="kernel must be one of all, both"):
        parse(TableSettings, {"kernel": "svm"})


def test_a_run_is_the_inpainting_studys_run():
    """The same digits and pixels give the same errors through the study that the page shows."""
    mine = last(task="representation", runs=1, kernel="hk", pixels=5)
    settings = InpaintingSettings(images=10, pixels=5, task="representation", **DESIGN)
    *_, (_, _, theirs) = regression.solve(settings, 0, 10, "hk")
    ((piece,),) = mine.run_results.values()
    assert theirs is not None
    assert piece.mse[0] == pytest.approx(theirs.squares[:, 0].mean(), rel=1e-9)
    assert np.isnan(piece.mse[1])
    assert piece.single[0] > piece.mse[0]


def test_methods_and_tasks_see_the_same_digits_and_pixels_and_runs_do_not():
    first, other = (
        table1_cell.inputs(TableCell(task, 10, kernel, 5), 0, 0)
        for task, kernel in zip(TASKS, ("hk", "hn"), strict=True)
    )
    assert (first.y == other.y).all()
    assert all((a == b).all() for a, b in zip(first.draws, other.draws, strict=True))
    assert (other.x[:, 14:] == 0).all()
    again = table1_cell.inputs(TableCell("inpainting", 10, "hk", 5), 0, 1)
    assert not (again.y == first.y).all()
    assert not (again.draws[0] == first.draws[0]).all()
    assert not (first.draws[0] == first.draws[1]).all()


def test_what_is_stored_is_not_computed_again_and_another_design_is(tmp_path, monkeypatch):
    store = Store(tmp_path)
    wanted = last(store)
    calls = []
    measure = table1_cell.measure
    monkeypatch.setattr(table1_cell, "measure", lambda *a: calls.append(a) or measure(*a))
    found = last(store)
    assert calls == []
    for cell, run_results in wanted.run_results.items():
        for a, b in zip(run_results, found.run_results[cell], strict=True):
            np.testing.assert_array_equal(a.mse, b.mse)
            np.testing.assert_array_equal(a.shown, b.shown)
    last(store, bandwidth=3.0, runs=1)
    assert len(calls) == 2


def test_a_killed_command_goes_on_where_it_stopped(tmp_path):
    words = [f"--{name.replace('_', '-')}={value}" for name, value in SMALL.items()]
    command = [sys.executable, "-m", "hyperviz", "run", "inpainting", "--paper", *words, "--out", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 600
        while len(list(tmp_path.glob("checkpoint/*.npz"))) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("checkpoint/*.npz")}
    assert len(kept) >= 2
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in kept.items())
    rows = pd.read_csv(tmp_path / "result.csv")
    errors = rows[rows.quantity == "mse"].set_index(["task", "kernel"]).value
    for cell, run_results in last().run_results.items():
        assert errors[cell.task, cell.kernel] == pytest.approx(np.mean([p.mse[0] for p in run_results]), rel=1e-9)
    assert "--paper" in json.loads((tmp_path / "settings.json").read_text())["command"]


def test_units_leave_in_the_store_what_the_stream_computes_and_what_is_there_is_no_unit(tmp_path, monkeypatch):
    wanted, store = last(), Store(tmp_path)
    todo = units(TableSettings(**SMALL), store)
    assert len(todo) == 4
    for _ in here(todo[::-1], store):
        pass
    assert units(TableSettings(**SMALL), store) == []
    monkeypatch.setattr(table1_cell, "measure", None)  # nothing is left to compute
    for cell, runs in last(store).run_results.items():
        for a, b in zip(runs, wanted.run_results[cell], strict=True):
            np.testing.assert_array_equal(a.mse, b.mse)
            np.testing.assert_array_equal(a.shown, b.shown)


def test_the_choice_never_sees_a_test_digit(monkeypatch):
    def forbidden():
        raise AssertionError("a test digit was looked at")

    monkeypatch.setattr(digits, "test", forbidden)
    monkeypatch.setattr(model_selection, "TRIED", {"bandwidth": (1.0, 2.0), "depth_g": (1, 2)})
    rows = list(model_selection.search(TableCell("inpainting", 10, "nngp", 3), runs=2))
    assert {(row["bandwidth"], row["depth_g"]) for row in rows} >= {(1.0, 3), (2.0, 3)}
    with pytest.raises(AssertionError, match="test digit"):  # negative control: the table itself does look
        table1_cell.inputs(TableCell("inpainting", 10, "nngp", 3), 0, 0)


def test_a_design_is_chosen_by_the_mean_of_all_draws_of_the_pixels_as_the_table_is_judged(monkeypatch):
    monkeypatch.setattr(model_selection, "TRIED", {"bandwidth": (1.0,)})
    cell = TableCell("inpainting", 10, "nngp", 3)
    (row,) = model_selection.search(cell, runs=1)
    given = table1_cell.inputs(cell, model_selection.SEED, 0, digits.validation())
    *_, (_, measured) = table1_cell.measure(cell, model_selection.START._replace(bandwidth=1.0), given)
    assert row["mse"] == measured.mse[0] != measured.single[0]


def test_a_baseline_is_chosen_by_the_mean_of_all_draws_of_the_pixels_as_the_kernels_are(monkeypatch):
    tuning = Tuning(0, 1.0, 0.1)
    monkeypatch.setattr(baseline_selection, "TRIED", {"ridge": [tuning]})
    cell = TableCell("inpainting", 10, "ridge", 3)
    (row,) = baseline_selection.search(cell, runs=1)
    given = table1_cell.inputs(cell, model_selection.SEED, 0, digits.validation())
    *_, (_, measured) = table1_cell.measure(cell, tuning, given)
    assert row["mse"] == measured.mse[0] != measured.single[0]


def test_the_shipped_choice_is_the_best_row_with_hidden_layers():
    tried = model_selection.sensitivity()
    for task in TASKS:
        for kernel in ("nngp", "hk", "hk-released"):
            chosen = model_selection.chosen(TableCell(task, 50, kernel))
            mine = tried[(tried.task == task) & (tried.kernel == kernel) & (tried.pixels == "20")]
            deep = mine[(mine.depth_f > 1) & (mine.depth_g > 1) & np.isclose(mine.ridge, 1e-3)]
            row = deep[np.isclose(deep.mse, deep.mse.min())].iloc[0]
            assert chosen == Hyperparameters(row.depth_f, row.depth_g, row.bandwidth, row.ridge)
            assert mine.bandwidth.min() < chosen.bandwidth < mine.bandwidth.max()
        assert model_selection.chosen_plan(TableCell(task, 50, "hn")).learning_rate in (0.01, 0.03, 0.1)


@pytest.mark.parametrize("name", [name for name in stored_tables.TABLES if name.removesuffix("_all_pixels") in GROUPS])
def test_a_stored_table_says_how_it_was_made(name):
    rows, about = stored_tables.table(name), stored_tables.about(name)
    assert about["command"].startswith("python -m hyperviz run inpainting --paper")
    settings = TableSettings(**about["settings"])
    wanted = {(cell.task, cell.images, cell.kernel) for cell in settings.cells if cell.kernel != "hk-released"}
    of, method = GROUPS[name.removesuffix("_all_pixels")]
    wanted = {cell for cell in wanted if cell[2] in of}
    errors = rows[rows.quantity == "mse"]
    assert wanted <= set(zip(errors.task, errors.images, errors.kernel, strict=True))
    assert errors.runs.between(2, settings.runs).all()
    assert (errors.value > 0).all()
    assert (errors.stderr > 0).all()
    assert set(rows.quantity) == {"mse", "mse_hidden", "mse_one_draw", "seconds", "jitter"}
    best = errors[errors.kernel == method].groupby("task").value
    assert all(values.is_monotonic_decreasing for _, values in best)
