"""Declare what the inpainting study is asked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hyperviz.studies.common.budget import Cap
from hyperviz.studies.common.glossary import meaning
from hyperviz.studies.common.images.drawing import EMPTY, decode, decode_mask
from hyperviz.studies.common.images.image_options import (
    COUNTS,
    REFERENCES,
    TASKS,
    hidden_part,
    image_seed,
    training_pixels,
)
from hyperviz.studies.common.networks.network_sizes import NetworkSizes, sizes
from hyperviz.studies.common.options import DATASETS, activation_of, check, depth_of, option

SHOWN = 8  # images in the gallery, or as many as there are for tests
LEARNING_RATE = 0.03  # of Adam
WIDTH_F, WIDTH_G, FEATURES = 256, 32, 64  # of HN; features of a pixel that its g sees
VIEWS = ("gallery", "uncertainty", "training", "likelihood", "finer", "border", "network", "rivals")
TEST_IMAGE = "digit"  # in the place of a drawing's text: the first test image shown
EXPONENTS = tuple(i / 4 for i in range(-28, 9))  # of ten: the times of gradient flow
PLAYED, ENDLESS = "play", "infinity"  # in the place of a time
GALLERY = "gallery"


def _check_drawing(text: str) -> None:
    """Raise ValueError where a setting is neither TEST_IMAGE nor a drawing's text."""
    if text != TEST_IMAGE:
        decode(text)


@dataclass(frozen=True)
class InpaintingSettings:
    """Hold what the inpainting study is asked."""

    images: int = option(
        200,
        10,
        4000,
        symbol="N",
        label="training images",
        page=True,
        log=True,
        positions=COUNTS[:7],
        help=meaning("N", "images"),
    )
    task: str = option(
        "inpainting",
        label="task",
        page=True,
        choices=TASKS,
        help="whether f sees the whole image or one with a hidden part",
    )
    kernel: str = option(
        "both",
        label="kernel",
        more=True,
        choices=("both", "nngp", "hk", "hk-released", *REFERENCES),
        help="the NNGP, the hyperkernel HK, HK by the recursion of the authors' script (hk-released), or what needs no "
        "hypernetwork: the mean image, nearest neighbours, plain kernel ridge regression",
    )
    hidden: str = hidden_part()
    pixels: int | str = training_pixels("all", log=True, positions=(1, 5, 10, 20, 50, 100))
    depth_f: int = depth_of("f", 3)
    depth_g: int = depth_of("g", 3)
    activation_f: str = activation_of("f", "σ")
    activation_g: str = activation_of("g", "φ")
    bandwidth: float = option(2**0.5, 0.3, 10.0, symbol="ℓ", label="bandwidth (pixels)", step=0.1, help=meaning("ℓ"))
    ridge: float = option(1e-3, 1e-6, 1.0, symbol="ε", label="ridge", more=True, log=True, help=meaning("ε"))
    runs: int = option(
        1,
        1,
        50,
        label="runs",
        more=True,
        help=meaning("runs", "other images"),
    )
    digits: int = option(
        24, 0, 500 - SHOWN, label="first image shown", more=True, page=True, help="which test images the gallery shows"
    )
    dataset: str = option(
        "digits",
        label="data",
        more=True,
        page=True,
        choices=DATASETS,
        help="digits built in, sets that are downloaded, or the images that HYPERVIZ_IMAGES names where the app runs",
    )
    view: str = option(
        GALLERY, label="Show below", apart=True, choices=VIEWS, help="what is computed beside the one digit"
    )
    time: float | str = option(
        PLAYED,
        10.0 ** float(EXPONENTS[0]),
        10.0 ** float(EXPONENTS[-1]),
        number=float,
        log=True,
        words=(ENDLESS, PLAYED),
        symbol="t",
        label="training time",
        more=True,
        help=meaning("t", "in the view of training: one moment, or played from 0 to infinity"),
    )
    learning_rate: float = option(
        LEARNING_RATE,
        0.001,
        0.3,
        log=True,
        positions=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
        more=True,
        label="learning rate",
        help=meaning("µ", "of Adam, in the view of the network"),
    )
    drawing: str = option(
        TEST_IMAGE, text=_check_drawing, label="drawing", help="the one digit, or the first test digit shown"
    )
    mask: str = option(EMPTY, text=decode_mask, label="mask", help="what is hidden where the hidden part is drawn")
    seed: int = image_seed()

    def __post_init__(self) -> None:
        check(self)

    @property
    def networks(self) -> NetworkSizes:
        """Return the sizes of f and g: infinite for the kernels, and those of the finite network where it is shown."""
        if self.view == "network":
            return sizes(self, inputs=FEATURES, width_f=WIDTH_F, width_g=WIDTH_G)
        return sizes(self, inputs=math.inf)

    @property
    def kernels(self) -> tuple[str, ...]:
        """Return the kernels to compare; none where a reference is asked for alone."""
        if self.kernel in REFERENCES:
            return ()
        return ("nngp", "hk") if self.kernel == "both" else (self.kernel,)

    @property
    def references(self) -> tuple[str, ...]:
        """Return what the kernels are compared with."""
        return (self.kernel,) if self.kernel in REFERENCES else REFERENCES

    @property
    def methods(self) -> tuple[str, ...]:
        """Return all whose errors are measured."""
        return self.kernels + self.references

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return the numbers of training images on the error curve, the chosen one last."""
        return (*(n for n in COUNTS if n < self.images), self.images)


PRESETS = {
    "every pixel": InpaintingSettings(),
    "Table 1 of the paper": InpaintingSettings(pixels=20),
    "representation": InpaintingSettings(task="representation"),
    "a thousand digits": InpaintingSettings(images=1000),
    "a blurred g": InpaintingSettings(bandwidth=10.0),
}
HOSTED = (Cap(("runs", "images"), 1000),)
PAPER = InpaintingSettings(images=500, pixels=20, runs=5)
