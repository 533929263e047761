"""Every study that is cut into units, on real clusters: killed workers and schedulers change no number."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import psutil
import pytest

from hyperviz.runtime.checkpoint import Store
from tests import ROOT
from tests.runtime.test_cluster import cluster_of_its_own

pytestmark = pytest.mark.slow
STUDIES = {
    "convergence": "--draws 128",
    "dynamics": "--points 4 --starts 32 --time 2 --width-f 64",
    "taylor": "--draws 64",
    "inpainting": "--paper --depth-f 2 --depth-g 2 --bandwidth 2 --ridge 1e-3 --images 10 --runs 6 --pixels 3 "
    "--kernel both --task inpainting",
    "rotation": "--depth-f 2 --width-f 10 --size 7 --images 400 --epochs 40 --runs 6 --compare rates --width-g 10",
}
TIMES = {"seconds"}  # what differs from run to run


@pytest.fixture(scope="module", params=sorted(STUDIES))
def alone(request, tmp_path_factory):
    """A study, and the folder in which one process has run it."""
    folder = tmp_path_factory.mktemp(request.param)
    with run(request.param, folder) as process:
        said = process.communicate(timeout=600)[1]
    assert process.returncode == 0, said
    return request.param, folder


def run(study: str, folder: pathlib.Path, *words: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "hyperviz", "run", study, *STUDIES[study].split(), *words, "--out", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)


def some_are_done(process: subprocess.Popen, folder: pathlib.Path, before: int = 0) -> None:
    """Wait until a few more pieces are there, and the run is not over."""
    until = time.monotonic() + 600
    while len(list(folder.glob("checkpoint*/*.npz"))) < before + 2:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.02)
    assert process.poll() is None


def same(folder: pathlib.Path, wanted: pathlib.Path) -> bool:
    """Whether two folders hold the same pieces and the same table, bit for bit."""
    mine, theirs = Store(folder / "checkpoint"), Store(wanted / "checkpoint")  # of some studies, while they run
    assert mine.names() == theirs.names()
    assert list(folder.glob("checkpoint-*")) == []
    for name in mine.names():
        a, b = mine.load(name) or {}, theirs.load(name) or {}
        assert a.keys() == b.keys()
        for key in a.keys() - TIMES:
            np.testing.assert_array_equal(a[key], b[key], err_msg=f"{name}: {key}")
    a, b = (pd.read_csv(at / "result.csv") for at in (folder, wanted))
    pd.testing.assert_frame_equal(*(t[~t.quantity.isin(TIMES)].reset_index(drop=True) for t in (a, b)), rtol=0, atol=0)
    return True


def test_four_workers_of_whom_one_is_killed_give_the_numbers_of_one_process(alone, tmp_path):
    study, wanted = alone
    with run(study, tmp_path, "--workers", "4") as process:
        some_are_done(process, tmp_path)
        workers = [
            child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())
        ]
        assert len(workers) == 4
        workers[0].kill()
        said = process.communicate(timeout=600)[1]
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "units are done, 4 at a time." in said
    assert same(tmp_path, wanted)


def test_a_lost_scheduler_is_exit_code_2_and_the_run_goes_on_with_another_number_of_workers(alone, tmp_path):
    study, wanted = alone
    with (
        cluster_of_its_own(tmp_path, workers=2) as (scheduler, address),
        run(study, tmp_path, "--scheduler", address) as process,
    ):
        some_are_done(process, tmp_path)
        scheduler.kill()
        said = process.communicate(timeout=600)[1]
    assert process.returncode == 2, said
    assert said.splitlines()[-1].startswith("hyperviz: the scheduler no longer answers. What is done is kept")
    assert "Traceback" not in said
    with run(study, tmp_path, "--workers", "1") as process:
        some_are_done(process, tmp_path, len(list(tmp_path.glob("checkpoint*/*.npz"))))
        os.kill(process.pid, signal.SIGKILL)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("checkpoint/*.npz")}
    with run(study, tmp_path) as process:
        said = process.communicate(timeout=600)[1]
    assert process.returncode == 0, said
    assert same(tmp_path, wanted)
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items())
