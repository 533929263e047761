"""The kernel view of the prior study: limits as surfaces, and the kernels of drawn networks beside them."""

import numpy as np
import pytest

from hyperviz.studies.prior import empirical_kernels, limits, report
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.prior.study import stream
from hyperviz.studies.prior.views import kernel_structure
from hyperviz.theory import analytic
from hyperviz.theory.taylor import dense_g
from hyperviz.theory.taylor import sampler as taylor

pytestmark = pytest.mark.usefixtures("compiled_lightly")


@pytest.mark.parametrize("activation_g", ["relu", "tanh"])
def test_with_fourier_features_the_kernel_collapses_on_the_distance_and_without_it_does_not(activation_g):
    """Remark 2 to 1e-5, and Remark 3: Theta_h / Theta_g is Theta_f at every distance."""
    found = kernel_structure.collapse(PriorSettings(activation_g=activation_g, bandwidth=0.8))
    assert found.residual < 1e-5
    np.testing.assert_allclose(found.features, found.curve, atol=1e-5)
    np.testing.assert_allclose(found.ratio, np.broadcast_to(found.theta_f[:, None], found.ratio.shape), rtol=1e-5)
    assert np.abs(found.raw - found.curve).max() > 0.1
    assert found.spread > 0.02


def test_at_one_distance_raw_z_gives_many_values():
    """The negative control: pairs moved together keep their kernel with features and lose it without."""
    z, other = np.array([[0.2, 0.1], [1.2, 0.1]]), np.array([[0.9, 0.4], [1.9, 0.4]])
    x = limits.on_circle(np.zeros(2))
    for features, same in ((analytic.FourierFeatures(1.0), True), (None, False)):
        k = np.diagonal(analytic.kernels(x, z, x, other, depth_f=2, depth_g=3, coordinates=features).nngp)
        assert (abs(k[0] - k[1]) < 1e-5) == same


def test_the_surface_is_corollary_1_and_the_random_points_lie_on_it():
    settings = PriorSettings(depth_f=2, depth_g=3)
    surface = kernel_structure.surface(settings)
    assert surface.nngp.shape == (33, 33)
    x, z = empirical_kernels.points(settings)
    found = limits.kernels(limits.architecture(settings), x, z).nngp
    S, Sigma = x @ x.T / 2, z @ z.T / 2
    for i, j in ((0, 1), (2, 5), (8, 9)):
        again = limits.on_circle(np.arccos(np.clip([1, S[i, j]], -1, 1)))
        turned = limits.on_circle(np.arccos(np.clip([1, Sigma[i, j]], -1, 1)))
        assert analytic.kernels(again, turned, depth_f=2, depth_g=3).nngp[0, 1] == pytest.approx(found[i, j], abs=1e-5)
    at = np.argmin(np.abs(surface.S - 0.5)), np.argmin(np.abs(surface.Sigma - 0.25))
    x, z = (limits.on_circle(np.arccos([1, v])) for v in (surface.S[at[0]], surface.Sigma[at[1]]))
    limit = analytic.kernels(x, z, depth_f=2, depth_g=3)
    assert surface.nngp[at[1], at[0]] == pytest.approx(float(limit.nngp[0, 1]), abs=1e-5)
    assert surface.hyperkernel[at[1], at[0]] == pytest.approx(float(limit.hyperkernel[0, 1]), abs=1e-4)


def test_random_features_approach_their_limit_at_the_rate_of_one_half():
    slope = kernel_structure.rate(PriorSettings()).slope
    assert slope is not None
    assert slope.low - 0.1 < -0.5 < slope.high + 0.1
    assert slope.excludes(0)
    assert slope.excludes(-1)


@pytest.fixture(scope="module")
def kernel_view():
    sizes = {"depth_f": 2, "depth_g": 2, "width_f": 16, "width_g": 8}
    return next(
        result for result in stream(PriorSettings(**sizes, draws=256, seed=3, view="kernel")) if result.finished
    )


def test_the_measured_kernels_of_wide_networks_agree_with_the_surface_within_their_errors():
    settings = PriorSettings(depth_f=2, depth_g=2, width_f=4096, width_g=4096, view="kernel", draws=256)
    *_, measured = (parts["measured"] for parts in empirical_kernels._measured(settings) if "measured" in parts)
    z = (measured.mean - measured.theory) / measured.stderr
    assert measured.draws == empirical_kernels.MEASURED
    assert np.abs(z).max() < 5.5
    other = limits.kernels(limits.architecture(settings, depth_g=3), *empirical_kernels.points(settings)).nngp
    assert np.abs((measured.mean - other[np.triu_indices(len(other), 1)]) / measured.stderr).max() > 10


def test_theta_h_of_a_smooth_g_is_measured_pair_by_pair_and_agrees_with_the_surface(monkeypatch):
    monkeypatch.setattr(empirical_kernels, "PAIRS", np.array([[0, 0, 1, 2], [1, 2, 3, 5]]))
    settings = PriorSettings(depth_f=2, depth_g=2, width_f=1024, width_g=1024, activation_g="tanh", view="kernel")
    *_, found = (parts["tangents"] for parts in empirical_kernels._terms(settings) if "tangents" in parts)
    assert (found.draws, found.width_g, found.mean.shape) == (taylor.LANES, dense_g.WIDEST, (4,))
    gap = np.abs(found.mean - found.theory)
    assert (gap < 5 * found.stderr).all()
    deeper = limits.kernels(limits.architecture(settings, depth_f=3), *empirical_kernels.points(settings))
    wrong = np.abs(found.mean - deeper.hyperkernel[*empirical_kernels.PAIRS])
    assert (wrong > 5 * found.stderr).any()


def test_the_kernel_view_is_neutral_about_what_is_true_by_construction(kernel_view):
    verdict = report.verdict(kernel_view)
    assert (verdict.state, verdict.claim) == ("measured", "")
    assert "true by construction" in verdict.here
    measured = kernel_view.parts["measured"]
    off = np.sqrt(np.mean((measured.mean - measured.theory) ** 2)) / np.abs(measured.theory).max()
    assert f"{off:.1%} off the limit" in verdict.here


def test_the_table_is_tidy_and_holds_the_kernel_view(kernel_view):
    found = report.table(kernel_view)
    assert found.columns.tolist()[-6:] == ["quantity", "value", "stderr", "low", "high", "theory"]
    assert (found.seed == 3).all()
    wanted = {"covariance", "ks_distance", "excess_kurtosis", "nngp", "hyperkernel", "collapse", "slope"}
    assert wanted <= set(found.quantity)
    nngp = found[found.quantity == "nngp"]
    np.testing.assert_allclose(nngp.value, kernel_view.parts["measured"].mean)
    np.testing.assert_allclose(nngp.theory, kernel_view.parts["measured"].theory)
    assert (found[["depth_f", "depth_g"]] == [2, 2]).all(axis=None)
