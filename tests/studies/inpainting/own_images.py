"""One's own images for the inpainting study: small, in colour, and bright at the border."""

import numpy as np

from hyperviz.studies.inpainting import study as inpainting
from hyperviz.studies.inpainting.settings import InpaintingSettings

SIDE, COUNT = 12, 40
OWN = {"dataset": "own", "images": 12}


def blobs(count=COUNT, side=SIDE):
    """Coloured bumps on a grey ground: smooth, and bright at the border."""
    rng, at = np.random.default_rng(3), np.arange(side) / side
    middle, tint = rng.random((2, count, 1)), rng.random((count, 1, 1, 3))
    down, right = (np.exp(-(((at - m) / 0.3) ** 2)) for m in middle)
    return np.uint8(255 * (0.2 + 0.8 * tint * down[:, :, None, None] * right[:, None, :, None]))


def last(**settings):
    *_, result = inpainting.stream(InpaintingSettings(**settings))
    return result
