"""Read arrays of images as people have them: which axis is what, and which value is white."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from hyperviz.data import image_files
from hyperviz.errors import InvalidInput

NAMES = ("images", "x_train", "train_images", "X_train", "train_x", "x", "X", "data", "image", "train", "arr_0")
ROUNDING = 1e-3  # floats may lie so far outside of their range
CHANNELS = (1, 3, 4)
CHUNK = 2**20  # bytes read at a time
BLOCK = 500  # images looked at or changed at a time


def first(path: Path, most: int) -> tuple[np.ndarray, str]:
    """Return the first `most` entries of the array of images in an .npz or .npy, and what was left out, in words."""
    try:
        if path.suffix.lower() == ".npy":
            with path.open("rb") as file:  # not mapped: the file's pages would count beside their copy
                array, count = _some(file, most)
            return array, _left(count, most, [])
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
            name = _chosen(names, path.name)
            with archive.open(f"{name}.npy") as member:
                array, count = _some(member, most)
            return array, _left(count, most, [f"array {name}"] if len(names) > 1 else [])
    except (InvalidInput, OSError, MemoryError):
        raise
    except Exception:  # what zipfile, zlib and NumPy raise on damaged or pickled files
        raise InvalidInput(
            f"{path.name} is not an .npz or .npy of plain arrays, or it is damaged: save it anew."
        ) from None


def _chosen(names: list[str], file: str) -> str:
    if len(names) == 1:
        return names[0]
    for name in NAMES:
        if name in names:
            return name
    raise InvalidInput(f"An .npz holds one array, or one called images; {file} holds {', '.join(names) or 'none'}.")


def _some(member: Any, most: int) -> tuple[np.ndarray, int]:
    """Return the first entries of an array in a file, reading no more than these, and how many there are."""
    version = np.lib.format.read_magic(member)
    shape, fortran, dtype = getattr(np.lib.format, f"read_array_header_{version[0]}_0")(member)
    _refuse_others(shape, dtype)
    count = min(shape[0], most)
    if fortran:
        return _filled(member, shape[::-1], dtype).T[:count], shape[0]
    return _filled(member, (count, *shape[1:]), dtype), shape[0]


def _filled(member: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an array read in place: what a file hands out in one piece lies in memory two or three times."""
    array = np.empty(shape, dtype)
    room = array.reshape(-1).view(np.uint8)
    for at in range(0, len(room), CHUNK):
        part = room[at : at + CHUNK].data
        if member.readinto(part) != len(part):
            raise EOFError
    return array


def _refuse_others(shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Refuse by its header, before a byte is unpacked or copied, what holds no images or far larger ones."""
    if dtype.hasobject or not shape:
        raise InvalidInput(f"Images are numbers in an array (N, g, g); got {dtype} of shape {shape}.")
    if math.prod(shape[1:]) > 4 * 64 * 64 * 4:
        raise InvalidInput(f"Images are at most 64 pixels wide; got an array of shape {shape}.")


def _left(count: int, most: int, said: list[str]) -> str:
    return ", ".join([*said, f"the first {most:,} of {count:,}"] if count > most else said)


def pixels(array: np.ndarray) -> tuple[np.ndarray, str]:
    """Return uint8 (N, g, g) or (N, g, g, 3), 255 white, and in words what the values were taken for."""
    if array.dtype.kind not in "buif":
        raise InvalidInput(f"Images are booleans, integers or floats; got {array.dtype}: convert them first.")
    levels, said = _levels(_axes(array))
    if levels.shape[3:] == (4,):
        levels = _over_paper(levels)
    return (levels[..., 0] if levels.shape[3:] == (1,) else levels), said


def blocks(array: np.ndarray) -> Iterator[np.ndarray]:
    """Yield some images at a time: what is made of all at once takes their memory again."""
    return (array[at : at + BLOCK] for at in range(0, len(array), BLOCK))


def _over_paper(levels: np.ndarray) -> np.ndarray:
    """Return RGB of RGBA, uint8."""
    found = np.empty((*levels.shape[:3], 3), np.uint8)
    for at, image in enumerate(levels):
        found[at] = np.asarray(image_files.over_paper(Image.fromarray(image)))
    return found


def _axes(array: np.ndarray) -> np.ndarray:
    """Return the array as (N, g, g) or (N, g, g, C)."""
    shape = array.shape
    if len(shape) == 4 and shape[3] not in CHANNELS and shape[1] in CHANNELS:
        return np.moveaxis(array, 1, 3)
    if len(shape) == 3 or (len(shape) == 4 and shape[3] in CHANNELS):
        return array
    side = math.isqrt(shape[1]) if len(shape) == 2 else 0
    if side and side**2 == shape[1] and shape[0] != shape[1]:
        return array.reshape(len(array), side, side)
    raise InvalidInput(
        f"Images have shape (N, g, g), (N, g, g, C), (N, C, g, g) or (N, g·g); got {shape}: reshape them, or write "
        "images[None] for one."
    )


def _levels(array: np.ndarray) -> tuple[np.ndarray, str]:
    """Return uint8 of 0 to 255, and what the values were taken for."""
    if array.dtype == bool:
        return array.view(np.uint8) * np.uint8(255), "false is black and true white"
    low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 0.0)
    if array.dtype.kind == "f":
        return _of_floats(array, low, high)
    if low < 0 or high > 65535:
        raise InvalidInput(f"Images of integers go from 0 to 255, or to 65,535; got {low:,.0f} to {high:,.0f}.")
    if high <= 1:
        return array.astype(np.uint8, copy=False) * np.uint8(255), "0 is black and 1 white" if high else ""
    if high <= 255:
        return array.astype(np.uint8, copy=False), ""
    white = image_files.white(high)
    return _scaled(array, 0, white), f"{white.bit_length()} bit, white is {white}"


def _of_floats(array: np.ndarray, low: float, high: float) -> tuple[np.ndarray, str]:
    bad = sum(int(part.size - np.isfinite(part).sum()) for part in blocks(array))
    if bad:
        raise InvalidInput(f"Images are finite; {bad} values are not.")
    if low >= -ROUNDING and high <= 1 + ROUNDING:
        return _scaled(array, 0, 1), ""
    if -1 - ROUNDING <= low < 0 and high <= 1 + ROUNDING:
        return _scaled(array, -1, 1), "−1 is black and 1 white"
    if low >= -ROUNDING and 2 < high <= 255 + ROUNDING:
        return _scaled(array, 0, 255), "255 is white"
    raise InvalidInput(
        f"Images of floats go from 0 to 1, from −1 to 1 or from 0 to 255; got {low:.7g} to {high:.7g}: rescale them."
    )


def _scaled(array: np.ndarray, black: float, white: float) -> np.ndarray:
    """Return round(255 (v - black) / (white - black)), a block at a time: no second array of floats is made."""
    found = np.empty(array.shape, np.uint8)
    for into, part in zip(blocks(found), blocks(array), strict=True):
        share = (part.astype(np.float64) - black) / (white - black)
        into[:] = np.round(255 * np.clip(share, 0, 1))
    return found
