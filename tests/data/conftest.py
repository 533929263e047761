"""What tests of downloads share: a loopback mirror of small files, and a cache that is empty."""

import pooch.core
import pytest

from hyperviz.data import fetch
from tests.data.published import CACHES, FILES
from tests.data.server import mirror


@pytest.fixture(scope="module")
def served():
    with mirror(FILES) as (address, asked):
        yield address, asked


@pytest.fixture
def here(tmp_path, monkeypatch, served):
    """An empty cache, no waiting between tries, nothing kept from another test."""
    served[1].clear()
    monkeypatch.setenv(fetch.FOLDER, str(tmp_path))
    monkeypatch.setattr(pooch.core.time, "sleep", lambda seconds: None)
    for cached in CACHES:
        cached.cache_clear()
    return tmp_path
