"""Run units on several processes or machines, by Dask: an optional extra, loaded when it is asked for.

A worker is a process with one thread. It leaves its pieces in the run's own checkpoint where it sees that folder: units
that take hours then go on where a killed worker left them. Where it does not, pieces come back through Dask.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

import jax

import hyperviz
from hyperviz.errors import HypervizError, InvalidInput
from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Share, Unit, computed

MOST = 1000  # workers on this machine
ANSWER = 10  # seconds that a scheduler has to answer
LOOK = 0.1  # seconds between two looks at what is done
OPTIONS = {"nthreads": 1, "memory_limit": 0, "dashboard": False}  # of a worker
UNREAD = "Error during deserialization of the task graph"  # what Dask says where a scheduler cannot import hyperviz
LOST = "the scheduler no longer answers. What is done is kept: start a scheduler, and run the same command again."


def whole_number(workers: str) -> int:
    """Return how many workers are asked for."""
    if not workers.isdecimal() or not 1 <= int(workers) <= MOST:
        raise InvalidInput(f"--workers must be a whole number from 1 to {MOST}; got {workers!r}.")
    return int(workers)


def opener(workers: str | None, scheduler: str | None) -> Callable | None:
    """Return what opens the cluster that is asked for, as a context that gives Dask's client; None where none is."""
    if workers is not None and scheduler is not None:
        raise InvalidInput(
            "--workers starts a cluster here, --scheduler uses one that is there: give one of the two, not both."
        )
    if workers is not None:
        count = whole_number(workers)
        dask = _dask()
        return lambda: _local(dask, count)
    if scheduler is not None:
        dask = _dask()
        return lambda: _remote(dask, scheduler)
    return None


def run(units: Sequence[Unit], store: Store, client: Any) -> Iterator[Share]:
    """Compute the units, the longest first, wherever a worker is free; yield how far they are, often."""
    store.folder.mkdir(parents=True, exist_ok=True)
    order = sorted(units, key=lambda unit: -unit.seconds)
    whole, done, number = sum(unit.seconds for unit in units), 0.0, 0
    with tempfile.NamedTemporaryFile(dir=store.folder, prefix="seen-", suffix=".tmp") as mark, _said_in_a_sentence():
        about = Store(store.folder.resolve()), pathlib.Path(mark.name).resolve(), hyperviz.__version__
        left = {client.submit(computed, unit, *about, pure=False): unit for unit in order}
        while left:
            for future in [future for future in left if future.done()]:
                for name, arrays in future.result().items():
                    store.save(name, **arrays)
                done, number = done + left.pop(future).seconds, number + 1
            yield Share(number, len(units), done / whole, len(client.nthreads()))
            time.sleep(LOOK)


@contextlib.contextmanager
def _said_in_a_sentence() -> Iterator[None]:
    """Say in one sentence what goes wrong on a cluster and that a user can put right."""
    dask = _dask()
    try:
        yield
    except dask.KilledWorker as error:
        raise HypervizError(
            "a unit has ended four workers, most likely for want of memory: run fewer workers on a machine."
        ) from error
    except (CancelledError, dask.comm.CommClosedError, TimeoutError) as error:
        raise HypervizError(LOST) from error
    except ImportError as error:
        raise HypervizError(f"a worker has no {error.name}: install hyperviz there, as here.") from error
    except RuntimeError as error:
        if UNREAD not in str(error):
            raise
        raise HypervizError("the scheduler has no hyperviz, or another Dask: install both there, as here.") from error


def _dask() -> Any:
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")  # what goes wrong is said in one sentence
    try:
        found = importlib.import_module("distributed")
    except ImportError as error:
        raise HypervizError("--workers and --scheduler need Dask: pip install 'dask[distributed]'.") from error
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # Dask gives it a level of its own
    return found


@contextlib.contextmanager
def _local(dask: Any, count: int) -> Iterator[Any]:
    """Yield the client of a cluster of so many worker processes on this machine, none of which outlives it."""
    workers = {number: {"cls": dask.Nanny, "options": _worker(number)} for number in range(count)}
    scheduler = {"cls": dask.Scheduler, "options": {"host": "127.0.0.1", "port": 0, "dashboard": False}}
    with dask.SpecCluster(workers=workers, scheduler=scheduler) as cluster, dask.Client(cluster) as client:
        yield client


def _worker(number: int) -> dict[str, Any]:
    """Return the options of a worker: one thread, all the memory there is, and a GPU of its own where there is one.

    XLA on CPU hangs when as many compiled loops run at once in a process as it has threads.
    """
    gpus = sum(device.platform == "gpu" for device in jax.local_devices())
    if not gpus:
        return OPTIONS
    names = os.environ.get("CUDA_VISIBLE_DEVICES") or ",".join(map(str, range(gpus)))
    mine = {"CUDA_VISIBLE_DEVICES": names.split(",")[number % gpus]}
    return OPTIONS | {"env": mine}


@contextlib.contextmanager
def _remote(dask: Any, address: str) -> Iterator[Any]:
    """Yield the client of a cluster that is there."""
    try:
        client = dask.Client(address, timeout=ANSWER)
    except (OSError, ValueError, TimeoutError, AssertionError) as error:  # the last: Dask's loop has not begun in 10 s
        raise InvalidInput(
            "--scheduler must be the address of a Dask scheduler that runs, as tcp://HOST:8786; "
            f"none answers at {address}."
        ) from error
    with client:
        yield client
