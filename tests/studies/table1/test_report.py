"""What the table says is computed: each verdict has its opposite."""

import dataclasses

import numpy as np
import pytest

from hyperviz.studies.inpainting import adam
from hyperviz.studies.table1 import report
from hyperviz.studies.table1.cell import Hyperparameters, RunResult
from hyperviz.studies.table1.settings import TableCell, TableSettings
from hyperviz.studies.table1.study import TableResult

SETTINGS = TableSettings(images=50, runs=5, task="representation")


def piece(mse, single=None):
    one = mse if single is None else single
    return RunResult(np.array([mse, np.nan]), np.array([one, np.nan]), np.zeros((8, 28, 28), np.uint8), 1.0, 0.0)


def result(finished=True, **errors):
    """Errors by kernel, _ for -, one a run."""
    designs = {TableCell("representation", 50, k.replace("_", "-")): Hyperparameters(3, 3, 2.0, 1e-3) for k in errors}
    designs = {cell: adam.Plan() if cell.kernel == "hn" else plan for cell, plan in designs.items()}
    run_results = {cell: [piece(e) for e in values] for cell, values in zip(designs, errors.values(), strict=True)}
    return TableResult(SETTINGS, designs, run_results, "", 1.0, 0.1, finished)


LOW, HIGH, WILD = [0.050, 0.051, 0.052], [0.060, 0.0611, 0.062], [0.02, 0.05, 0.09]


@pytest.mark.parametrize(
    ("errors", "state"),
    [
        ({"nngp": LOW, "hk": [0.055, 0.056, 0.0572], "hn": HIGH}, "holds"),
        ({"nngp": HIGH, "hk": LOW, "hn": [0.07, 0.0711, 0.072]}, "differs"),
        ({"nngp": LOW, "hk": HIGH, "hn": [0.056, 0.057, 0.058]}, "differs"),
        ({"nngp": LOW, "hk": WILD}, "undecided"),
        ({"nngp": LOW}, "measured"),
        ({"nngp": LOW[:1], "hk": HIGH[:1]}, "measured"),
    ],
)
def test_the_orderings_decide_the_verdict(errors, state):
    assert report.verdict(result(**errors)).state == state
    assert report.verdict(result(finished=False, **errors)).state == "measuring"


def test_runs_are_compared_pair_by_pair():
    """Digits that are hard for one are hard for all: the difference is sure where neither mean is."""
    found = result(nngp=WILD, hk=[e + 0.001 + 1e-5 * i for i, e in enumerate(WILD)])
    nngp, hk = found.run_results
    gap = report.gap(found, hk, nngp)
    assert gap is not None
    assert gap.sign == 1
    assert gap.stderr < 1e-4


def test_hn_is_judged_against_kernels_with_one_draw_of_the_pixels_as_it_has():
    """Five draws beat HN, one does not: the claim follows the one, and NNGP and HK are compared with five each."""
    found = result(nngp=LOW, hk=[0.055, 0.056, 0.0572], hn=HIGH)
    for cell in found.run_results:
        if cell.kernel != "hn":
            found.run_results[cell] = [
                piece(p.mse[0], p.mse[0] + 0.02 + 1e-4 * i) for i, p in enumerate(found.run_results[cell])
            ]
    at = ("representation", 50)
    assert report.orderings(found) == {report.NNGP_FIRST: {at: 1}, report.KERNELS_FIRST: {at: -1}}
    assert "with one draw of the pixels each: holds in 0 of 1 cells, fails in 1." in report.verdict(found).text


@pytest.mark.parametrize(
    ("printed", "said"),
    [(0.0510, "within"), (0.0535, "within"), (0.0545, "ours lower"), (0.047, "ours higher"), (None, "")],
)
def test_the_papers_value_is_within_reach_of_another_mean_of_its_runs(printed, said):
    """Three runs of standard error 0.00058: another mean of 20 runs lies within 0.0012, and 0.0005 for rounding."""
    assert report.reach([0.051, 0.052, 0.053], printed) == said.replace("within", "within")
    assert report.reach([0.052], printed) == ""
    assert report.reach([0.051, 0.052, 0.053], printed, all_pixels=True) == ""


def test_the_table_is_tidy_and_holds_the_papers_numbers():
    rows = report.table(result(nngp=LOW, hk=HIGH, hn=HIGH))
    errors = rows[rows.quantity == "mse"].set_index("kernel")
    assert errors.paper.to_dict() == {"nngp": 0.051, "hk": 0.055, "hn": 0.12}
    assert errors.value["nngp"] == pytest.approx(0.051)
    assert errors.stderr["nngp"] == pytest.approx(0.001 / 3**0.5)
    assert errors.reach.to_dict() == {"nngp": "within", "hk": "ours higher", "hn": "ours lower"}
    assert errors.learning_rate["hn"] == adam.Plan().learning_rate
    assert "mse_hidden" not in set(rows.quantity)
    assert rows[rows.quantity == "mse_one_draw"].paper.isna().all()


def test_the_code_makes_the_settings_again():
    assert repr(dataclasses.replace(SETTINGS)) in report.code(SETTINGS)
