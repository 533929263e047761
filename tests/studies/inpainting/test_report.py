"""What the inpainting study says: what it measured, Table 1 as its stored runs judge it, and its table."""

import numpy as np
import pytest

from hyperviz.data import stored as stored_tables
from hyperviz.studies.inpainting import regression, report, study
from hyperviz.studies.inpainting.report import alt, progress, table, verdict
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.study import InpaintingResult

RNG = np.random.default_rng(0)


def error(mse, stderr=0.001, hidden=None, runs=1):
    hidden = 2 * mse if hidden is None else hidden
    return study.Error(mse, stderr, hidden, 2 * stderr, runs, 0.0, 0.0)


def result(errors, lead=None, **settings):
    asked = InpaintingSettings(**settings)
    return InpaintingResult(asked, study._gallery(asked), errors, lead, (), 0.25, False)


BOTH = {(200, "nngp"): error(0.05), (200, "hk"): error(0.06)}


@pytest.fixture(scope="module")
def solved():
    *_, last = study.stream(InpaintingSettings(images=50))
    return last


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        ((0.0103, 0.001), "NNGP is ahead by 0.0103 [0.0083, 0.0123] on the same digits."),
        ((-0.0103, 0.001), "HK is ahead by 0.0103 [0.0083, 0.0123] on the same digits."),
        ((0.0103, 0.006), "NNGP is ahead by 0.0103 [−0.0015, 0.0221] on the same digits."),
    ],
)
def test_which_kernel_is_ahead_here_is_said_with_the_interval_of_the_paired_difference(lead, words):
    said = verdict(result(BOTH, lead)).here
    assert said == f"N = 200, all pixels: squared error NNGP 0.0500, HK 0.0600; {words}"


def test_the_claim_is_judged_by_the_stored_runs_whatever_is_measured_here():
    frame = stored_tables.table("table1")
    mse = frame[frame.quantity == "mse"].set_index(["task", "images", "kernel"]).value
    cells = {(task, n) for task, n, _ in mse.index}
    ahead = sum(mse[task, n, "nngp"] < mse[task, n, "hk"] for task, n in cells)
    within, printed = (frame.reach == "within").sum(), frame.reach.isin(["within", "ours lower", "ours higher"]).sum()
    for lead in ((0.0103, 0.001), (-0.0103, 0.001)):
        said = verdict(result(BOTH, lead))
        assert said.chip == "Table 1 differs"
        assert f"in {ahead} of {len(cells)} cells; {within} of the paper's {printed} values" in said.evidence
    assert (ahead, len(cells), within, printed) == (4, 8, 3, 24)


def test_before_both_kernels_are_solved_nobody_is_ahead():
    assert verdict(result({})).here == "N = 200, all pixels: solving, lowest frequencies first."
    one = verdict(result({(200, "nngp"): error(0.05)})).here
    assert one == "N = 200, all pixels: squared error NNGP 0.0500."


def test_the_difference_is_taken_pair_by_pair_of_digits_or_of_runs():
    nngp, gain = RNG.random((200, 2)), 0.01 + 0.001 * RNG.standard_normal((200, 2))
    pair = [regression.Outcome(squares, np.zeros(0), 0.0, 0.0) for squares in (nngp + gain, nngp)]
    lead = study._lead({(200, "hk"): pair[:1], (200, "nngp"): pair[1:], (50, "nngp"): pair[:1]}, 200)
    assert lead == pytest.approx((gain[:, 0].mean(), gain[:, 0].std(ddof=1) / 200**0.5))
    shifts = [0.01, 0.02, 0.06]
    runs = [regression.Outcome(nngp + shift, np.zeros(0), 0.0, 0.0) for shift in shifts]
    lead = study._lead({(200, "hk"): runs, (200, "nngp"): pair[1:] * 3}, 200)
    assert lead == pytest.approx((0.03, np.std(shifts, ddof=1) / 3**0.5))
    assert study._lead({(200, "hk"): runs}, 200) is None
    assert study._lead({(50, "hk"): runs, (50, "nngp"): runs}, 200) is None


def test_at_50_images_of_all_pixels_nngp_is_ahead(solved):
    difference = solved.errors[50, "hk"].mse - solved.errors[50, "nngp"].mse
    assert solved.lead[0] == pytest.approx(difference, rel=1e-9)
    assert difference > 2 * solved.lead[1]
    assert "NNGP is ahead by" in verdict(solved).here


def test_progress_says_how_many_digits_and_points_there_are():
    start = progress(result({}))
    assert start == (
        "Errors: mean ± 2 standard errors over 200 test digits; 0 of 5 points of the curve, 25% of the system at hand."
    )
    some = {(200, "nngp"): error(0.05), (200, "hk"): error(0.05), (10, "nngp"): error(0.1)}
    assert "2 of 5 points of the curve" in progress(result(some))
    runs = progress(result({(200, "nngp"): error(0.05, runs=3)}, runs=3)._replace(finished=True))
    assert runs == "Errors: mean ± 2 standard errors over 3 runs; 1 of 5 points of the curve."
    noted = progress(result({})._replace(notes=("A note.", "Another.")))
    assert noted.endswith("at hand. A note. Another.")


def test_the_alternative_text_says_the_verdict(solved):
    assert verdict(solved).text in alt(solved)
    assert "what f sees" in alt(solved)
    assert len({alt(solved, figure) for figure in ("own", "gallery", "error", "stored")}) == 4


def test_the_table_has_a_row_for_each_n_kernel_and_quantity(solved):
    found = table(solved)
    assert {"images", "kernel", "runs", "quantity", "value", "stderr", "paper"} <= set(found.columns)
    assert {"task", "hidden", "pixels", "depth_f", "depth_g", "bandwidth", "ridge"} <= set(found.columns)
    wanted = [
        (n, k, q)
        for n in (10, 20, 50)
        for k in ("hk", "mean", "nearest", "nngp", "ridge")
        for q in ("mse", "mse_hidden")
    ]
    (lead,) = found[found.quantity == "hk_minus_nngp"].itertuples()
    assert (lead.value, lead.stderr) == solved.lead
    assert (lead.low, lead.high) == pytest.approx([lead.value - 1.96 * lead.stderr, lead.value + 1.96 * lead.stderr])
    rows = found[found.kernel.notna()].set_index(["images", "kernel", "quantity"])
    assert sorted(rows.index) == wanted
    for (images, kernel), e in solved.errors.items():
        assert rows.loc[(images, kernel, "mse"), ["value", "stderr"]].tolist() == [e.mse, e.mse_stderr]
        hidden = rows.loc[(images, kernel, "mse_hidden"), ["value", "stderr"]].tolist()
        assert hidden == [e.mse_hidden, e.mse_hidden_stderr]


def test_the_papers_column_holds_table_1_and_nothing_where_it_has_no_number(solved):
    found = table(solved)
    printed = found.dropna(subset="paper").set_index(["images", "kernel"])
    assert printed.paper.to_dict() == {(50, "nngp"): 0.054, (50, "hk"): 0.057}
    assert set(printed.quantity) == {"mse"}


def test_where_nothing_is_hidden_no_error_on_hidden_pixels_is_reported():
    found = table(result({(50, "hk"): error(0.05, hidden=np.nan)}, task="representation", images=50))
    assert found.quantity.tolist() == ["mse"]
    assert found.paper.tolist() == [0.055]
    assert not found.value.isna().any()


def test_a_table_with_nothing_solved_yet_has_its_columns_and_no_row():
    found = table(result({}))
    assert len(found) == 0
    assert found.columns.tolist() == table(result({(200, "hk"): error(0.05)})).columns.tolist()


def test_every_kernel_has_a_name_to_be_shown():
    for kernel in ("both", "nngp", "hk", "hk-released"):
        assert set(InpaintingSettings(kernel=kernel).kernels) <= set(report.NAMES)
