"""The prior study: its stream, its numbers against the library's, and its claims with negative controls."""

import itertools

import numpy as np
import pytest

from hyperviz.studies.common.power_laws import fitted
from hyperviz.studies.convergence.study import LINES as CLAIMED
from hyperviz.studies.prior import claims, empirical_kernels, limits, report, study, width_scaling
from hyperviz.studies.prior.normality import normality
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.prior.study import stream
from hyperviz.studies.prior.views import depth_scaling, kernel_structure, sample_functions
from hyperviz.studies.prior.width_scaling import FITTED, FULL, DistanceFit, Lines
from hyperviz.theory import analytic, sampling
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.taylor import dense_g
from hyperviz.theory.taylor import sampler as taylor
from tests.tolerances import agree

pytestmark = pytest.mark.usefixtures("compiled_lightly")

SMALL = PriorSettings(depth_f=2, depth_g=2, width_f=16, width_g=8, draws=512, seed=3)


def until(settings, enough):
    """The first result that has enough: what comes after would only be more of it."""
    return next(result for result in stream(settings) if enough(result))


@pytest.fixture(scope="module")
def small():
    return until(SMALL, lambda r: len(r.outputs.value) == SMALL.draws)


def test_the_first_result_has_the_limit_and_nothing_drawn():
    first = next(stream(SMALL))
    x, z = limits.pair()
    np.testing.assert_allclose(first.limit, analytic.kernels(x, z, depth_f=2, depth_g=2).nngp, rtol=1e-5)
    assert len(first.outputs.value) == 0
    assert report.verdict(first).state == "measuring"


def test_the_outputs_are_the_library_s_and_another_seed_gives_others(small):
    x, z = limits.pair()
    keys = study.random_networks.keys(SMALL.seed, 0, 0, 256)
    values = sampling.values(keys, x, z, **vars(limits.architecture(SMALL)))
    agree(small.outputs.value[:256], values, 1e-6)  # two programs: small values round otherwise in the seventh digit
    other = PriorSettings(**{**vars(SMALL), "seed": 4})
    result = until(other, lambda r: len(r.outputs.value) > 0)
    assert (result.outputs.value[:256] != small.outputs.value[:256]).all()


def test_draws_only_get_more_and_keep_their_numbers():
    more = PriorSettings(**{**vars(SMALL), "draws": 1024})
    counts, before = [], None
    for result in itertools.takewhile(lambda r: len(r.outputs.value) < 1024, stream(more)):
        if before is not None:
            np.testing.assert_array_equal(result.outputs.value[: len(before)], before)
        before = result.outputs.value
        counts.append(len(before))
    assert counts == sorted(counts)


def test_a_link_s_tiles_of_limits_are_the_library_s():
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(50, 3)), rng.normal(size=(50, 2))
    found = limits.kernels(Architecture(depth_f=2, depth_g=3), x, z, x[:20], z[:20])
    wanted = analytic.kernels(x, z, x[:20], z[:20], depth_f=2, depth_g=3)
    for got, want in zip(found, wanted, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)


def fit_of(slope):
    """A line whose distance falls with this slope, known to 2 %."""
    values = 0.5 * np.array(FITTED, float) ** slope
    noise = 1 + 0.02 * np.random.default_rng(0).standard_normal((len(values), 100))
    return fitted(FITTED, values, values[:, None] * noise)


@pytest.mark.parametrize(
    ("slopes", "state"),
    [
        ({"only f widens": 0, "only g widens": 0, "both widen": -1}, "holds"),
        ({"only f widens": -1, "only g widens": 0, "both widen": -1}, "differs"),
        ({"only f widens": 0, "only g widens": 0, "both widen": 0}, "differs"),
    ],
)
def test_theorem_2_holds_where_only_both_networks_together_make_the_distance_fall(small, slopes, state):
    fits = {name: DistanceFit(fit_of(slopes[name]), claim, other) for name, (_, claim, other) in CLAIMED.items()}
    lines = Lines({}, FULL, fits)
    verdict = report.verdict(small._replace(parts={"lines": lines}))
    assert verdict.state == state, verdict.text
    assert verdict.chip == {"holds": "Theorem 2 holds", "differs": "Theorem 2 differs"}[state]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_theorem_2_holds_for_other_seeds_too(seed):
    settings = PriorSettings(seed=seed)
    *_, lines = (parts["lines"] for parts in width_scaling.stream(settings) if "lines" in parts)
    result = next(stream(settings))._replace(parts={"lines": lines})
    verdict = claims.claim(result, "")
    assert verdict.chip == "Theorem 2 holds", verdict.evidence
    assert all(abs(fit.slope.value - fit.claim) < 0.15 for fit in lines.fits.values())


def test_on_real_draws_a_wide_f_alone_stays_far_from_gaussian_and_both_wide_do_not():
    x, z = limits.pair()
    found = {}
    for n, m in ((2048, 4), (2048, 2048)):
        keys = study.random_networks.keys(0, 9, 0, 256)
        drawn = sampling.outputs(keys, x, z, depth_f=2, depth_g=2, width_f=n, width_g=m)
        found[n, m] = normality(np.asarray(drawn.covariance)[:, 0, 0])
    assert found[2048, 4].distance.value > 0.05
    assert found[2048, 2048].distance.value < 0.01
    m4 = found[2048, 4].excess  # f wide: v is a mean of 4 squares of ReLUs, E[v^2]/E[v]^2 - 1 = 5/m
    assert m4.value == pytest.approx(15 / 4, abs=5 * m4.stderr)


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
    return until(PriorSettings(**{**vars(SMALL), "view": "kernel", "draws": 256}), lambda r: r.finished)


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
    assert (found.seed == SMALL.seed).all()
    wanted = {"covariance", "ks_distance", "excess_kurtosis", "nngp", "hyperkernel", "collapse", "slope"}
    assert wanted <= set(found.quantity)
    nngp = found[found.quantity == "nngp"]
    np.testing.assert_allclose(nngp.value, kernel_view.parts["measured"].mean)
    np.testing.assert_allclose(nngp.theory, kernel_view.parts["measured"].theory)
    assert (found[["depth_f", "depth_g"]] == [2, 2]).all(axis=None)


def test_similar_x_give_similar_functions():
    settings = PriorSettings(width_f=256, width_g=256, bandwidth=1.0, view="functions")
    *_, result = (r for r in stream(settings) if "patch" in r.parts)
    family = result.parts["family"]
    assert family.S[0] == pytest.approx(1)
    assert (np.diff(family.S) < 0).all()
    assert (np.diff(family.expected) < 0).all()
    assert family.alike[0] == pytest.approx(1)
    assert family.networks == sample_functions.AVERAGED
    assert (np.abs(family.alike - family.expected)[1:] < 5 * family.error[1:] + 0.1).all()
    line, patch = result.parts["line"], result.parts["patch"]
    assert line.networks.shape == line.process.shape == (3, 33)
    assert patch.networks.shape == patch.process.shape == (3, 132)
    for functions in (line, patch):
        assert np.abs(functions.process / functions.deviation).max() < 5
        assert np.abs(functions.networks / functions.deviation).max() < 8
    assert report.verdict(result).state in ("measured", "measuring")


def test_f_s_correlation_drifts_to_1_with_depth_and_different_x_part_in_a_deep_g():
    f, g = (depth_scaling._limits(PriorSettings(), name) for name in ("depth_f", "depth_g"))
    assert (np.diff(f.S) > 0).all()
    assert f.S[-1] > 0.97
    assert (np.diff(g.same_x) > 0).all()
    assert (np.diff(g.hyperkernel) < 0).all()
    assert len(set(g.S)) == 1
    with_features = depth_scaling._limits(PriorSettings(bandwidth=1.0), "depth_f")
    assert (with_features.condition >= 1).all()


def test_the_depth_view_measures_the_correlation_at_the_chosen_widths():
    settings = PriorSettings(width_f=2048, width_g=2048, depth_f=2, depth_g=2)
    work = depth_scaling._measure(settings, "depth_f", 3)
    while True:
        try:
            next(work)
        except StopIteration as end:
            value, error = end.value
            break
    limit = depth_scaling._limits(settings, "depth_f").nngp[depth_scaling.DEPTHS.index(3)]
    assert 0 < error < 0.05
    assert abs(value - limit) < 5 * error


def test_without_hidden_layers_every_width_is_gaussian():
    result = until(
        PriorSettings(depth_f=1, depth_g=1, width_f=1, width_g=1, draws=256), lambda r: r.normality is not None
    )
    assert result.normality.distance.value < 1e-6
    assert report.verdict(result).state == "measured"


def test_the_code_on_the_page_runs_and_prints_the_histogram_s_first_outputs(small, capsys):
    exec(report.code(SMALL).split("and the limit\n")[1], {"PriorSettings": PriorSettings})
    printed = capsys.readouterr().out.split("[", 1)[1].split("]")[0]
    np.testing.assert_allclose(np.array(printed.split(), float), small.outputs.value[:8, 0], rtol=1e-5)
