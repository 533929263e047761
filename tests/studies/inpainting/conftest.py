"""What tests of other images share: nothing downloaded or kept, an archive of one's own, and a mirror."""

import threading

import numpy as np
import pytest

from hyperviz.data import datasets, fetch
from tests.data.published import CACHES, FILES, mirrored
from tests.data.server import mirror
from tests.studies.inpainting.own_images import blobs


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Nothing downloaded, nothing named, and nothing kept from another test."""
    monkeypatch.setenv(fetch.FOLDER, str(tmp_path / "cache"))
    monkeypatch.delenv(datasets.VARIABLE, raising=False)
    monkeypatch.setattr(fetch, "RETRIES", 0)
    for variable in ("HYPERVIZ_MIRROR_MNIST", "HYPERVIZ_MIRROR_CIFAR10"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9/")  # nothing is ever asked of another machine
    for cached in CACHES:
        cached.cache_clear()
    yield
    for cached in CACHES:
        cached.cache_clear()


@pytest.fixture
def archive(fresh, tmp_path, monkeypatch):
    """An .npz of 12 x 12 colour images, named as one names one's own."""
    np.savez(tmp_path / "own.npz", images=blobs())
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path / "own.npz"))
    return tmp_path / "own.npz"


@pytest.fixture
def small_mirror(fresh, monkeypatch):
    with mirror(FILES) as (address, asked):
        mirrored(monkeypatch, address)
        yield asked


@pytest.fixture
def held(monkeypatch):
    """Data sets are read once this event is set."""
    event, load = threading.Event(), datasets.load

    def waiting(name):
        event.wait(30)
        return load(name)

    monkeypatch.setattr(datasets, "load", waiting)
    return event
