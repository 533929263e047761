"""Open image files without trust: what Pillow reads of an allow-list of formats, upright, in eight bits."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps

from hyperviz.errors import InvalidInput

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")  # JPEG: also MPO, with a second picture, as phones write it
ENDINGS = (".png", ".jpg", ".jpeg", ".jfif", ".mpo", ".webp", ".gif", ".bmp")
LIMIT = 20_000_000  # bytes of a file
PIXELS, JPEG_PIXELS = 30_000_000, 64_000_000  # looked at before one is decoded; a JPEG is decoded at a smaller size
BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}  # of HEIC, AVIF
LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue
BITS = (8, 10, 12, 14, 16)  # that instruments store in 16


def opened(data: bytes, longest: int | None = None) -> Image.Image:
    """Open an image file.

    Args:
        data: the file's bytes.
        longest: a longer side than this is brought to it; None keeps the size.

    Returns:
        The image of mode L, RGB, LA or RGBA, upright as its EXIF says. Sixteen bits of grey become eight, white being
        the largest value of 8, 10, 12, 14 or 16 bits that holds them.

    Raises:
        InvalidInput: no image, of another format, damaged, or too large.
    """
    image = deep(data, longest)
    if sixteen(image):
        image = eight_bits(image, white(np.asarray(image).max()))
    if longest and max(image.size) > longest:
        image.thumbnail((longest, longest), Image.Resampling.BOX, reducing_gap=None)
    return image


def deep(data: bytes, longest: int | None = None) -> Image.Image:
    """Return the image as `opened` does, but with all its bits: of mode I;16 where the file holds more than eight.

    longest: a JPEG is decoded no larger than that takes, which is quicker.
    """
    image = _header(data)
    try:
        if longest:
            image.draft("L" if image.mode == "L" else "RGB", (longest, longest))  # a large JPEG is decoded smaller
        image.load()
        image = ImageOps.exif_transpose(image)
    except Exception:  # Pillow's readers raise a dozen types on damaged data
        raise InvalidInput("The image breaks off or is damaged: save it anew.") from None
    return _plain(image)


def _header(data: bytes) -> Image.Image:
    """Return the image of which nothing is decoded yet."""
    if not isinstance(data, bytes | bytearray | memoryview):
        raise InvalidInput(
            f"data must be the bytes of an image file; got {type(data).__name__}: read it, "
            "as pathlib.Path(name).read_bytes() does."
        )
    if not 0 < len(data) <= LIMIT:
        raise InvalidInput(
            f"An image file has 1 to {LIMIT:,} bytes; this one has {len(data):,}: save it smaller, or crop it."
        )
    if data[4:8] == b"ftyp" and data[8:12] in BRANDS:
        raise InvalidInput(
            "HEIC and AVIF images are not read here: share it as JPEG (iPhone: Settings, Camera, Formats, "
            "Most Compatible), or take a screenshot of it."
        )
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidInput(f"An image has at most {PIXELS:,} pixels; this one has far more: scale it down.") from None
    except Exception:  # whatever a damaged header makes Pillow raise
        raise InvalidInput(
            "The file is no PNG, JPEG, WebP, GIF or BMP image, or it is damaged: save it anew."
        ) from None
    most = JPEG_PIXELS if image.format in ("JPEG", "MPO") else PIXELS
    if image.width * image.height > most:
        raise InvalidInput(
            f"An image has at most {most:,} pixels; this one {image.width} x {image.height}: scale it down."
        )
    return image


def _plain(image: Image.Image) -> Image.Image:
    """Return the image of mode L, RGB, LA, RGBA or I;16.

    A colour that a PNG names as transparent is kept as the colour that it is: often the background has it only nearly.
    """
    if sixteen(image):
        return Image.fromarray(np.clip(np.asarray(image), 0, 65535).astype(np.uint16))
    if image.mode in ("L", "RGB"):
        image.info.pop("transparency", None)
        return image
    if image.mode in ("LA", "RGBA"):
        return image
    clear = image.mode in ("PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if clear else "L" if image.mode in ("1", "F") else "RGB")


def sixteen(image: Image.Image) -> bool:
    """Return whether an image holds more than eight bits of grey."""
    return image.mode.startswith("I")


def white(largest: float) -> int:
    """Return the largest value of the fewest bits, of BITS, that hold `largest`."""
    return next(2**bits - 1 for bits in BITS if largest < 2**bits or bits == BITS[-1])


def eight_bits(image: Image.Image, white: int) -> Image.Image:
    """Return grey of 0 to 255 from grey of 0 to `white`."""
    values = np.minimum(np.asarray(image, np.float32) * (255 / white), 255)
    return Image.fromarray(np.round(values).astype(np.uint8))


def over_paper(image: Image.Image) -> Image.Image:
    """Return the image without its transparency: L or RGB, what is transparent in the colour that sets off the rest."""
    if image.mode not in ("LA", "RGBA"):
        return image
    seen = np.asarray(image.getchannel("A"), np.float64) / 255
    colour = "RGB" if image.mode == "RGBA" else "L"
    if seen.min() == 1:
        return image.convert(colour)
    if not seen.any():
        raise InvalidInput("The image is transparent everywhere: there is nothing in it.")
    values = np.asarray(image.convert(colour), np.float64).reshape(*seen.shape, -1)
    light = np.asarray(image.convert("LA").getchannel("L"), np.float64)
    usual = np.median(light[seen > 0.5]) if (seen > 0.5).any() else np.average(light, weights=seen)
    card = seen.mean() > 0.5  # a card cut out, or strokes without one
    paper = np.median(values[seen > 0.5], axis=0) if card else 255.0 * (usual < 128)
    flat = values * seen[..., None] + paper * (1 - seen[..., None])
    return Image.fromarray(np.round(flat).astype(np.uint8).squeeze())
