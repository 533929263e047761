"""The prior study: its stream, its numbers against the library's, and Theorem 2 with negative controls."""

import itertools

import numpy as np
import pytest

from hyperviz.studies.common.power_laws import fitted
from hyperviz.studies.convergence.study import LINES as CLAIMED
from hyperviz.studies.prior import claims, limits, report, study, width_scaling
from hyperviz.studies.prior.normality import normality
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.prior.study import stream
from hyperviz.studies.prior.views import depth_scaling, sample_functions
from hyperviz.studies.prior.width_scaling import FITTED, FULL, DistanceFit, Lines
from hyperviz.theory import analytic, sampling
from hyperviz.theory.architecture import Architecture
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
