"""CNN, the convolutional rival: what it sees, what it learns from, and that it learns."""

import numpy as np
import pytest

from hyperviz.data import digits
from hyperviz.studies.table1 import cell as table1_cell
from hyperviz.studies.table1 import convolutional, few_pixels
from hyperviz.studies.table1.convolutional import ConvolutionPlan
from hyperviz.studies.table1.settings import TableCell

SMALL = ConvolutionPlan(learning_rate=0.01, steps=100, patience=100, batch=8, channels=8, dense=32)
IMAGES = digits.validation().images[:24] / 255.0
LOWER = np.arange(28)[:, None].repeat(28, 1) >= 14
SEEN = convolutional.inputs(np.where(LOWER, 0, IMAGES), LOWER)


def trained(y, pixels=None, seed=0):
    *_, last = convolutional.train(SEEN, convolutional.targets(y, pixels), SEEN, IMAGES, SMALL, seed)
    return last


def test_squares_become_channels_and_channels_squares_again():
    x = np.random.default_rng(0).random((2, 28, 28, 3))
    packed = np.asarray(convolutional._packed(x))
    np.testing.assert_array_equal(packed[0, 3, 5], x[0, 6:8, 10:12].reshape(-1))
    np.testing.assert_array_equal(convolutional._unpacked(packed), x)


def test_only_the_pixels_that_are_drawn_are_learnt_from():
    pixels = np.random.default_rng(1).permuted(np.tile(np.arange(784), (24, 1)), axis=1)[:, :20]
    learnt = np.zeros((24, 784), bool)
    np.put_along_axis(learnt, pixels, True, axis=1)
    other = np.where(learnt.reshape(24, 28, 28), IMAGES, 1 - IMAGES)
    first, second = (trained(y, pixels) for y in (IMAGES, other))
    np.testing.assert_array_equal(first.layers[0]["w"], second.layers[0]["w"])
    every = trained(other)
    assert not np.array_equal(first.layers[0]["w"], every.layers[0]["w"])


def test_it_errs_less_than_the_mean_image_after_a_hundred_steps_and_the_step_that_counts_is_the_best():
    last = trained(IMAGES)
    guess = convolutional.predict(last.layers, SEEN)
    error = float(np.mean((guess - IMAGES) ** 2))
    assert error == pytest.approx(last.best[1], rel=1e-4)
    assert error < np.mean((IMAGES.mean(0) - IMAGES) ** 2)
    assert last.step == 100


def test_a_run_of_the_table_sees_the_lower_half_neither_in_training_nor_later():
    given = table1_cell.inputs(TableCell("inpainting", 10, "cnn", 20), 0, 0)
    *_, (_, found) = table1_cell.measure(TableCell("inpainting", 10, "cnn", 20), SMALL, given)
    upside = given._replace(y=given.y.copy(), truth=np.where(given.mask, 1 - given.truth, given.truth))
    *_, (_, other) = table1_cell.measure(TableCell("inpainting", 10, "cnn", 20), SMALL, upside)
    np.testing.assert_array_equal(found.shown, other.shown)
    assert found.mse[1] != other.mse[1]
    assert np.array_equal(found.mse, found.single)


def test_few_pixels_is_the_tables_run_at_that_number_of_pixels():
    rows = few_pixels.rows(2, "mean", runs=2)
    assert set(rows.quantity) == set(few_pixels.QUANTITIES)
    assert set(rows.images) == {few_pixels.IMAGES}
    errors = [
        list(table1_cell.measure(cell, few_pixels.design(cell, None), table1_cell.inputs(cell, 0, run)))[-1][1].mse[1]
        for run in range(2)
        for cell in [TableCell("inpainting", few_pixels.IMAGES, "mean", 2)]
    ]
    assert rows[rows.quantity == "mse_hidden"].value.item() == pytest.approx(np.mean(errors))
