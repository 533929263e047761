"""What the inpainting study says: its verdict only beyond two standard errors, its table with the paper's numbers."""

import numpy as np
import pytest

from hyperviz.studies import completion, inpainting, inpainting_report
from hyperviz.studies.inpainting import InpaintingResult, InpaintingSettings
from hyperviz.studies.inpainting_report import alt, progress, table, verdict

RNG = np.random.default_rng(0)


def error(mse, stderr=0.001, hidden=None, runs=1):
    hidden = 2 * mse if hidden is None else hidden
    return inpainting.Error(mse, stderr, hidden, 2 * stderr, runs, 0.0, 0.0)


def result(errors, lead=None, **settings):
    asked = InpaintingSettings(**settings)
    return InpaintingResult(asked, inpainting._gallery(asked), errors, lead, (), 0.25, False)


BOTH = {(200, "nngp"): error(0.05), (200, "hk"): error(0.06)}


@pytest.fixture(scope="module")
def solved():
    *_, last = inpainting.stream(InpaintingSettings(images=50))
    return last


@pytest.mark.parametrize(
    ("lead", "state", "words"),
    [
        ((0.0103, 0.001), "holds", "NNGP beats HK, by 0.01 ± 0.002 on the same digits, as in the paper"),
        ((-0.0103, 0.001), "differs", "HK beats NNGP here, by 0.01 ± 0.002 on the same digits, against the paper"),
        ((0.0103, 0.006), "undecided", "NNGP and HK differ by less than the error, 0.01 ± 0.01"),
        ((-0.0103, 0.006), "undecided", "NNGP and HK differ by less than the error, 0.01 ± 0.01"),
        ((0.0, 0.0), "undecided", "NNGP and HK differ by less than the error"),
    ],
)
def test_the_order_of_the_kernels_is_judged_beyond_two_standard_errors_of_their_paired_difference(lead, state, words):
    said = verdict(result(BOTH, lead))
    assert said.state == state
    assert said.text.startswith(words)


def test_the_verdict_waits_for_both_kernels():
    assert verdict(result({})) == ("Solving 200 images, lowest frequencies first.", "measuring")
    one = verdict(result({(200, "nngp"): error(0.05)}))
    assert one.state == "measuring"
    assert "NNGP 0.0500 ± 0.0020" in one.text
    assert "HK 0.0" not in one.text.split("(paper")[0]
    assert verdict(result({(200, "hk"): error(0.05)}, kernel="hk")).state == "measured"
    assert verdict(result({(50, "nngp"): error(0.05), (50, "hk"): error(0.09)})).state == "measuring"


def test_the_difference_is_taken_pair_by_pair_of_digits_or_of_runs():
    nngp, gain = RNG.random((200, 2)), 0.01 + 0.001 * RNG.standard_normal((200, 2))
    pair = [completion.Outcome(squares, np.zeros(0), 0.0, 0.0) for squares in (nngp + gain, nngp)]
    lead = inpainting._lead({(200, "hk"): pair[:1], (200, "nngp"): pair[1:], (50, "nngp"): pair[:1]}, 200)
    assert lead == pytest.approx((gain[:, 0].mean(), gain[:, 0].std(ddof=1) / 200**0.5))
    shifts = [0.01, 0.02, 0.06]
    runs = [completion.Outcome(nngp + shift, np.zeros(0), 0.0, 0.0) for shift in shifts]
    lead = inpainting._lead({(200, "hk"): runs, (200, "nngp"): pair[1:] * 3}, 200)
    assert lead == pytest.approx((0.03, np.std(shifts, ddof=1) / 3**0.5))
    assert inpainting._lead({(200, "hk"): runs}, 200) is None
    assert inpainting._lead({(50, "hk"): runs, (50, "nngp"): runs}, 200) is None


def test_an_error_is_rounded_to_what_its_standard_error_allows():
    said = verdict(result({(200, "nngp"): error(0.0512345, 0.012), (200, "hk"): error(0.0612345, 0.00012)})).text
    assert "NNGP 0.051 ± 0.024" in said
    assert "HK 0.06123 ± 0.00024" in said
    assert "NNGP 0.0500 ± 0.0000" in verdict(result({(200, "nngp"): error(0.05, 0.0)})).text


def test_the_papers_numbers_stand_beside_ours_where_it_has_any():
    assert "(paper, with 20 pixels an image: NNGP 0.043, HK 0.047)" in verdict(result(BOTH)).text
    assert "NNGP 0.037, HK 0.043" in verdict(result(BOTH, task="representation")).text
    other = {(n - 150, k): e for (n, k), e in BOTH.items()}
    assert "NNGP 0.054, HK 0.057" in verdict(result(other, images=50)).text
    assert "paper, with" not in verdict(result({(30, "nngp"): error(0.05)}, images=30)).text


def test_the_real_verdict_at_50_images_is_the_papers_order(solved):
    said = verdict(solved)
    assert said.state == "holds", said.text
    difference = solved.errors[50, "hk"].mse - solved.errors[50, "nngp"].mse
    assert solved.lead[0] == pytest.approx(difference, rel=1e-9)
    assert difference > 2 * solved.lead[1]


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


def test_the_table_has_a_row_for_each_n_kernel_and_quantity(solved):
    found = table(solved)
    assert {"images", "kernel", "runs", "quantity", "value", "stderr", "paper"} <= set(found.columns)
    assert {"task", "hidden", "pixels", "depth_f", "depth_g", "bandwidth", "ridge"} <= set(found.columns)
    wanted = [(n, k, q) for n in (10, 20, 50) for k in ("hk", "nngp") for q in ("mse", "mse_hidden")]
    rows = found.set_index(["images", "kernel", "quantity"])
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
        assert set(InpaintingSettings(kernel=kernel).kernels) <= set(inpainting_report.NAMES)
