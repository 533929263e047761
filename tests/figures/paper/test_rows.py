"""The rows: both numbers on one axis, the control's outcome in words, nothing that a claim says taken for markup."""

import re

import pytest

from hyperviz.data import stored
from hyperviz.figures.paper import rows
from hyperviz.studies.paper import ledger

RECORDS = {record.id: record for record in ledger.read(stored.CLAIMS).records}
SLOPE = RECORDS["theorem-1-h2-r3"]


def lefts(page: str) -> list[float]:
    """Of the interval, our number and the paper's, in per cent of the axis."""
    return [float(left) for left in re.findall(r'style="left: ([-\d.]+)%', page)]


def test_the_papers_number_and_ours_stand_on_one_axis():
    bar, ours, theirs = lefts(rows.claims([SLOPE._replace(paper="−1", value=-0.5, low=-0.6, high=-0.4)]))
    assert theirs == pytest.approx(100 * 0.06 / 0.72, abs=0.1)  # of an axis from −1.06 to −0.34
    assert bar == pytest.approx(100 * 0.46 / 0.72, abs=0.1)
    assert ours == pytest.approx(100 * 0.56 / 0.72, abs=0.1)
    assert lefts(rows.claims([SLOPE._replace(paper="in words")])) == []
    assert lefts(rows.claims([SLOPE._replace(low=None)])) == []


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("differs", "It does not hold there."), ("holds", "It holds there too."), ("not run here", "Not run here.")],
)
def test_a_row_says_what_became_of_its_control(verdict, said):
    assert said in rows.claims([SLOPE._replace(control_verdict=verdict)])


def test_words_are_no_markup():
    page = rows.claims([SLOPE._replace(claim="<b>x</b>", paper='"0"', ours="a < b", reason="<i>", control="<u>")])
    assert not re.search("<b>x|<u>", page)
    assert page.count("<i>") == 0
    assert "a &lt; b" in page


def test_every_claim_and_discrepancy_stands_in_the_report_once():
    found = ledger.read(stored.CLAIMS)
    page = rows.report(found, stored.pictures())
    for one in (*found.records, *found.discrepancies):
        assert page.count(f'id="{one.id}"') == 1
