"""The built-in digits: what they hold, that nobody can change them, and that no digit is on two sides of a split."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from hyperviz.data import digits


def test_there_are_500_digits_of_each_class():
    data = digits.load()
    assert data.images.shape == (5000, 28, 28)
    assert data.images.dtype == data.labels.dtype == np.uint8
    assert data.images.max() == 255
    assert np.bincount(data.labels).tolist() == [500] * 10


def test_the_splits_are_disjoint_and_balanced():
    parts = [digits.train(), digits.validation(), digits.test()]
    assert [len(p.labels) for p in parts] == [4000, 500, 500]
    assert all(len(set(np.bincount(p.labels))) == 1 for p in parts)
    rows = np.concatenate([p.images for p in parts]).reshape(5000, -1)
    assert len(np.unique(rows, axis=0)) == 5000


@pytest.mark.parametrize("count", [10, 50, 200])
def test_any_prefix_holds_every_class_equally_often(count):
    for part in (digits.train(), digits.validation(), digits.test()):
        assert np.bincount(part.labels[:count]).tolist() == [count // 10] * 10


def test_the_digits_cannot_be_written_to_and_are_read_once():
    assert digits.load() is digits.load()
    for array in (*digits.load(), *digits.train(), *digits.test()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_file_is_small():
    assert digits.FILE.stat().st_size < 1_000_000


def test_the_readme_tells_the_right_checksums():
    text = (Path(digits.__file__).parent / "README.md").read_text()
    for array in digits.load():
        assert hashlib.sha256(array.tobytes()).hexdigest() in text
