"""Read points as people have them, without trust, as rows of numbers: CSV or NPY files, or lines that were pasted."""

from __future__ import annotations

import io
import math

import numpy as np
import pandas as pd

from hyperviz.errors import InvalidInput

TYPES = ("csv", "tsv", "txt", "npy")
MEGABYTES = 5
LIMIT = MEGABYTES * 1_000_000  # bytes of a file
MOST = 2_000  # points
FEWER = "take fewer rows, or a random part of them"
NPY, ZIP = b"\x93NUMPY", b"PK\x03\x04"
PICKLED = "it holds Python objects: save plain numbers, numpy.save(file, array.astype(float))"


def read(data: bytes, name: str) -> np.ndarray:
    """Read points.

    Args:
        data: the bytes of an NPY file, or of a table of numbers as text, between commas, semicolons (a comma may be
            the decimal point then), tabs or blanks; a first row of words and lines that begin with # are left out.
        name: what the points are called in a refusal, "x".

    Returns:
        Points, (N, dimensions), float64. One row a point; an array of one axis holds points of one dimension, images
        become rows.

    Raises:
        InvalidInput: no such file, damaged, too large, or not of finite real numbers.
    """
    if not data.strip():
        raise InvalidInput(f"{name} must be a CSV or NPY file of points, one a row; got an empty one.")
    if len(data) > LIMIT:
        raise InvalidInput(f"{name} must be a file of at most {MEGABYTES} MB; got {len(data) / 1e6:.1f} MB: {FEWER}.")
    found = _array(data, name) if data.startswith(NPY) else _table(_text(data, name), name)
    return checked(found, name)


def checked(found: np.ndarray, name: str) -> np.ndarray:
    """Return an array as points (N, dimensions), float64; InvalidInput as `read` says it."""
    if found.dtype.kind not in "fiub":
        raise InvalidInput(f"{name} must be an array of real numbers; got {found.dtype}: save it as float.")
    if found.ndim == 0 or found.size == 0:
        raise InvalidInput(f"{name} must hold at least one point; got shape {found.shape}: one row a point.")
    if len(found) > MOST:
        raise InvalidInput(f"{name} must hold at most {MOST:,} points, one a row; got {len(found):,}: {FEWER}.")
    rows = found.reshape(len(found), -1).astype(np.float64)
    if bad := int((~np.isfinite(rows)).sum()):
        raise InvalidInput(
            f"{name} must be finite; got {bad:,} numbers that are missing, NaN or infinite: fill them in."
        )
    return rows


def _array(data: bytes, name: str) -> np.ndarray:
    """Return the array of an NPY file, whose header may promise more than there is."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = header(file)
        if dtype.hasobject:
            raise InvalidInput(f"{name} cannot be read, {PICKLED}.")
        if math.prod(shape) * dtype.itemsize > len(data):
            raise EOFError
        file.seek(0)
        return np.load(file, allow_pickle=False)
    except InvalidInput:
        raise
    except Exception:  # whatever a damaged header makes NumPy raise
        raise InvalidInput(f"{name} is an NPY file that breaks off or is damaged: save it anew, numpy.save.") from None


def _text(data: bytes, name: str) -> str:
    if data.startswith(ZIP):
        raise InvalidInput(f"{name} must be a CSV or NPY file; got an NPZ, XLSX or ZIP: save its one array or table.")
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(coding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InvalidInput(f"{name} must be a CSV or NPY file; got something that is neither: save it as CSV.")
    return text


def _table(text: str, name: str) -> np.ndarray:
    """Return the numbers of a text, one row a line."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise InvalidInput(f"{name} must hold at least one point; got no line with numbers.")
    separator = next((s for s in (";", "\t", ",") if s in lines[0]), None)
    cells = [[cell.strip().strip('"') for cell in line.split(separator)] for line in lines]
    numbered = _numbered(cells)
    words = numbered or not any(map(_is_number, cells[0]))  # a row of names
    cells = [row[numbered:] for row in cells[words:]]
    if wrong := next((i for i, row in enumerate(cells) if len(row) != len(cells[0])), None):
        raise InvalidInput(
            f"{name} must have as many numbers in each row; got {len(cells[0])} in the first and {len(cells[wrong])} "
            f"in row {wrong + 1}: one row a point."
        )
    return _numbers(cells, name, comma=separator == ";")


def _numbered(cells: list[list[str]]) -> bool:
    """Return whether the first column only counts the rows, as pandas writes it: nameless, 0, 1, 2 and so on."""
    return not cells[0][0] and len(cells[0]) > 1 and all(row[0] == str(i) for i, row in enumerate(cells[1:]))


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _numbers(cells: list[list[str]], name: str, comma: bool) -> np.ndarray:
    frame = pd.DataFrame(cells, dtype=str)
    if frame.size == 0:
        raise InvalidInput(f"{name} must hold at least one point; got names of columns alone.")
    if comma:
        frame = frame.apply(lambda column: column.str.replace(",", "."))
    found = frame.apply(pd.to_numeric, errors="coerce")
    wrong = np.argwhere(found.isna() & ~frame.apply(lambda column: column.str.lower().isin(("", "nan", "na"))))
    if len(wrong):
        row, column = wrong[0]
        raise InvalidInput(
            f"{name} must hold numbers alone; got {cells[row][column][:30]!r} in row {row + 1}, column {column + 1}: "
            "leave that column or row out."
        )
    return found.to_numpy(np.float64)
