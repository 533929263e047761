"""The ledger: every claim has a control that fails, and what is shipped is what the shipped results say."""

import json
import re
from pathlib import Path

import pytest

from hyperviz.data import stored
from hyperviz.errors import InvalidInput
from hyperviz.studies import stored_results
from hyperviz.studies.common import power_laws
from hyperviz.studies.common.options import mend
from hyperviz.studies.common.power_laws import Slope
from hyperviz.studies.convergence import report as convergence_report
from hyperviz.studies.dynamics import report as dynamics_report
from hyperviz.studies.paper import discrepancies, evidence, ledger, table_claims
from hyperviz.studies.paper.claims import GROUPS, HOLDS, NOT_RUN, STATES, Need, above_zero
from hyperviz.studies.registry import STUDIES
from hyperviz.studies.table1 import report as table1_report
from hyperviz.studies.taylor.settings import TaylorSettings

SHIPPED = ledger.read(stored.CLAIMS)
FIND = evidence.finder(evidence.Rules(Path("nowhere"), shipped=True, computes=False))
BY_ID = {claim.id: claim for claim in ledger.CLAIMS}


def here(needs) -> bool:
    return all(FIND(need) is not None for need in needs)


READY = [claim.id for claim in ledger.CLAIMS if here(claim.needs)]
CONTROLLED = [claim.id for claim in ledger.CLAIMS if here(claim.control.needs)]


def test_the_paper_is_covered_whole():
    ids = [claim.id for claim in ledger.CLAIMS]
    assert len(set(ids)) == len(ids) == len(SHIPPED.records)
    assert {claim.group for claim in ledger.CLAIMS} == set(GROUPS)
    assert sum(at.startswith("theorem-1-") for at in ids) == 15  # three depths of g, five orders
    cells = [at for at in ids if re.fullmatch(r"table-1-(representation|inpainting)-(hk|nngp|hn)-\d+", at)]
    assert len(cells) == 24
    for data in ("mnist", "cifar-10"):
        assert {f"figure-2-{data}-depth-{depth}" for depth in (3, 6, 8)} <= {*ids}
    wanted = {"theorem-2", "theorem-3", "corollary-1", "remark-1", "remark-2", "remark-3", "figure-3", "equation-14"}
    wanted |= {"equation-15-f", "equation-15-g", "equation-16", "figure-1a-both", "figure-1b"}
    assert wanted | {f"contribution-{i}" for i in range(1, 5)} <= {*ids}
    assert len(SHIPPED.discrepancies) == len(discrepancies.DISCREPANCIES) >= 9


@pytest.mark.parametrize("at", READY)
def test_a_shipped_record_is_what_the_shipped_results_say(at):
    found, shipped = ledger.evaluated(BY_ID[at], FIND), next(r for r in SHIPPED.records if r.id == at)
    assert found.verdict == shipped.verdict
    nothing = dict.fromkeys(("value", "low", "high", "ours", "control_verdict"))  # rounding differs by machine
    assert found._replace(**nothing) == shipped._replace(**nothing)
    for name in ("value", "low", "high"):
        one, other = getattr(found, name), getattr(shipped, name)
        assert one is other is None or one == pytest.approx(other, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("at", CONTROLLED)
def test_a_claim_does_not_hold_where_it_must_fail(at):
    assert ledger.judged(BY_ID[at].control, FIND).state != HOLDS


def test_no_control_holds_in_what_is_shipped_and_every_claim_that_ran_has_one():
    for record in SHIPPED.records:
        assert record.control_verdict != STATES[HOLDS], record.id
        assert (record.verdict == STATES[NOT_RUN]) == (record.control_verdict == STATES[NOT_RUN]), record.id


def test_the_verdicts_are_those_of_the_pages():
    verdict = {record.id: record.verdict for record in SHIPPED.records}
    studies = {"theorem-3": ("convergence", convergence_report), "contribution-1": ("dynamics", dynamics_report)}
    for at, (study, report) in studies.items():
        result = evidence.shipped(Need(study, STUDIES[study].settings()))
        assert verdict[at] == report.verdict(result.result).state
    assert verdict["table-1-nngp-first"] == table1_report.judged()[0]
    reach = stored.table("table1").query("quantity == 'mse' and reach == 'within'")
    cells = {f"table-1-{row.task}-{row.kernel}-{row.images}" for row in reach.itertuples()}
    assert {
        at for at in verdict if re.search(r"-\d+$", at) and at.startswith("table") and verdict[at] == "holds"
    } == cells


def test_every_link_opens_a_page_with_settings_that_it_knows():
    links = [record.link for record in SHIPPED.records]
    links += [to for told in SHIPPED.discrepancies for _, to in told.links]
    for link in links:
        page, _, query = link.partition("?")
        given = dict(pair.split("=") for pair in query.replace("%2C", ",").split("&") if pair)
        assert mend(STUDIES[page].settings, given)[1] == [], link


def test_a_difference_is_above_zero_below_it_or_undecided():
    assert above_zero(1.0, 0.4, "", 1).state == "holds"
    assert above_zero(-1.0, 0.4, "", 1).state == "differs"
    assert above_zero(0.5, 0.4, "", 1, "few").state == "undecided"
    assert above_zero(0.5, 0.4, "", 1, "few").reason == "few"


def test_a_missing_result_is_not_run_and_never_guessed(tmp_path):
    find = evidence.finder(evidence.Rules(tmp_path, computes=False))
    assert ledger.judged(BY_ID["theorem-3"], find) == ledger.NOTHING
    record = ledger.evaluated(BY_ID["theorem-3"], find)
    assert (record.verdict, record.value, record.date, record.picture) == ("not run here", None, "", "")


def test_a_cell_that_the_table_lacks_is_not_run():
    found = stored.table("table1").query("images < 500")
    assert table_claims.cell("inpainting", "hk", 500, 500, found).state == NOT_RUN
    assert table_claims.completed(500, found).state == NOT_RUN


def test_what_cannot_be_computed_is_said_and_does_not_stop_the_rest(tmp_path, monkeypatch):
    def refused(*_):
        raise InvalidInput("cifar10 could not be downloaded.")

    said, study = [], STUDIES["taylor"]
    monkeypatch.setitem(STUDIES, "taylor", study._replace(stream=refused))
    find = evidence.finder(evidence.Rules(tmp_path), said.append)
    assert find(Need("taylor", TaylorSettings())) is None
    assert said[-1] == "cifar10 could not be downloaded."


@pytest.mark.parametrize(("full", "runs"), [(False, evidence.RUNS), (True, 20)])
def test_without_full_a_cell_of_the_table_has_fewer_runs(full, runs, tmp_path, monkeypatch):
    asked = []

    def stream(settings, store):
        asked.append(settings.runs)
        raise InvalidInput("enough.")

    monkeypatch.setattr(evidence, "TABLE", evidence.TABLE._replace(stream=stream))
    assert evidence.finder(evidence.Rules(tmp_path, full=full), print)(table_claims.table(50)) is None
    assert asked == [runs]


def test_what_is_computed_is_kept_and_a_long_one_needs_full(tmp_path):
    said, tiny = [], TaylorSettings(draws=16, width_f=64)
    need, long = Need("taylor", tiny), Need("taylor", tiny, long=True)
    assert evidence.finder(evidence.Rules(tmp_path), said.append)(long) is None
    first = evidence.finder(evidence.Rules(tmp_path, full=True), said.append)(long)
    again = evidence.finder(evidence.Rules(tmp_path), said.append)(need)
    assert said[0] == "python -m hyperviz run taylor --width-f=64 --draws=16 --out results"
    assert len([line for line in said if line.startswith("python")]) == 1
    assert first.result.slopes == again.result.slopes


def test_what_another_version_has_kept_is_computed_again(tmp_path, monkeypatch):
    need, said = Need("taylor", TaylorSettings(draws=16, width_f=64)), []
    stored_results.save("taylor", need.settings, Slope(1.0, 0.0, 2.0), tmp_path)
    monkeypatch.setattr(power_laws, "Slope", lambda **_: Slope(other=1))  # a class that has changed
    stop = STUDIES["taylor"]._replace(stream=lambda *_: iter([need.settings]))
    monkeypatch.setitem(STUDIES, "taylor", stop)
    assert evidence.finder(evidence.Rules(tmp_path), said.append)(need).result == need.settings
    assert said == [need.command]


def test_a_ledger_comes_back_as_it_was_written(tmp_path):
    ledger.write(SHIPPED, tmp_path)
    assert ledger.read(tmp_path / "claims.json") == SHIPPED
    rows = (tmp_path / "claims.csv").read_text("utf-8").splitlines()
    assert len(rows) == len(SHIPPED.records) + 1
    assert json.loads(stored.CLAIMS.read_text("utf-8"))["tally"] == ledger.tally(SHIPPED.records)
