"""Declare once what the inpainting study and Table 1 are both asked about images, so that both say the same."""

from __future__ import annotations

from typing import Any

from hyperviz.studies.common.images.drawing import SIZE
from hyperviz.studies.common.options import option, seed_of

TASKS = ("representation", "inpainting")
HIDDEN = ("lower", "upper", "left", "right", "centre", "rows", "random", "everything", "nothing", "drawn")
REFERENCES = ("mean", "nearest", "ridge")  # without a hypernetwork: beside every kernel
BASELINES = (*REFERENCES, "ridge-hidden")  # the last, of the table, is chosen by the hidden pixels
COUNTS = (10, 20, 50, 100, 200, 500, 1000, 2000, 4000)  # training images at which errors are shown


def hidden_part() -> Any:
    """Return the option that names what f does not see."""
    return option("lower", label="hidden part", choices=HIDDEN, page=True, help="what f does not see (inpainting)")


def training_pixels(default: int | str, **widget: Any) -> Any:
    """Return the option that says how many pixels of each image are learnt from; widget: how its slider is made."""
    meaning = "training pixels of each image: all of them, exactly, or so many random ones (the paper: 20)"
    return option(default, 1, SIZE * SIZE, words=("all",), label="pixels an image", help=meaning, **widget)


def image_seed() -> Any:
    """Return the option of the seed that images, pixels and initial weights are drawn by."""
    return seed_of("the random draws")
