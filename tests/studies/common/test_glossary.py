"""One glossary: pages, controls and the README say the same of a term."""

import pytest

from hyperviz.studies.common import glossary
from hyperviz.studies.common.options import options
from hyperviz.studies.home.settings import HomeSettings
from hyperviz.studies.registry import STUDIES, TABLE
from tests import ROOT

KINDS = [HomeSettings, TABLE.settings, *(study.settings for study in STUDIES.values())]
NAMES = [name for term in glossary.TERMS for name in term.names.split(", ")]


def test_the_table_of_the_readme_is_made_of_it():
    rows = (ROOT / "hyperviz" / "README.md").read_text("utf-8").split("## Glossary")[1].splitlines()
    assert [row for row in rows if row.startswith("|")] == glossary.table()


def test_a_name_has_one_meaning():
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_control_says_of_its_symbol_what_the_glossary_says(kind):
    for name, declared in options(kind).items():
        if declared.symbol:
            assert declared.help.startswith(glossary.meaning(declared.symbol)), name


def test_the_terms_of_the_paper_are_explained_on_pages():
    words = {"f", "g", "h", "L", "H", "n", "m", "n_L", "NNGP", "NTK", "hyperkernel", "HK", "HN", "ridge", "bandwidth"}
    words |= {"kernel", "Gaussian process", "Taylor term", "standard error", "interval", "draws", "slope", "Θ_h"}
    assert words <= {name for names, _ in glossary.on_pages() for name in names}


def test_a_meaning_is_short_enough_for_a_card_and_ends_without_a_stop():
    for term in glossary.TERMS:
        assert 20 <= len(term.meaning) <= 110, term.names
        assert not term.meaning.endswith(".")
