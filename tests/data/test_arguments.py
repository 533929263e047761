"""The readers of images take what people have, or say in one sentence what to pass instead."""

import pathlib

import numpy as np
import pytest

from hyperviz.data import datasets, digit_images, own_images, rotations
from hyperviz.errors import InvalidInput
from tests.tensors import Tensor

IMAGES = np.random.default_rng(0).integers(2, 256, (3, 8, 8), np.uint8)
SHAPES = {
    "without channels": IMAGES,
    "flat": IMAGES.reshape(3, 64),
    "channels first": IMAGES[:, None],
    "floats": IMAGES / 255.0,
    "a tensor": Tensor(IMAGES.astype(np.float32)),
    "a list": IMAGES.tolist(),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_images_of_any_usual_form_make_the_same_rotated_pairs(kind):
    wanted = rotations.pairs(IMAGES[..., None], count=2, size=8, seed=0)
    np.testing.assert_array_equal(rotations.pairs(SHAPES[kind], count=2, size=8, seed=0).z, wanted.z)


SENTENCES = {
    "no images": (lambda: rotations.pairs(None, count=1, size=8, seed=0), "images must be an array .*; got None"),
    "no square": (lambda: rotations.pairs(IMAGES[:, :4], count=1, size=8, seed=0), "images must be square"),
    "a generator as seed": (
        lambda: rotations.pairs(IMAGES, count=1, size=8, seed=np.random.default_rng(0)),
        "seed must be an integer of at least 0; got Generator",
    ),
    "other angles": (
        lambda: rotations.pairs(IMAGES, count=1, size=8, seed=0, angles="even"),
        "angles must be one of uniform, multiples; got 'even'",
    ),
    "another data set": (lambda: datasets.load("Cifar10"), "A data set is one of digits, mnist, .*; got 'Cifar10'"),
    "no place": (lambda: own_images.read(None), "path must name a folder, an .npz or an .npy; got NoneType"),
    "a name for bytes": (lambda: digit_images.read("a.png"), "data must be the bytes of an image file; got str: read"),
    "a path for bytes": (lambda: digit_images.read(pathlib.Path("a.png")), "data must be the bytes"),
    "several drawings": (lambda: digit_images.fit(IMAGES), r"shape \(h, w\); got \(3, 8, 8\): take one image"),
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_what_is_something_else_is_refused_with_the_fix(kind):
    call, said = SENTENCES[kind]
    with pytest.raises(InvalidInput, match=said):
        call()
