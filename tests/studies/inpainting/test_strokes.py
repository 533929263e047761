"""A hand draws: nothing is compiled for a stroke, a mask or a bandwidth once the page is warm."""

import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.data import digits
from hyperviz.studies.common.drawing import EMPTY, encode, encode_mask, quantise
from hyperviz.studies.inpainting import regression
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.study import stream
from tests.compilations import counted

QUIET = 20  # times three seconds: how long a thread may go on
STROKES = [encode(quantise(image)) for image in digits.test().images[20:23]]
MASK = encode_mask(np.random.default_rng(0).random((28, 28)) < 0.4)
EDITS = {
    "a stroke": [{"drawing": STROKES[0]}, {"drawing": STROKES[1]}, {"drawing": STROKES[2]}],
    "undo and clear": [{"drawing": STROKES[1]}, {"drawing": STROKES[0]}, {"drawing": EMPTY}, {}],
    "a mask": [{"hidden": "drawn", "mask": MASK}, {"hidden": "drawn", "mask": MASK, "drawing": STROKES[0]}],
    "a bandwidth": [{"bandwidth": 3.3}, {"bandwidth": 0.6, "drawing": STROKES[0]}],
    "other sliders": [{"depth_f": 5, "depth_g": 2, "images": 50}, {"ridge": 0.1, "seed": 8}, {"digits": 30}],
}


@pytest.fixture(scope="module", autouse=True)
def warmed():
    """As the server starts: what other tests have compiled, or still compile in a thread of theirs, does not count."""
    jax.clear_caches()
    regression.warm()
    for _ in range(QUIET):
        with counted() as seen:
            time.sleep(3)
        if not seen:
            return


@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS)
def test_after_the_warm_up_nothing_is_compiled_while_one_draws(edits):
    with counted() as seen:
        for edit in edits:
            *_, result = stream(InpaintingSettings(**({"images": 20} | edit)))
            assert result.finished
    assert seen == []


def test_what_is_new_is_counted():
    """Negative control: without it a count of nothing would prove nothing."""
    with counted() as seen:
        jax.jit(lambda x: jnp.sin(x) * 3)(jnp.ones(7))
    assert seen
