"""Units that take a moment and leave a number: what clusters are tested with, without JAX."""

import os
import time

import numpy as np

from hyperviz.errors import InvalidInput
from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Unit


def work(store: Store, number: int, seconds: float) -> None:
    time.sleep(seconds)
    value = np.random.default_rng(number).random(3)
    store.save(f"piece-{number}", value=value, process=np.array(os.getpid()))


def refuse(store: Store) -> None:
    raise InvalidInput("a unit needs another setting.")


def units(store: Store, count: int, seconds: float = 0.2) -> list[Unit]:
    return [Unit(work, (i, seconds), 1.0 + i) for i in range(count) if store.load(f"piece-{i}") is None]


def values(store: Store, count: int) -> list[list[float]]:
    """The numbers of all pieces, in order."""
    return [(store.load(f"piece-{i}") or {})["value"].tolist() for i in range(count)]


def processes(store: Store) -> set[int]:
    """The processes that have left a piece so far."""
    return {int((store.load(name) or {})["process"]) for name in store.names()}
