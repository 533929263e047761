"""How long the exact grid solver takes, and its errors at N = 500: pytest tests/benchmarks/test_grid_speed.py."""

import numpy as np
import pytest

from hyperviz.data import digits
from hyperviz.theory.regression import grid

SETTINGS = {"depth_f": 3, "depth_g": 3, "bandwidth": 2**0.5, "ridge": 1e-3}
LIMITS = {50: 0.1, 200: 1.0, 500: 2.5}  # seconds on two cores, best of five


def solve(images, task, kernel, order):
    everything = digits.load().images / 255
    y, truth = everything[order[:images]], everything[order[-200:]]
    seen = np.where(np.arange(28)[:, None] < 14, 1, 0) if task == "inpainting" else 1
    done = grid.complete(y * seen, y, truth * seen, kernel=kernel, **SETTINGS)
    return ((np.clip(done.prediction, 0, 1) - truth) ** 2).mean()


@pytest.mark.parametrize("images", LIMITS)
@pytest.mark.parametrize("kernel", ["nngp", "hk"])
def test_every_pixel_of_the_images_in_time(benchmark, images, kernel):
    order = np.arange(5000)
    benchmark.pedantic(solve, (images, "inpainting", kernel, order), rounds=5, warmup_rounds=1)
    assert benchmark.stats.stats.min < LIMITS[images]


KNOWN = {  # means over 16 draws of the digits; one draw moves them by 4 %
    ("representation", "nngp"): 0.0098,
    ("representation", "hk"): 0.0132,
    ("inpainting", "nngp"): 0.0268,
    ("inpainting", "hk"): 0.0273,
}


@pytest.mark.parametrize(("task", "kernel"), KNOWN)
def test_500_digits_give_the_known_errors(task, kernel):
    rng = np.random.default_rng(2)
    errors = [solve(500, task, kernel, rng.permutation(5000)) for _ in range(6)]
    stderr = np.std(errors, ddof=1) / len(errors) ** 0.5
    assert np.mean(errors) == pytest.approx(KNOWN[task, kernel], rel=0, abs=0.02 * KNOWN[task, kernel] + 2 * stderr)
