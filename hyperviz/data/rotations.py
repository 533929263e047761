"""Make rotated pairs (x, z) of an image, labelled by the angle between them: the task of the paper's Figure 2."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.ndimage import map_coordinates
from jaxtyping import Array, Float

from hyperviz.data import array_images
from hyperviz.errors import InvalidInput
from hyperviz.runtime import arrays
from hyperviz.runtime.compilation import compiled

CLASSES = 12
STEP = 2 * np.pi / CLASSES
ANGLES = ("uniform", "multiples")
BLOCK = 500  # pairs made at a time


class RotatedPairs(NamedTuple):
    """Hold what f sees, what g sees, and the class of the angle between the two."""

    x: np.ndarray  # float32 (N, side * side * channels)
    z: np.ndarray
    label: np.ndarray  # int32 (N,), 0 .. 11


def pairs(
    images: np.ndarray, *, count: int, size: int, seed: int, angles: str = "uniform", first: int = 0
) -> RotatedPairs:
    """Make pairs of one image turned by beta_i, and by beta_i + alpha_i, labelled round(alpha_i / 30 deg) mod 12.

    Both turn the image itself, so that z is no blurrier than x. Pair i depends on i and seed alone.

    Args:
        images: uint8 (N, side, side, channels), or any array of images that `array_images` reads; pair i shows image
            i mod N.
        count: how many pairs, 1 to BLOCK.
        size: side of the results in pixels, at most the images'.
        seed: of beta, uniform on the circle, and of alpha.
        angles: alpha is "uniform" on the circle, or one of the "multiples" of 30 degrees.
        first: number of the first pair.

    Returns:
        RotatedPairs, pixels in [0, 1], 0 outside the image.

    Raises:
        InvalidInput: an argument of the wrong type, shape or range.

    References:
        section 5.2, and the authors' code.

    Example:
        >>> made = pairs(np.full((1, 8, 8, 1), 255, np.uint8), count=2, size=8, seed=0)
        >>> made.x.shape, made.label.tolist()
        ((2, 64), [11, 7])
    """
    count, first = arrays.integer("count", count, 1, BLOCK), arrays.integer("first", first, 0)
    size, seed = arrays.integer("size", size, 1), arrays.integer("seed", seed, 0)
    if angles not in ANGLES:
        raise InvalidInput(f"angles must be one of {', '.join(ANGLES)}; got {angles!r}.")
    images = _channels_last(images)
    rng = [np.random.default_rng([seed, i]) for i in range(2)]
    beta, alpha = (generator.uniform(0, 2 * np.pi, first + count)[first:] for generator in rng)
    label = np.round(alpha / STEP).astype(np.int32) % CLASSES
    if angles == "multiples":
        alpha = label * STEP
    at = np.arange(BLOCK) % count  # always a whole block, so that one compilation serves any number
    which, shape = (first + at) % len(images), min(size, images.shape[1])
    turned = [turn(images[which] / np.float32(255), a[at].astype(np.float32), size=shape) for a in (beta, beta + alpha)]
    x, z = (np.asarray(image).reshape(BLOCK, -1)[:count] for image in turned)
    return RotatedPairs(x, z, label)


def _channels_last(images) -> np.ndarray:
    """Return uint8 (N, side, side, channels)."""
    if isinstance(images, np.ndarray) and images.dtype == np.uint8 and images.ndim == 4 and images.shape[3] in (1, 3):
        return images
    pixels = array_images.pixels(arrays.real("images", images))[0]
    if not len(pixels) or pixels.shape[1] != pixels.shape[2]:
        raise InvalidInput(f"images must be square, and at least one; got {pixels.shape}: crop or pad them.")
    return pixels if pixels.ndim == 4 else pixels[..., None]


def rotate(image: Float[Array, "side side"], angle: Float[Array, ""]) -> Float[Array, "side side"]:
    """Turn the image counter-clockwise about its middle, bilinear, black outside.

    image: (side, side), row 0 at the top. angle: radians. Pixel r' of the result is the image at R(angle) r'.
    """
    middle = (image.shape[0] - 1) / 2
    down, right = jnp.meshgrid(*(jnp.arange(image.shape[0], dtype=jnp.float32) - middle,) * 2, indexing="ij")
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    at = [cos * down + sin * right + middle, cos * right - sin * down + middle]
    return map_coordinates(image, at, order=1, mode="constant", cval=0.0)


def _turn(images, angles, size: int):
    """Turn each image by its angle, channel by channel, then shrunk to side `size` by an antialiased linear filter."""
    turned = jax.vmap(jax.vmap(rotate, (2, None), 2))(images, angles)
    shape = (images.shape[0], size, size, images.shape[3])
    return turned if size == images.shape[1] else jax.image.resize(turned, shape, "linear", antialias=True)


turn = compiled(_turn, static_argnames="size")
