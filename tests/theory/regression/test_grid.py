"""The grid solver: the split over frequencies is exact, and so is the kernel's expansion."""

import numpy as np
import pytest

from hyperviz.data import digits
from hyperviz.errors import InvalidInput
from hyperviz.theory.gram import separable_kernel
from hyperviz.theory.regression import grid, grid_geometry
from tests.oracles import torus

SETTINGS = {"depth_f": 3, "depth_g": 3, "bandwidth": 2**0.5, "ridge": 1e-3}
KERNELS = ("nngp", "hk", "hk-released")


def images(g, count, seed=0):
    return np.random.default_rng(seed).random((count, g, g)) ** 3


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(("g", "depth_f", "depth_g"), [(6, 3, 3), (7, 1, 2), (7, 4, 1), (6, 2, 8), (7, 8, 5)])
def test_the_grid_solver_equals_the_dense_solve(kernel, g, depth_f, depth_g):
    x, x_new = images(g, 5), images(g, 3, seed=1)
    y, depths = images(g, 5, seed=2), {"depth_f": depth_f, "depth_g": depth_g}
    dense = torus.regression(x, y, x_new, kernel_name=kernel, bandwidth=2**0.5, ridge=1e-3, **depths)
    split = grid.complete(x, y, x_new, kernel=kernel, bandwidth=2**0.5, ridge=1e-3, **depths)
    assert split.prediction == pytest.approx(dense, abs=1e-8)
    assert split.expansion_error <= 1e-8
    assert split.jitter == 0


@pytest.mark.parametrize("bandwidth", [0.3, 3.0])
def test_any_bandwidth_and_opposite_or_leaky_inputs_do(bandwidth):
    x, y = images(6, 5) - 0.2, images(6, 5, seed=2)
    x_new = np.concatenate([-x[:2], x[:1]])
    settings = SETTINGS | {"bandwidth": bandwidth}
    dense = torus.regression(x, y, x_new, kernel_name="hk", slope=0.2, **settings)
    leaky = {"activation_f": "leaky_relu", "activation_g": "leaky_relu", "alpha": 0.2}
    assert grid.complete(x, y, x_new, kernel="hk", **leaky, **settings).prediction == pytest.approx(dense, abs=1e-8)


@pytest.mark.parametrize(("g", "bandwidth"), [(28, 0.3), (28, 2**0.5), (7, 3.0), (6, 10.0), (1, 1.0)])
def test_the_coordinate_kernel_keeps_the_digits_of_its_distance_from_1(g, bandwidth):
    sigma, gap, place = grid_geometry.coordinates(g, bandwidth)
    assert sigma[place].ravel() == pytest.approx(torus.coordinate_kernel(g, bandwidth)[0], abs=1e-14)
    assert gap == pytest.approx(1 - sigma, abs=1e-14)
    assert (gap[1:] > 0).all()
    assert gap[0] == 0


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("bandwidth", [0.3, 2**0.5, 10.0])
@pytest.mark.parametrize("depths", [(1, 1), (3, 3), (8, 8)])
def test_the_expansion_holds_at_every_corner_of_the_settings(kernel, bandwidth, depths):
    x, y = images(28, 2), images(28, 2)
    first = next(
        grid.steps(x, y, x, kernel=kernel, depth_f=depths[0], depth_g=depths[1], bandwidth=bandwidth, ridge=1e-3)
    )
    assert first.expansion_error <= 1e-8
    assert first.rank <= 20


def test_an_expansion_that_is_cut_short_says_by_how_much_of_the_kernel_s_size(monkeypatch):
    """L H = 64 on the diagonal: an error of that size, or of its square, would not pass for a share."""
    monkeypatch.setattr(separable_kernel, "TOLERANCE", 1e-3)
    sigma, gap, _ = grid_geometry.coordinates(28, 2**0.5)
    cut = separable_kernel.expand(sigma, gap, "hk", 8, 8, (0.0, 0.0))
    assert 1e-6 < cut.error < 1e-3
    assert cut.scale == pytest.approx(64 * sigma.max())


def test_28_x_28_has_120_systems_and_every_frequency_is_in_one():
    groups = grid_geometry.classes(28)
    assert len(groups) == 120
    assert sorted(np.concatenate(groups)) == list(range(784))
    assert max(len(g) for g in groups) == 8


def test_the_hartley_transform_is_its_own_inverse():
    y = images(7, 3)
    assert grid_geometry.hartley(grid_geometry.hartley(y)) == pytest.approx(y, abs=1e-14)


def test_wrapping_around_the_plain_gaussian_instead_would_not_be_a_kernel():
    """Negative control: periodising is what keeps Sigma^0 positive definite on the torus at every bandwidth."""
    lag = np.minimum(np.arange(28), 28 - np.arange(28))
    assert np.fft.fft(np.exp(-(lag**2) / (2 * 5.0**2))).real.min() < -1e-3
    sigma, _, place = grid_geometry.coordinates(28, 5.0)
    assert np.fft.fft2(sigma[place]).real.min() > -1e-12


def test_without_a_ridge_the_training_images_come_back():
    x = images(6, 4)
    done = grid.complete(x, x, x, **SETTINGS | {"ridge": 0})
    assert done.prediction == pytest.approx(x, abs=1e-4)


def test_images_given_twice_without_a_ridge_need_jitter_and_say_so():
    x = images(6, 3)
    twice = np.concatenate([x, x])
    done = grid.complete(twice, twice, x, **SETTINGS | {"ridge": 0})
    assert done.jitter > 0
    assert done.prediction == pytest.approx(x, abs=1e-3)
    assert grid.complete(twice, twice, x, **SETTINGS).jitter == 0


@pytest.mark.parametrize("kernel", KERNELS)
def test_an_image_of_zeros_predicts_exactly_0_and_teaches_nothing(kernel):
    x, y = images(6, 4), images(6, 4, seed=2)
    x_new = np.concatenate([np.zeros((1, 6, 6)), images(6, 1, seed=3)])
    plain = grid.complete(x, y, x_new, kernel=kernel, **SETTINGS).prediction
    assert (plain[0] == 0).all()
    with_blank = np.concatenate([x, np.zeros((1, 6, 6))]), np.concatenate([y, np.ones((1, 6, 6))])
    assert (grid.complete(*with_blank, x_new, kernel=kernel, **SETTINGS).prediction == plain).all()
    assert (grid.complete(0 * x, y, x_new, kernel=kernel, **SETTINGS | {"ridge": 0}).prediction == 0).all()


def test_the_scale_of_an_image_does_not_matter():
    x, y, x_new = images(6, 4), images(6, 4, seed=2), images(6, 2, seed=3)
    a = grid.complete(x, y, x_new, **SETTINGS).prediction
    assert grid.complete(1e-3 * x, y, 1e5 * x_new, **SETTINGS).prediction == pytest.approx(a, abs=1e-6)


def test_one_image_of_one_pixel_is_a_grid_too():
    done = grid.complete(np.ones((1, 1)), np.full((1, 1, 1), 0.5), np.ones((1, 1)), **SETTINGS | {"kernel": "nngp"})
    assert done.prediction == pytest.approx(0.5 / 1.001)


def test_the_stream_ends_at_the_exact_answer_and_its_blurred_pictures_come_first():
    x = images(28, 400)
    stream = list(grid.steps(x, x, x[:3], **SETTINGS))
    assert len(stream) > 3
    assert [s.solved for s in stream] == sorted(s.solved for s in stream)
    assert stream[-1].solved == stream[-1].systems == 120
    error = [float(((s.prediction - x[:3]) ** 2).mean()) for s in stream]
    assert error[-1] < 0.1 * error[0]


def test_the_answer_does_not_depend_on_the_order_of_the_images():
    x, y, x_new = images(6, 70), images(6, 70, seed=2), images(6, 2, seed=3)
    turned = grid.complete(x[::-1], y[::-1], x_new, **SETTINGS).prediction
    assert grid.complete(x, y, x_new, **SETTINGS).prediction == pytest.approx(turned, abs=1e-9)


def test_no_setting_and_no_number_of_images_compiles_anything():
    def solve(count, **change):
        grid.complete(images(28, count), images(28, count), images(28, 2), **SETTINGS | change)
        return separable_kernel._tables.programs()

    compiled = solve(3)
    changes = ({"depth_f": 7}, {"depth_g": 1}, {"bandwidth": 0.5}, {"ridge": 0.1}, {"kernel": "nngp"}, {})
    changes += ({"activation_f": "leaky_relu"}, {"activation_g": "leaky_relu", "alpha": 0.3})
    assert {solve(count, **change) for count, change in enumerate(changes, start=4)} == {compiled}


TABLE = {("representation", "nngp"): 0.035, ("representation", "hk"): 0.040}
TABLE |= {("inpainting", "nngp"): 0.044, ("inpainting", "hk"): 0.045}


@pytest.mark.parametrize(("task", "kernel"), TABLE)
def test_50_digits_give_the_known_errors(task, kernel):
    """Mean over 12 draws of the digits: one draw of 50 + 200 digits moves the error by 3 to 4 %."""
    everything, rng, errors = digits.load().images / 255, np.random.default_rng(1), []
    for _ in range(12):
        order = rng.permutation(5000)
        y, truth = everything[order[:50]], everything[order[-200:]]
        seen = np.where(np.arange(28)[:, None] < 14, 1, 0) if task == "inpainting" else 1
        done = grid.complete(y * seen, y, truth * seen, kernel=kernel, **SETTINGS)
        errors.append(((np.clip(done.prediction, 0, 1) - truth) ** 2).mean())
    stderr = np.std(errors, ddof=1) / len(errors) ** 0.5
    assert np.mean(errors) == pytest.approx(TABLE[task, kernel], rel=0, abs=0.02 * TABLE[task, kernel] + 2 * stderr)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ridge": -1e-3}, "ridge must be a finite number of at least 0"),
        ({"bandwidth": 0}, "bandwidth must be a finite number above 0"),
        ({"depth_f": 0}, "depth_f must be an integer of at least 1"),
        ({"depth_g": 2.5}, "depth_g must be an integer"),
        ({"kernel": "rbf"}, "kernel must be one of nngp, hk, hk-released; got 'rbf'"),
        ({"activation_g": "tanh"}, "activation must be one of"),
        ({"x": np.full((3, 6, 6), np.nan)}, "x must be finite; got 108 values"),
        ({"y": np.ones((3, 36))}, r"y must be a non-empty \(N, g, g\) or \(N, g, g, C\) array; got shape \(3, 36\)"),
        ({"y": np.ones((3, 6, 5))}, "y must hold square images; got 6 x 5"),
        ({"y": np.ones((2, 6, 6))}, "x and y must hold as many images each; got 3 and 2"),
        ({"x_new": np.ones((2, 5, 5))}, "x and x_new must have the same dimension; got 36 and 25"),
        ({"x": np.ones((0, 36))}, "x must be a non-empty"),
        ({"x_new": np.ones(36)}, "x_new must be a non-empty"),
    ],
)
def test_bad_input_is_one_sentence(change, message):
    arguments = {"x": images(6, 3), "y": images(6, 3), "x_new": images(6, 2)} | SETTINGS | change
    with pytest.raises(InvalidInput, match=message) as caught:
        grid.complete(**arguments)
    assert "\n" not in str(caught.value)
