"""The methods without a hypernetwork: what each predicts, on all pixels and on random ones, and how they were tuned."""

import numpy as np
import pytest

from hyperviz.data import stored
from hyperviz.errors import InvalidInput
from hyperviz.studies.common.images.image_options import BASELINES
from hyperviz.studies.inpainting import baselines, image_set, study
from hyperviz.studies.inpainting.baselines import Tuning, chosen, predict
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.table1 import report as table1_report

RNG = np.random.default_rng(3)
X, Y, NEW = (RNG.random((count, 4, 4)) for count in (12, 12, 3))
TUNING = Tuning(3, 0.7, 0.05)
EVERY = np.tile(np.arange(16), (12, 1))


@pytest.mark.parametrize("method", BASELINES)
def test_all_pixels_drawn_at_random_are_all_pixels(method):
    np.testing.assert_allclose(predict(method, X, Y, NEW, TUNING, EVERY), predict(method, X, Y, NEW, TUNING))


def test_ridge_is_the_least_of_squared_errors_and_norm():
    """The other route: weights of a centred ridge by the normal equations in the features of the kernel's own root."""
    x, new = X.reshape(12, -1), NEW.reshape(3, -1)
    squares = np.array([[((a - b) ** 2).sum() for b in x] for a in np.concatenate([x, new])])
    kernel = np.exp(-squares / (2 * TUNING.bandwidth**2 * squares[:12].mean()))
    values, vectors = np.linalg.eigh(kernel[:12])
    features = kernel @ vectors / np.sqrt(values)
    train, y = features[:12], Y.reshape(12, -1)
    weights = np.linalg.solve(train.T @ train + TUNING.ridge * np.eye(12), train.T @ (y - y.mean(0)))
    wanted = (y.mean(0) + features[12:] @ weights).reshape(3, 4, 4)
    np.testing.assert_allclose(predict("ridge", X, Y, NEW, TUNING), wanted, rtol=1e-8)


def test_neighbours_are_those_that_look_most_alike_among_the_images_seen_at_the_pixel():
    near = np.argsort(((NEW[:, None] - X[None]) ** 2).sum((2, 3)), axis=1)
    np.testing.assert_allclose(predict("nearest", X, Y, NEW, TUNING)[1], Y[near[1, :3]].mean(0))
    pixels = np.array([[0], [1]] * 6)
    even = [i for i in near[1] if i % 2 == 0][:3]
    found = predict("nearest", X, Y, NEW, TUNING, pixels)[1]
    assert found[0, 0] == pytest.approx(Y[even, 0, 0].mean())
    assert found[3, 3] == pytest.approx(np.r_[Y[::2, 0, 0], Y[1::2, 0, 1]].mean())  # that no image is seen at


def test_the_tuning_is_the_best_row_of_what_was_tried_and_within_the_grid():
    tried = stored.table("baselines_tried")
    ridge = chosen("ridge", "inpainting", "all")
    mine = tried.query("task == 'inpainting' and pixels == 'all' and kernel == 'ridge'")
    row = mine[(mine.bandwidth == ridge.bandwidth) & (mine.ridge == ridge.ridge)].iloc[0]
    assert row.mse == mine.mse.min()
    assert mine.bandwidth.min() < ridge.bandwidth < mine.bandwidth.max()
    assert mine.ridge.min() < ridge.ridge < mine.ridge.max()
    assert chosen("ridge-hidden", "inpainting", "all") != ridge


def test_stored_plain_ridge_is_level_with_the_kernels_on_the_hidden_half_and_hn_behind_the_mean_image():
    def error(kernel, images, quantity, all_pixels):
        rows = table1_report.stored(all_pixels).query("task == 'inpainting'")
        (found,) = rows.query("kernel == @kernel and images == @images and quantity == @quantity").value
        return found

    for images, mean, ridge in ((50, 0.0718, 0.0631), (200, 0.0712, 0.0530), (1000, 0.0711, 0.0438)):
        assert error("mean", images, "mse_hidden", True) == pytest.approx(mean, abs=1e-4)
        assert error("ridge", images, "mse_hidden", True) == pytest.approx(ridge, abs=1e-4)
        for kernel in ("nngp", "hk"):
            assert error(kernel, images, "mse_hidden", True) == pytest.approx(ridge, abs=0.003)
    for images in (50, 100):
        assert error("hn", images, "mse_hidden", False) > error("mean", images, "mse_hidden", True)


def test_a_method_without_a_hypernetwork_is_shown_alone_and_has_no_other_view():
    *_, last = study.stream(InpaintingSettings(images=10, kernel="ridge"))
    assert {kernel for _, kernel in last.errors} == {"ridge"}
    assert last.query is not None
    assert last.query.predicted.keys() == last.gallery.predicted.keys() == {"ridge"}
    np.testing.assert_array_equal(last.query.predicted["ridge"], last.gallery.predicted["ridge"][0])
    with pytest.raises(InvalidInput, match="choose both"):
        image_set.check(InpaintingSettings(kernel="mean", view="uncertainty"))


def test_errors_of_random_pixels_average_draws_of_them():
    draws = [RNG.integers(16, size=(12, 2)) for _ in range(2)]
    found = list(baselines.averaged("ridge", X, Y, NEW, TUNING, draws))
    assert len(found) == 2
    assert (found[0] != found[1]).any()
