"""What one pass over the systems leaves: means, covariances and the evidence, against dense linear algebra."""

import numpy as np
import pytest

from hyperviz.errors import InvalidInput
from hyperviz.theory.regression import grid, grid_factors, grid_geometry
from tests.oracles import torus

SETTINGS = {"depth_f": 3, "depth_g": 3, "bandwidth": 2**0.5}
RIDGE = 1e-3


def images(g, count, seed=0):
    return np.random.default_rng(seed).random((count, g, g)) ** 3


def flat(x):
    return x.reshape(len(x), -1)


def solved(x, y, ridge=RIDGE, keep=True, **settings):
    return grid_factors.all_solved(
        grid_factors.steps(x, y, ridge=ridge, keep=keep, **SETTINGS | {"kernel": "nngp"} | settings)
    )


def dense(kernel="nngp", **settings):
    return SETTINGS | {"kernel_name": kernel} | settings


@pytest.mark.parametrize("kernel", ["nngp", "hk", "hk-released"])
@pytest.mark.parametrize(("g", "count"), [(6, 5), (7, 1), (6, 70)])
def test_the_weights_predict_what_the_grid_solver_does(g, count, kernel):
    x, y, x_new = images(g, count), images(g, count, 1), images(g, 3, 2)
    x_new[1] = 0
    found = grid_factors.posterior_mean(solved(x, y, kernel=kernel), flat(x_new))
    wanted = grid.complete(x, y, x_new, kernel=kernel, ridge=RIDGE, **SETTINGS).prediction
    assert found == pytest.approx(wanted, abs=1e-9)
    assert (found[1] == 0).all()


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize(("g", "depths"), [(6, (3, 3)), (7, (1, 2)), (6, (8, 1))])
def test_the_covariance_of_a_new_image_is_stationary_and_that_of_the_dense_posterior(g, depths, keep):
    x, y, x_new = images(g, 4), images(g, 4, 1), images(g, 2, 2)
    architecture = {"depth_f": depths[0], "depth_g": depths[1]}
    *_, found = grid_factors.covariance(solved(x, y, keep=keep, **architecture), flat(x_new))
    for i in range(2):
        nothing = np.zeros((g, g), bool)
        _, C = torus.posterior(x, y, x_new[i : i + 1], nothing, nothing, ridge=RIDGE, **dense(**architecture))
        c = np.fft.ifft2(found[i].reshape(g, g)).real
        assert C[0] == pytest.approx(c.ravel(), abs=1e-8)
        assert C.diagonal() == pytest.approx(c[0, 0], abs=1e-8)


def test_kept_or_factored_again_the_covariance_is_the_same():
    x, y, x_new = images(6, 40), images(6, 40, 1), flat(images(6, 3, 2))
    kept, again = (list(grid_factors.covariance(solved(x, y, keep=keep), x_new))[-1] for keep in (True, False))
    assert kept == pytest.approx(again, abs=1e-12)
    assert solved(x, y, keep=False).kept == ()
    assert solved(x, y).nbytes > len(grid_geometry.classes(6)) * 40**2 * 8


def test_an_image_that_was_learnt_from_is_known_and_one_like_no_other_is_not():
    x, y = images(6, 10), images(6, 10, 1)
    *_, c = grid_factors.covariance(solved(x, y), np.concatenate([flat(x[:1]), -flat(x[:1]), np.zeros((1, 36))]))
    known, unlike, blank = c.mean(axis=1)
    assert known < 0.05 * unlike
    assert blank == 0


def test_the_evidence_is_that_of_the_dense_gaussian_at_its_best_amplitude():
    x, y = images(6, 4), images(6, 4, 1)
    for kernel in ("nngp", "hk"):
        found = grid_factors.evidence(solved(x, y, kernel=kernel))
        at = [torus.log_evidence(x, y, s * found.amplitude, ridge=RIDGE, **dense(kernel)) for s in (0.97, 1, 1.03)]
        assert found.value == pytest.approx(at[1] / y.size, abs=1e-8)
        assert max(at) == at[1]


def test_images_of_zeros_are_no_evidence_and_without_any_other_there_is_none():
    x, y = images(6, 4), images(6, 4, 1)
    with_blank = solved(np.concatenate([x, np.zeros((2, 6, 6))]), np.concatenate([y, np.ones((2, 6, 6))]))
    assert grid_factors.evidence(with_blank) == pytest.approx(grid_factors.evidence(solved(x, y)))
    for found in (solved(0 * x, y), solved(x, 0 * y)):
        with pytest.raises(InvalidInput, match="y must hold a pixel that is not 0"):
            grid_factors.evidence(found)
    nothing = solved(0 * x, y)
    assert (grid_factors.posterior_mean(nothing, flat(x)) == 0).all()
    *_, prior = grid_factors.covariance(nothing, flat(x))
    assert np.fft.ifft2(prior.reshape(-1, 6, 6)).real[:, 0, 0] == pytest.approx(1, abs=1e-9)  # Lambda^H at u = u'


def test_duplicates_without_a_ridge_need_jitter_and_the_pass_says_so():
    x = images(6, 3)
    twice = np.concatenate([x, x])
    found = solved(twice, twice, ridge=0)
    assert found.jitter > 0
    *_, c = grid_factors.covariance(found, flat(x))
    assert np.isfinite(c).all()
    assert c.min() >= 0
    assert grid_factors.posterior_mean(found, flat(x)) == pytest.approx(x, abs=1e-3)


def test_a_pass_begins_with_a_picture_and_ends_at_the_exact_one():
    x = images(28, 150)
    seen = list(grid_factors.steps(x, x, ridge=RIDGE, kernel="nngp", **SETTINGS))
    assert [s.solved for s in seen] == sorted({s.solved for s in seen})
    assert len(seen) > 2
    assert seen[-1].solved == seen[-1].total == len(seen[-1].kept) == 120
    error = [float(((grid_factors.posterior_mean(s, flat(x[:3])) - x[:3]) ** 2).mean()) for s in seen]
    assert error[-1] < 0.1 * error[0]


def test_bad_input_is_one_sentence():
    with pytest.raises(InvalidInput, match="ridge must be a finite number of at least 0"):
        grid_factors.steps(images(6, 2), images(6, 2), ridge=-1, **SETTINGS)
    with pytest.raises(InvalidInput, match="y must hold square images"):
        grid_factors.steps(images(6, 2), np.ones((2, 6, 5)), ridge=1, **SETTINGS)
