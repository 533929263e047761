"""Rotated pairs: against SciPy and NumPy, their labels, and the same pairs for the same seed."""

import numpy as np
import pytest
from scipy import ndimage

from hyperviz.data import datasets, rotations
from hyperviz.errors import InvalidInput

DIGITS = datasets.load("digits").train[:7]


def made(**changed):
    return rotations.pairs(DIGITS, **({"count": 20, "size": 28, "seed": 3} | changed))


def picture(row):
    return row.reshape(28, 28)


@pytest.mark.parametrize("angle", [0.0, 0.3, 2.0, -1.1, 9.0])
def test_a_rotation_is_scipy_s_bilinear_one(angle):
    image = DIGITS[0, :, :, 0] / 255
    want = ndimage.rotate(image, np.degrees(angle), reshape=False, order=1)
    np.testing.assert_allclose(rotations.rotate(image.astype(np.float32), np.float32(angle)), want, atol=2e-5)


@pytest.mark.parametrize("quarters", range(5))
def test_quarter_turns_move_pixels_and_change_none(quarters):
    image = DIGITS[1, :, :, 0].astype(np.float32)
    turned = rotations.rotate(image, np.float32(quarters * np.pi / 2))
    np.testing.assert_allclose(turned, np.rot90(image, quarters), atol=2e-3)


def test_x_and_z_are_the_same_image_and_the_label_the_angle_between_them():
    pairs = made(angles="multiples", count=12)
    for x, z, label, image in zip(pairs.x, pairs.z, pairs.label, np.arange(12) % 7, strict=True):
        errors = [
            np.abs(ndimage.rotate(picture(x), 30 * a, reshape=False, order=1) - picture(z)).sum() for a in range(12)
        ]
        assert np.argmin(errors) == label
        assert picture(x).sum() == pytest.approx(DIGITS[image].sum() / 255, rel=0.05)


def test_uniform_angles_take_the_nearest_class_around_the_circle():
    rng = np.random.default_rng([3, 1]).uniform(0, 2 * np.pi, 400)
    pairs = made(count=400, size=7)
    gap = np.abs((rng - pairs.label * np.pi / 6 + np.pi) % (2 * np.pi) - np.pi)
    assert gap.max() <= np.pi / 12 + 1e-6
    assert set(pairs.label) == set(range(12))
    assert (rng[pairs.label == 0] > np.pi).any()  # 345 to 360 degrees belong to 0


def test_pairs_depend_on_the_seed_and_their_number_alone():
    whole, part, other = made(), made(first=5, count=3), made(seed=4)
    for all_of_them, some in zip(whole, part, strict=True):
        np.testing.assert_array_equal(all_of_them[5:8], some)
    assert (whole.label != other.label).any()
    assert np.abs(whole.x - other.x).max() > 0.1


def test_a_smaller_side_is_the_mean_of_what_it_covers_and_none_is_larger_than_the_image():
    small, whole = made(size=14), made(size=32)
    assert small.x.shape == (20, 196)
    assert whole.x.shape == (20, 784)
    assert small.x.dtype == whole.z.dtype == np.float32
    want = whole.x.reshape(20, 14, 2, 14, 2).mean((2, 4))
    assert np.corrcoef(small.x.ravel(), want.ravel())[0, 1] > 0.98
    assert min(whole.x.min(), small.z.min()) >= -1e-6
    assert max(whole.x.max(), small.z.max()) <= 1 + 1e-6


def test_colour_is_turned_channel_by_channel_and_black_stays_black():
    colour = np.concatenate([DIGITS, DIGITS // 2, np.zeros_like(DIGITS)], axis=3)
    pairs = rotations.pairs(colour, count=4, size=28, seed=3)
    channels = pairs.z.reshape(4, 28, 28, 3)
    np.testing.assert_allclose(channels[..., 0].reshape(4, -1), made(count=4).z, atol=1e-6)
    assert (channels[..., 2] == 0).all()


@pytest.mark.parametrize("count", [0, -1, rotations.BLOCK + 1])
def test_a_block_has_a_size(count):
    with pytest.raises(InvalidInput, match="count must be"):
        made(count=count)
