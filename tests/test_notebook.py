"""A study in a notebook: three lines, the same numbers as the command line."""

import re

import numpy as np
import plotly.graph_objects as go
import pytest

from hyperviz import notebook
from hyperviz.errors import InvalidInput
from hyperviz.studies.registry import STUDIES
from tests import ROOT

pytestmark = pytest.mark.usefixtures("compiled_lightly")


def test_three_lines_of_the_readme_give_a_verdict_a_table_and_figures():
    (lines,) = re.findall(r"In a notebook.*?```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(lines.splitlines()) == 3
    names = {}
    exec("\n".join(lines.splitlines()[:2]), names)
    found, shown = names["found"], eval(lines.splitlines()[2], names)
    assert isinstance(shown, go.Figure)
    assert len(shown.data)
    study = STUDIES["taylor"]
    assert found.result.settings == study.settings(depth_g=3, draws=20)
    assert found.result.finished
    assert found.verdict == study.report.verdict(found.result).text
    assert found.verdict in repr(found)
    values = found.table["value"].astype(float)
    assert np.isfinite(values).all()
    assert (values == study.report.table(found.result)["value"].astype(float)).all()


@pytest.mark.parametrize(
    ("study", "settings", "said"),
    [
        ("nothing", {}, "one of convergence"),
        ("taylor", {"depth": 3}, "not an option"),
        ("taylor", {"depth_g": 99}, "depth_g"),
    ],
)
def test_what_there_is_not_is_one_sentence(study, settings, said):
    with pytest.raises(InvalidInput, match=said):
        notebook.run(study, **settings)
