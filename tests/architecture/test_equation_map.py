"""The equation map of hyperviz/theory/README.md: every function it names says so, and every test exists."""

import importlib
import re

import pytest

from tests import ROOT

MAP = (ROOT / "hyperviz" / "theory" / "README.md").read_text("utf-8")
ROWS = re.findall(r"^\| (.+?) \| `([\w.]+)` \| (.+?) \| `(\w+)` \|$", MAP, re.M)


def test_the_map_has_rows():
    assert len(ROWS) == MAP.count("`test_") > 10


@pytest.mark.parametrize(("source", "function", "words", "test"), ROWS, ids=[f"{r[1]}-{r[3]}" for r in ROWS])
def test_a_row_names_a_function_that_says_so_and_a_test_that_exists(source, function, words, test):
    module, name = f"hyperviz.theory.{function}".rsplit(".", 1)
    said = getattr(importlib.import_module(module), name).__doc__
    assert words in " ".join(said.split()), f"{function} computes {source}"
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests" / "theory").rglob("test_*.py"))
    assert f"def {test}(" in tests
