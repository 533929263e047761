"""Units on worker processes: the same numbers for any number of workers, whatever is killed, and plain refusals."""

import concurrent.futures
import contextlib
import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
from types import ModuleType, SimpleNamespace

import distributed
import pytest

import hyperviz
from hyperviz.errors import HypervizError, InvalidInput
from hyperviz.runtime import cluster
from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Unit, computed, here
from tests import ROOT
from tests.runtime import toy_units

COUNT = 8

# Dask leaves sockets and loops to the interpreter's end
pytestmark = [pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.fixture(autouse=True)
def main_without_a_file(monkeypatch):
    """Streamlit's AppTest leaves the page that it ran as __main__, and a worker runs that file again at its start."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


@pytest.fixture
def wanted(tmp_path):
    """The numbers of one process."""
    store = Store(tmp_path / "alone")
    *_, last = here(toy_units.units(store, COUNT, 0.0), store)
    assert (last.done, last.fraction) == (COUNT, 1.0)
    return toy_units.values(store, COUNT)


@contextlib.contextmanager
def process(*words: str):
    """A process of Dask's own command."""
    with subprocess.Popen([sys.executable, "-m", "dask", *words, "--no-dashboard"], cwd=ROOT) as started:
        try:
            yield started
        finally:
            started.kill()


@contextlib.contextmanager
def cluster_of_its_own(tmp_path, workers: int = 1):
    """A scheduler on loopback and its worker processes: the scheduler's process, and its address."""
    about, until = tmp_path / "scheduler.json", time.monotonic() + 60
    with contextlib.ExitStack() as stack:
        words = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(about))
        scheduler = stack.enter_context(process("scheduler", *words))
        while not about.exists() or not about.read_text():
            assert time.monotonic() < until
            time.sleep(0.05)
        for _ in range(workers):
            stack.enter_context(process("worker", "--scheduler-file", str(about), "--nthreads", "1", "--no-nanny"))
        yield scheduler, json.loads(about.read_text())["address"]


def followed(store, client, then):
    """The end of a run; `then` is called once two units are done."""
    called = False
    for share in cluster.run(toy_units.units(store, COUNT), store, client):
        if share.done >= 2 and not called:
            called = True
            then()
    return share


def test_a_worker_killed_in_mid_run_changes_no_number_and_what_is_left_of_it_is_done_by_others(wanted, tmp_path):
    store, killed = Store(tmp_path / "two"), set()

    def kill():
        killed.add(min(toy_units.processes(store)))
        os.kill(min(killed), signal.SIGKILL)

    with cluster.opener("2", None)() as client:
        assert followed(store, client, kill).fraction == 1.0
    assert killed
    assert toy_units.values(store, COUNT) == wanted
    assert len(toy_units.processes(store) | killed) >= 2
    assert list(store.folder.glob("*.tmp")) == []


def test_a_scheduler_that_is_killed_is_one_sentence_and_the_checkpoint_goes_on(wanted, tmp_path):
    store = Store(tmp_path / "lost")
    with (
        cluster_of_its_own(tmp_path) as (scheduler, address),
        pytest.raises(HypervizError, match=re.escape("the scheduler no longer answers. What is done is kept")),
        cluster.opener(None, address)() as client,
    ):
        followed(store, client, scheduler.kill)
    kept = {path: path.stat().st_mtime_ns for path in store.folder.glob("*.npz")}
    assert len(kept) >= 2
    for _ in here(toy_units.units(store, COUNT, 0.0), store):
        pass
    assert toy_units.values(store, COUNT) == wanted
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in kept.items())


class Here:
    """A client whose workers are this process."""

    def submit(self, work, *arguments, pure):
        future = concurrent.futures.Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def nthreads(self):
        return {}


def test_pieces_come_back_from_a_worker_that_does_not_see_the_folder(wanted, tmp_path):
    store, unseen = Store(tmp_path / "ours"), tmp_path / "not" / "there"
    for unit in toy_units.units(store, COUNT, 0.0):
        found = computed(unit, Store(unseen), unseen / "mark", hyperviz.__version__)
        assert set(found) == {f"piece-{unit.arguments[0]}"}
        for name, arrays in found.items():
            store.save(name, **arrays)
    assert toy_units.values(store, COUNT) == wanted
    assert not unseen.exists()


def test_what_goes_wrong_in_a_unit_is_one_sentence_and_a_bug_is_not(monkeypatch, tmp_path):
    def run(work=toy_units.refuse):
        return list(cluster.run([Unit(work, (), 1.0)], Store(tmp_path), Here()))

    with pytest.raises(InvalidInput, match=re.escape("a unit needs another setting.")):
        run()
    raised = (
        ModuleNotFoundError(name="jax"),
        concurrent.futures.CancelledError(),
        distributed.KilledWorker("unit", None, 3),
        RuntimeError(f"{cluster.UNREAD}. This frequently occurs if"),
    )
    wanted = "a worker has no jax", "no longer answers", "for want of memory", "the scheduler has no hyperviz"
    for error, said in zip(raised, wanted, strict=True):
        with pytest.raises(HypervizError, match=said):
            run(functools.partial(throw, error))
    for bug in (ZeroDivisionError(), RuntimeError("a unit's own")):  # negative controls
        with pytest.raises(type(bug)):
            run(functools.partial(throw, bug))
    monkeypatch.setattr(hyperviz, "__version__", "0.1")
    with pytest.raises(HypervizError, match=re.escape("a worker has hyperviz 0.1: install 1.2 there")):
        computed(Unit(toy_units.refuse, (), 1.0), Store(tmp_path), tmp_path, "1.2")


def throw(error, _store):
    raise error


def test_bad_workers_and_schedulers_and_a_missing_dask_are_one_sentence(monkeypatch):
    for bad in ("0", "-1", "1.5", "many", "1001"):
        with pytest.raises(InvalidInput, match=f"--workers must be a whole number from 1 to 1000; got '{bad}'"):
            cluster.opener(bad, None)
    with pytest.raises(InvalidInput, match="give one of the two"):
        cluster.opener("2", "tcp://127.0.0.1:8786")
    monkeypatch.setattr(cluster, "ANSWER", 0.5)
    for address in ("tcp://127.0.0.1:1", "nowhere", "ftp://127.0.0.1:1"):
        with pytest.raises(InvalidInput, match=f"none answers at {address}"), cluster.opener(None, address)():
            pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert cluster.opener(None, None) is None
    with pytest.raises(HypervizError, match=re.escape("need Dask: pip install 'dask[distributed]'.")):
        cluster.opener("2", None)


def test_each_worker_has_a_gpu_of_its_own_where_there_are_gpus_and_one_thread_everywhere(monkeypatch):
    assert cluster._worker(0) == cluster.OPTIONS
    assert cluster.OPTIONS["nthreads"] == 1
    monkeypatch.setattr("jax.local_devices", lambda: [SimpleNamespace(platform="gpu")] * 2)
    for visible, names in ((None, "01"), ("4,7", "47")):
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        if visible:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert [cluster._worker(i)["env"]["CUDA_VISIBLE_DEVICES"] for i in range(3)] == [*names, names[0]]
