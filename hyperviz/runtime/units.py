"""Run what was cut into units that do not depend on each other: one after the other, or side by side on a cluster."""

from __future__ import annotations

import pathlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import hyperviz
from hyperviz.errors import HypervizError
from hyperviz.runtime.checkpoint import Store


class Unit(NamedTuple):
    """Hold one piece of a long run: a function of a module, `work(store, *arguments)`, leaves it in the store.

    What it leaves depends on the arguments alone: not on other units, nor on who computes it, nor in which order.
    """

    work: Callable[..., None]
    arguments: tuple
    seconds: float  # about how long it takes, in any unit of time: what the time left is reckoned by


class Share(NamedTuple):
    """Say how far a run is."""

    done: int  # units
    units: int
    fraction: float  # of the work
    workers: int  # that compute; 0 where none is there

    def sentence(self) -> str:
        """Return it in words."""
        workers = f"{self.workers} at a time" if self.workers else "no worker is there yet"
        return f"{self.done} of {self.units} units are done, {workers}."


def here(units: Sequence[Unit], store: Store) -> Iterator[Share]:
    """Compute one unit after the other in this process; yield how far it is after each."""
    done, whole = 0.0, sum(unit.seconds for unit in units)
    for number, unit in enumerate(units, 1):
        unit.work(store, *unit.arguments)
        done += unit.seconds
        yield Share(number, len(units), done / whole, 1)


def computed(unit: Unit, store: Store, mark: pathlib.Path, version: str) -> dict[str, dict]:
    """Compute a unit on a worker; return its pieces by name where this worker does not see the run's checkpoint."""
    if hyperviz.__version__ != version:
        raise HypervizError(f"a worker has hyperviz {hyperviz.__version__}: install {version} there, as here.")
    if mark.exists():
        unit.work(store, *unit.arguments)
        return {}
    with tempfile.TemporaryDirectory() as folder:
        own = Store(pathlib.Path(folder))
        unit.work(own, *unit.arguments)
        return {name: own.load(name) or {} for name in own.names()}
