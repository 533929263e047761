"""python -m hyperviz paper: writes the ledger, goes on where it stopped, and says what it did not run."""

import json
from functools import partial

import pytest

from hyperviz.__main__ import main
from hyperviz.studies.paper import discrepancies, ledger, taylor_claims
from hyperviz.studies.paper.claims import Claim, Control, Need
from hyperviz.studies.taylor.settings import TaylorSettings

TINY = Need("taylor", TaylorSettings(draws=16, width_f=64, depth_g=1))
LONG = Need("taylor", TaylorSettings(draws=16, width_f=128, depth_g=1), long=True)


def claim(at: str, need: Need) -> Claim:
    """The first Taylor term stays; as a claim about the second it fails."""
    first, second = (partial(taylor_claims.term, r, 0.0) for r in (1, 2))
    control, said = Control("judged as the second", (need,), second), "One <term> stays."
    return Claim(at, "theorems", "here", said, "0", (need,), first, control, "terms")


@pytest.fixture
def few(monkeypatch):
    zeros = next(one for one in discrepancies.DISCREPANCIES if one.id == "zeros")._replace(needs=(TINY,))
    monkeypatch.setattr(ledger, "CLAIMS", (claim("one", TINY), claim("two", LONG)))
    monkeypatch.setattr(discrepancies, "DISCREPANCIES", (zeros,))


def commands(said: str) -> list[str]:
    """The runs that are announced; on a slow machine their progress stands between."""
    return [line for line in said.splitlines() if line.startswith("python -m ")]


def test_paper_writes_the_ledger_and_resumes(few, tmp_path, capsys):
    assert main(["paper", "--out", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert out == "1 undecided · 1 not run here\n"  # 16 networks are few
    assert commands(err) == [TINY.command]
    first = json.loads((tmp_path / "claims.json").read_text("utf-8"))
    assert first["command"] == "python -m hyperviz paper --out claims"
    assert [c["verdict"] for c in first["claims"]] == ["undecided", "not run here"]
    assert "the largest of all terms" in first["discrepancies"][0]["found"]
    assert [path.stem for path in (tmp_path / "pictures").glob("*.svg")] == [first["claims"][0]["picture"]]

    assert main(["paper", "--full", "--out", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert commands(err) == [LONG.command]  # the other is kept
    second = json.loads((tmp_path / "claims.json").read_text("utf-8"))
    assert second["claims"][0] == first["claims"][0]
    assert second["claims"][1]["verdict"] != "not run here"
    assert len(list((tmp_path / "pictures").glob("*.svg"))) == 2


def test_the_report_is_one_file_that_needs_no_other(few, tmp_path):
    main(["paper", "--out", str(tmp_path)])
    page = (tmp_path / "claims.html").read_text("utf-8")
    assert "One &lt;term&gt; stays." in page
    assert page.count("<details") == 2
    assert page.count("data:image/svg+xml") == 1
    assert "<script" not in page
    assert "src=" not in page
    assert 'href="http://localhost:8501/taylor?depth_g=1' in page


def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["paper", "--out", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.startswith("hyperviz: --out must be a folder")
