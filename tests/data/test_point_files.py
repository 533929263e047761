"""Points from the files that people have: read right, or refused in one sentence that says what to do."""

import io

import numpy as np
import pandas as pd
import pytest

from hyperviz.data import point_files
from hyperviz.errors import InvalidInput

POINTS = np.array([[1.5, -2.0], [0.25, 1e-3], [3.0, 4.0]])


def npy(array, **options) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def frame() -> pd.DataFrame:
    return pd.DataFrame(POINTS, columns=["first", "second"])


@pytest.mark.parametrize(
    "data",
    [
        npy(POINTS),
        npy(POINTS.astype(np.float32)[:, :, None]),
        npy(np.asfortranarray(POINTS)),
        b"1.5,-2\n0.25,1e-3\n3,4\n",
        b"\xef\xbb\xbf1.5, -2\r\n0.25, 1e-3\r\n\r\n3, 4",
        b"# saved by numpy\n1.5 -2\n0.25   0.001\n3 4\n",
        b"1.5\t-2\n0.25\t0.001\n3\t4\n",
        b"a;b\n1,5;-2\n0,25;0,001\n3;4\n",
        "1.5,-2\n0.25,0.001\n3,4\n".encode("utf-16"),
        frame().to_csv().encode(),
        frame().to_csv(index=False).encode(),
        pd.DataFrame(POINTS).to_csv().encode(),
    ],
)
def test_tables_and_arrays_as_people_save_them_are_these_points(data):
    np.testing.assert_allclose(point_files.read(data, "x"), POINTS, rtol=1e-6)


def test_one_number_a_row_is_points_of_one_dimension_and_images_become_rows():
    assert point_files.read(b"1\n2\n3\n", "z").tolist() == [[1], [2], [3]]
    assert point_files.read(npy(np.arange(3)), "z").tolist() == [[0], [1], [2]]
    assert point_files.read(npy(np.zeros((5, 4, 4), bool)), "x").shape == (5, 16)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b" \n", "got an empty one"),
        (b"1,2\n3,4\n5\n", "as many numbers in each row; got 2 in the first and 1 in row 3"),
        (b"1,2\n3,four\n", "numbers alone; got 'four' in row 2, column 2"),
        (b"a,b\n1,\n", "must be finite; got 1 numbers"),
        (b"1,inf\n", "must be finite; got 1 numbers"),
        (b"a,b\n", "at least one point"),
        (b"# nothing\n", "no line with numbers"),
        (b"1\n" * 2001, "at most 2,000 points, one a row; got 2,001"),
        (b"1," * 2_600_000, "at most 5 MB; got 5.2 MB"),
        (b"\x89PNG\r\n\x1a\n\0\0", "something that is neither"),
        (b"PK\x03\x04rest", "save its one array or table"),
        (npy(np.array([1, "a"], object), allow_pickle=True), "Python objects"),
        (npy(POINTS + 1j), "real numbers; got complex128"),
        (npy(np.array(["a"])), "real numbers; got <U1"),
        (npy(np.zeros((0, 3))), "at least one point; got shape (0, 3)"),
        (npy(np.float64(1)), "at least one point; got shape ()"),
        (npy(POINTS)[:-8], "breaks off or is damaged"),
        (npy(POINTS).replace(b"(3, 2)", b"(3, 2" + b"0" * 12 + b")"), "breaks off or is damaged"),
        (b"\x93NUMPY", "breaks off or is damaged"),
    ],
)
def test_what_are_no_points_is_refused_in_one_sentence(data, sentence):
    with pytest.raises(InvalidInput) as refused:
        point_files.read(data, "x")
    said = str(refused.value)
    assert sentence in said
    assert said.startswith("x ")
    assert said.endswith(".")
    assert "\n" not in said
