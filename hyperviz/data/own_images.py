"""Read a visitor's square images: a folder of image files, an .npz or an .npy, opened without trust."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from hyperviz.data import array_images, image_files
from hyperviz.errors import InvalidInput

SIDES, MOST = (4, 64), 10_000  # pixels; images


class OwnImages(NamedTuple):
    """Hold images, and in a sentence what was understood of them."""

    pixels: np.ndarray  # uint8 (N, g, g), or (N, g, g, 3) for colour; 255 is white
    said: str


def read(path: str | Path) -> np.ndarray:
    """Read square images of one size.

    Args:
        path: a folder of image files (PNG, JPEG, WebP, GIF, BMP; taken by name, those of subfolders too), or an .npz or
            .npy of an array (N, g, g), (N, g, g, C), (N, C, g, g) or (N, g g) of booleans, of integers from 0 to 1, to
            255 or to the white of 10, 12, 14 or 16 bits, or of floats in [0, 1], [-1, 1] or [0, 255].

    Returns:
        float64 (N, g, g) in [0, 1], or (N, g, g, 3) for colour: the first 10,000 of them.

    Raises:
        InvalidInput: what is there is damaged, of another kind, too large, or not all of one size.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.savez(f"{folder}/two.npz", images=np.zeros((2, 8, 8), np.uint8))
        ...     read(f"{folder}/two.npz").shape
        (2, 8, 8)
    """
    return load(path).pixels / 255.0


def load(path: str | Path) -> OwnImages:
    """Return the images as uint8, with what was understood; arguments and errors as in `read`."""
    try:
        path = Path(path).expanduser()
    except TypeError:
        raise InvalidInput(f"path must name a folder, an .npz or an .npy; got {type(path).__name__}.") from None
    try:
        if path.is_dir():
            return _folder(path)
        if path.is_file() and path.suffix.lower() in (".npz", ".npy"):
            array, said = array_images.first(path, MOST)
            pixels, meant = array_images.pixels(array)
            return _whole(pixels, [said, meant], path.name)
    except OSError as error:
        raise InvalidInput(f"{error.filename or path} cannot be read: {error.strerror or error}.") from None
    except MemoryError:
        raise InvalidInput(f"{path.name} does not fit into this machine's memory: take fewer images.") from None
    raise InvalidInput(f"Images come in a folder of image files, in an .npz or an .npy; {path.name} is neither.")


def _whole(pixels: np.ndarray, said: list[str], where: str) -> OwnImages:
    """Return the images checked, grey ones without an axis of colours."""
    if not len(pixels):
        raise InvalidInput(f"One needs 1 to {MOST:,} images; {where} holds 0.")
    _side(*pixels.shape[1:3])
    if pixels.ndim == 4 and all((part == part[..., :1]).all() for part in array_images.blocks(pixels)):
        pixels = pixels[..., 0]
    pixels = np.ascontiguousarray(pixels)
    kind = "colour" if pixels.ndim == 4 else "grey"
    words = [f"{len(pixels):,} images of {pixels.shape[2]} × {pixels.shape[1]}, {kind}", *filter(None, said)]
    return OwnImages(pixels, ", ".join(words) + ".")


def _folder(path: Path) -> OwnImages:
    files, deep = _files(path), {}
    pixels = np.zeros((0, 0, 0), np.uint8)
    for at, file in enumerate(files[:MOST]):
        image = _opened(file)
        if not at:
            pixels = np.zeros((min(len(files), MOST), image.height, image.width), np.uint8)
        if (image.height, image.width) != pixels.shape[1:3]:
            sizes = [f"{image.width} x {image.height}", f"{pixels.shape[2]} x {pixels.shape[1]}"]
            raise InvalidInput(f"All images have one size; {file.name} has {sizes[0]}, {files[0].name} {sizes[1]}.")
        if image.mode in ("RGB", "RGBA") and pixels.ndim == 3:
            pixels = np.repeat(pixels[..., None], 3, axis=3)
        if image_files.sixteen(image):
            deep[at] = np.asarray(image)  # what is white is known once all are seen
        else:
            pixels[at] = _pixels(image, pixels.ndim == 4)
    white = image_files.white(max((image.max() for image in deep.values()), default=255))
    for at, image in deep.items():
        pixels[at] = _pixels(image_files.eight_bits(Image.fromarray(image), white), pixels.ndim == 4)
    bits = f"{white.bit_length()} bit, white is {white}" if deep else ""
    more = f"the first {MOST:,} of {len(files):,} files" if len(files) > MOST else ""
    return _whole(pixels, [bits, more], path.name)


def _files(path: Path) -> list[Path]:
    """Return the image files by name, those of subfolders after them; names that begin with a dot are skipped."""
    entries = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    named = [entry for entry in entries if entry.suffix.lower() in image_files.ENDINGS]
    for entry in named:
        if not entry.is_file():
            what = "a folder" if entry.is_dir() else "a link to nothing" if entry.is_symlink() else "no file"
            raise InvalidInput(f"{entry.name} is named as an image and is {what}: remove or rename it.")
    below = [file for entry in entries if entry.is_dir() for file in _files(entry)]
    return named + below


def _opened(file: Path) -> Image.Image:
    try:
        if file.stat().st_size > image_files.LIMIT:
            raise InvalidInput(f"an image file has at most {image_files.LIMIT:,} bytes.")
        image = image_files.deep(file.read_bytes())
        _side(image.height, image.width)
    except InvalidInput as error:
        raise InvalidInput(f"{file.name}: {error}") from None
    except OSError as error:
        raise InvalidInput(f"{file.name} cannot be read: {error.strerror or error}.") from None
    return image


def _pixels(image: Image.Image, colour: bool) -> np.ndarray:
    """Return uint8 (g, g) or (g, g, 3): strokes on a transparent ground on the colour that sets them off."""
    return np.asarray(image_files.over_paper(image).convert("RGB" if colour else "L"))


def _side(height: int, width: int) -> None:
    if height != width or not SIDES[0] <= height <= SIDES[1]:
        raise InvalidInput(f"Images are square, {SIDES[0]} to {SIDES[1]} pixels wide; got {width} x {height}.")
