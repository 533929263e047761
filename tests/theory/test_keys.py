"""What may stand for a key: one of jax.random, an integer, a NumPy Generator; all else is a sentence."""

import jax
import numpy as np
import pytest

from hyperviz.errors import InvalidInput
from hyperviz.theory import network, sampling, validation

POINTS = np.eye(2)
SIZES = {"depth_f": 1, "depth_g": 2, "width_f": 3, "width_g": 3}


def test_an_integer_is_the_key_of_that_seed():
    wanted = sampling.draw(jax.random.key(5), POINTS, POINTS, **SIZES).kernel
    for seed in (5, np.int64(5)):
        np.testing.assert_array_equal(sampling.draw(seed, POINTS, POINTS, **SIZES).kernel, wanted)
    made = network.init(5, input_f=2, input_g=2, **SIZES)
    for found, one in zip(
        jax.tree.leaves(made),
        jax.tree.leaves(network.init(jax.random.key(5), input_f=2, input_g=2, **SIZES)),
        strict=True,
    ):
        np.testing.assert_array_equal(found, one)


def test_a_generator_moves_on_and_gives_the_same_again_from_the_same_seed():
    def two():
        rng = np.random.default_rng(0)
        return [np.asarray(jax.random.key_data(validation.key(rng))) for _ in range(2)]

    first, second = two()
    assert (first != second).any()
    np.testing.assert_array_equal(two(), [first, second])


@pytest.mark.parametrize("wrong", [None, True, 1.5, "0", np.zeros(3), [0, 1]])
def test_what_is_no_key_is_refused_in_one_sentence(wrong):
    with pytest.raises(
        InvalidInput, match=r"key must be one of jax\.random, such as jax\.random\.key\(0\), an integer"
    ):
        sampling.draw(wrong, POINTS, POINTS, **SIZES)
