"""How long a stroke, a mask and a large regression take, and what memory: pytest tests/benchmarks -k inpainting -s."""

import resource

import numpy as np
import pytest

from hyperviz.data import digits
from hyperviz.studies import factored, own
from hyperviz.studies.drawing import encode, encode_mask, quantise
from hyperviz.studies.inpainting import InpaintingSettings
from hyperviz.theory import grid

SETTINGS = {"depth_f": 3, "depth_g": 3, "bandwidth": 2**0.5, "ridge": 1e-3}


def completed(settings):
    *_, last = own.steps(settings)
    return last


def test_a_stroke_at_200_images_within_300_ms(benchmark):
    strokes = iter([encode(quantise(image)) for image in digits.test().images[:30]])
    completed(InpaintingSettings())
    benchmark.pedantic(lambda: completed(InpaintingSettings(drawing=next(strokes))), rounds=20)
    assert benchmark.stats.stats.median < 0.3


def test_another_mask_at_200_images_within_a_second(benchmark):
    masks = iter([encode_mask(np.random.default_rng(i).random((28, 28)) < 0.5) for i in range(10)])
    benchmark.pedantic(lambda: completed(InpaintingSettings(hidden="drawn", mask=next(masks))), rounds=8)
    assert benchmark.stats.stats.median < 1.0


@pytest.mark.parametrize(("images", "seconds"), [(500, 2.0), (2000, 20.0)])
def test_every_pixel_of_many_images_in_time(benchmark, images, seconds):
    y = digits.load().images[:images] / 255
    benchmark.pedantic(grid.complete, (y, y, y[:200]), SETTINGS | {"kernel": "nngp"}, rounds=2, warmup_rounds=1)
    assert benchmark.stats.stats.min < seconds


def test_a_thousand_images_take_less_than_600_mb_beside_what_is_there():
    completed(InpaintingSettings(images=10))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    completed(InpaintingSettings(images=1000))
    used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"\n{used:.0f} MB, of which {factored._kept.nbytes / 2**20:.0f} MB are kept")
    assert used < 600
