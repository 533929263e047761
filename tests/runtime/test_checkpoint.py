"""A piece of a long run is either whole on the disk or not there."""

import subprocess
import sys

import numpy as np
import pytest

from hyperviz.runtime.checkpoint import Store


def test_what_was_saved_comes_back_and_the_last_save_counts(tmp_path):
    store = Store(tmp_path / "new" / "folder")
    assert store.load("piece") is None
    for value in (1.0, 2.0):
        store.save("piece", a=np.full(3, value), step=np.int64(7))
    found = store.load("piece")
    assert found is not None
    np.testing.assert_array_equal(found["a"], [2.0, 2.0, 2.0])
    assert found["step"] == 7
    assert [path.name for path in store.folder.iterdir()] == ["piece.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"not an archive"])
def test_a_file_that_is_no_whole_piece_counts_as_none(tmp_path, content):
    (tmp_path / "piece.npz").write_bytes(content)
    assert Store(tmp_path).load("piece") is None


def test_a_run_killed_while_it_saves_leaves_a_whole_piece(tmp_path):
    code = f"""
import pathlib, numpy as np
from hyperviz.runtime.checkpoint import Store
store, i = Store(pathlib.Path({str(tmp_path)!r})), 0
while True:
    store.save("piece", a=np.full(200_000, i))
    i += 1
    print(i, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        while process.stdout.readline().strip() != "5":
            pass
        process.kill()
    found = Store(tmp_path).load("piece")
    assert found is not None
    assert found["a"].min() == found["a"].max() >= 4
