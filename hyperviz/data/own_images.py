"""A visitor's square images: a folder of PNG or JPEG files, or an .npz, opened without trust."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from hyperviz.data import digit_images
from hyperviz.errors import InvalidInput

SIDES, COUNTS = (4, 64), (1, 10_000)  # pixels; images
ENDINGS = (".png", ".jpg", ".jpeg")


def read(path: str | Path) -> np.ndarray:
    """Read square images of one size from a folder of PNG or JPEG files, taken by name, or from an .npz.

    Args:
        path: the folder, or an .npz that holds one array, or several of which one is called `images`: uint8 (0 to
            255) or float (0 to 1), of shape (N, g, g), (N, g, g, 1) or (N, g, g, 3).

    Returns:
        float64 (N, g, g) in [0, 1], or (N, g, g, 3) for colour.

    Raises:
        InvalidInput: what is there is damaged, of another kind, too large, or not all of one size.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.savez(f"{folder}/two.npz", images=np.zeros((2, 8, 8), np.uint8))
        ...     read(f"{folder}/two.npz").shape
        (2, 8, 8)
    """
    path = Path(path)
    if path.is_dir():
        return _folder(path)
    if path.is_file() and path.suffix == ".npz":
        return _archive(path)
    raise InvalidInput(f"Images come in a folder of PNG or JPEG files, or in an .npz; {path.name} is neither.")


def _folder(path: Path) -> np.ndarray:
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS)
    _count(len(files), f"{path.name} (PNG or JPEG files)")
    images = []
    for file in files:
        try:
            images.append(_pixels(file))
        except InvalidInput as error:
            raise InvalidInput(f"{file.name}: {error}") from None
        if images[-1].shape != images[0].shape:
            sizes = [f"{i.shape[1]} x {i.shape[0]}" for i in (images[-1], images[0])]
            raise InvalidInput(f"All images have one size; {file.name} has {sizes[0]}, {files[0].name} {sizes[1]}.")
    found = np.stack(images) / 255.0
    return found[..., 0] if (found == found[..., :1]).all() else found


def _pixels(file: Path) -> np.ndarray:
    if file.stat().st_size > digit_images.LIMIT:
        raise InvalidInput(f"An image file has at most {digit_images.LIMIT:,} bytes.")
    image = digit_images.opened(file.read_bytes())
    _side(image.height, image.width)
    return np.asarray(image.convert("RGB"))


def _archive(path: Path) -> np.ndarray:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            names = file.files
            name = "images" if "images" in names else names[0] if len(names) == 1 else None
            if name is None:
                raise InvalidInput(f"An .npz holds one array, or one called images; {path.name} holds {names}.")
            _header(path, name)
            array = file[name]
    except InvalidInput:
        raise
    except Exception:  # what zipfile, zlib and NumPy raise on damaged or pickled files
        raise InvalidInput(f"{path.name} is not an .npz of plain arrays, or it is damaged: save it anew.") from None
    return _checked(array)


def _header(path: Path, name: str) -> None:
    """Look at an array's shape before a byte of it is unpacked."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        version = np.lib.format.read_magic(member)
        read_header = getattr(np.lib.format, f"read_array_header_{version[0]}_0")
        shape, _, dtype = read_header(member)
    if dtype != np.uint8 and dtype.kind != "f":
        raise InvalidInput(f"Images are uint8 (0 to 255) or float (0 to 1); got {dtype}.")
    if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)):
        raise InvalidInput(f"Images have shape (N, g, g), (N, g, g, 1) or (N, g, g, 3); got {shape}.")
    _count(shape[0], path.name)
    _side(*shape[1:3])


def _checked(array: np.ndarray) -> np.ndarray:
    images = np.asarray(array, np.float64) / (255 if array.dtype == np.uint8 else 1)
    if not np.isfinite(images).all():
        raise InvalidInput(f"Images are finite; {int((~np.isfinite(images)).sum())} values are not.")
    if images.min() < 0 or images.max() > 1:
        raise InvalidInput(f"Float images lie between 0 and 1; got {images.min():.3g} to {images.max():.3g}.")
    return images[..., 0] if images.shape[3:] == (1,) else images


def _count(count: int, where: str) -> None:
    if not COUNTS[0] <= count <= COUNTS[1]:
        raise InvalidInput(f"One needs {COUNTS[0]} to {COUNTS[1]:,} images; {where} holds {count:,}.")


def _side(height: int, width: int) -> None:
    if height != width or not SIDES[0] <= height <= SIDES[1]:
        raise InvalidInput(f"Images are square, {SIDES[0]} to {SIDES[1]} pixels wide; got {width} x {height}.")
