"""Six claims of the shipped ledger come out the same when they are judged again from the raw draws."""

import numpy as np
import pytest

from hyperviz.data.stored import CLAIMS, FOLDER
from hyperviz.studies.paper import ledger
from tests.oracles import claims as oracle

RECORDS = {record.id: record for record in ledger.read(CLAIMS).records}
RNG = np.random.default_rng(1)


def agrees(at, value, error, verdict, tolerance=1e-4):
    """Value and verdict are the same; the interval's half differs by the noise of a bootstrap at most."""
    record = RECORDS[at]
    assert record.value == pytest.approx(value, rel=tolerance)
    assert record.verdict == verdict
    return record, error


def test_the_third_taylor_term_falls_like_one_over_the_width():
    cells = oracle.stored(FOLDER, "taylor", depth_g=2, depth_f=4, activation_g="relu", grow="f", step="off")["cells"]
    draws = {n: np.abs(values[:, 3]) for n, values in cells.items() if n >= 256}
    value = oracle.slope(list(draws), [np.median(v) for v in draws.values()])
    error = oracle.slope_error(list(draws), list(draws.values()), np.median, RNG)
    states = {oracle.judged(value, error, -1, other, 0.15) for other in (-2, 0)}
    record, error = agrees("theorem-1-h2-r3", value, error, *states)
    assert (record.high - record.low) / 2 / 3.89 == pytest.approx(error, rel=0.3)
    assert {oracle.judged(value, error, 0, other, 0.15) for other in (-1, 1)} == {"differs"}  # it does not stay


def test_the_kernel_settles_when_both_networks_widen():
    found = oracle.stored(FOLDER, "convergence", depth_f=4, depth_g=4, width_f=64, width_g=64)
    draws = {n: values for (n, m), values in found["cells"].items() if n == m and n >= 210}
    statistic = lambda kernels: oracle.log_spread(kernels, found["watched"])  # noqa: E731
    value = oracle.slope(list(draws), [statistic(v) for v in draws.values()])
    error = oracle.slope_error(list(draws), list(draws.values()), statistic, RNG)
    record, error = agrees("figure-1a-both", value, error, oracle.judged(value, error, -1, 0))
    assert (record.high - record.low) / 2 / 3.89 == pytest.approx(error, rel=0.3)


def test_a_million_wide_the_kernel_is_its_limit():
    found = oracle.stored(FOLDER, "convergence", width_f=1_000_000, width_g=1_000_000)
    at = np.abs(found["angles"] - 0.8).argmin()
    ratio = found["curves"][:, at] / found["theory"][at]
    centred = abs(ratio.mean() - 1) < 3.89 * ratio.std(ddof=1) / len(ratio) ** 0.5
    agrees("equation-13", oracle.middle(ratio), 0, "holds" if centred and oracle.middle(ratio) < 1.1 else "differs")


def test_training_moves_the_kernel_less_as_both_widen():
    found = oracle.stored(FOLDER, "dynamics", view="kernel", width_g=16)["view"]["change"]
    draws = {n: values for (family, n), values in found.items() if family.startswith("both")}
    value = oracle.slope(list(draws), [np.median(v) for v in draws.values()])
    again = [oracle.slope(list(draws), [np.median(RNG.choice(v, len(v))) for v in draws.values()]) for _ in range(2000)]
    low, high = np.quantile(again, [0.025, 0.975])
    state = "holds" if low <= -0.5 <= high and not low <= 0 <= high else "differs"
    agrees("equation-16-training", value, 0, state)


def test_a_narrow_g_gets_stuck():
    cells = oracle.stored(FOLDER, "dynamics", width_g=4, depth_g=3)["cells"]
    gap, error = oracle.share_gap(cells, (16,), (1, 2))
    record, _ = agrees("contribution-1", gap, error, "holds" if gap - oracle.SURE * error > 0 else "undecided")
    assert record.low == pytest.approx(gap - oracle.SURE * error, rel=1e-4)


@pytest.mark.parametrize("depth", [3, 6, 8])
def test_a_wider_g_is_more_accurate_at_the_end(depth):
    found = oracle.accuracies(FOLDER / "rotation.csv")
    gap, error = oracle.accuracy_gap(found[depth, 100], found[depth, 10], 1000)
    state = "holds" if gap - 1.96 * error > 0 else "differs" if gap + 1.96 * error < 0 else "undecided"
    record, _ = agrees(f"figure-2-mnist-depth-{depth}", gap, error, state)
    assert record.low == pytest.approx(gap - 1.96 * error, rel=1e-3)
