"""Read or download a data set in the background: a page goes on, and says what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

from hyperviz.data import datasets
from hyperviz.data.datasets import Dataset

_loader = ThreadPoolExecutor(2, "load")
AT_ONCE = 0.05  # seconds: what takes no longer is not announced


def load(name: str) -> Iterator[Dataset | None]:
    """Yield None while it is at work, then the data set; raise DataMissing where it can be had nowhere."""
    if name == datasets.BUILT_IN:
        yield datasets.load(name)
        return
    future = _loader.submit(datasets.load, name)
    wait([future], AT_ONCE)
    while not future.done():
        yield None
        wait([future], 0.1)
    yield future.result()


def words(name: str, otherwise: str = "Reading") -> str:
    """Return what goes on meanwhile, in one sentence; otherwise: what is done to images that are here."""
    return f"{'Downloading' if datasets.absent(name) else otherwise} {datasets.TITLES[name]}."
