"""A study is added to a copy of the tree as hyperviz/README.md says, and runs everywhere."""

import json
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from tests import ROOT

SETTINGS = '''"""What the coin study is asked."""

from dataclasses import dataclass

from hyperviz.studies.common.options import check, option, seed_of


@dataclass(frozen=True)
class CoinSettings:
    """What the coin study is asked."""

    tosses: int = option(10, 1, 1000, label="tosses", help="of one coin")
    seed: int = seed_of("the tosses")

    def __post_init__(self) -> None:
        """Each value in its range."""
        check(self)


PRESETS = {"many": CoinSettings(tosses=1000)}
PAPER = CoinSettings()
'''
STUDY = '''"""How often does a coin show heads?"""

from typing import NamedTuple

import numpy as np

from hyperviz.studies.coin.settings import CoinSettings


class CoinResult(NamedTuple):
    """What is known so far."""

    settings: CoinSettings
    heads: np.ndarray
    finished: bool


def stream(settings):
    """Yield nothing, then all tosses."""
    yield CoinResult(settings, np.zeros(0), False)
    yield CoinResult(settings, np.random.default_rng(settings.seed).integers(0, 2, settings.tosses), True)


def warm():
    """Compile nothing."""
'''
REPORT = '''"""What the coin study says."""

import pandas as pd

from hyperviz.studies.common.recipe import recipe
from hyperviz.studies.common.tidy import tidy
from hyperviz.studies.common.verdict import Verdict

EXPLANATION = ("What you see", "Tosses of a coin.")


def verdict(result):
    """Return how many heads there are."""
    return Verdict(f"{int(result.heads.sum())} heads of {len(result.heads)}.", "measured")


def progress(result):
    """Return whether it is done."""
    return "Done." if result.finished else "Tossing."


def fraction(result):
    """Return 1 at the end."""
    return float(result.finished)


def alt(result, chart=""):
    """Return the chart in words."""
    return verdict(result).text


def table(result):
    """Return the share of heads."""
    return tidy(pd.DataFrame([{"quantity": "heads", "value": result.heads.mean()}]), result.settings, "measured", ())


def draws(result):
    """Return the tosses."""
    return pd.DataFrame({"heads": result.heads})


def code(settings):
    """Return the recipe."""
    return recipe("coin", settings)
'''
FIGURES = '''"""The tosses."""

from hyperviz.figures import style
from hyperviz.figures.chart import Chart


def tosses(result):
    """Return every toss as a dot."""
    return style.figure(x="toss", y="heads").add_scatter(y=result.heads, mode="markers")


CHARTS = {"tosses": Chart(tosses, ("heads",))}


def charts(settings):
    """Return what these settings show."""
    return CHARTS
'''
PAGE = '''"""How often does a coin show heads?"""

from hyperviz.figures.coin import charts
from hyperviz.studies.coin import report
from hyperviz.studies.coin.settings import PRESETS, CoinSettings
from hyperviz.ui import controls, live, page_loop, page_text
from hyperviz.ui.streaming import status

line = page_text.claim("How often does a coin show heads?")
settings = controls.ask("coin", CoinSettings, PRESETS)
places = {"tosses": live.hero("coin-tosses")}
took = status("coin", settings)
page_loop.run("coin", settings, line, {took: report.progress}, places, charts(settings))
'''
ENTRY = """
from hyperviz.studies.coin import report as coin_report  # noqa: E402
from hyperviz.studies.coin import settings as coin_settings  # noqa: E402
from hyperviz.studies.coin import study as coin  # noqa: E402

STUDIES["coin"] = Study(
    "A fair coin", "none", coin_settings.CoinSettings, coin_settings.PAPER, coin.stream, coin_report, coin.warm
)
"""
VISIT = """
import pathlib
from streamlit.testing.v1 import AppTest
from hyperviz.ui.hosting import visits
visits.PATIENCE = 0  # no browser reports that the page is mounted
app = AppTest.from_file(str(pathlib.Path("hyperviz/ui/shell.py").resolve()), default_timeout=600)
app.switch_page(str(pathlib.Path("pages/coin.py").resolve()))
app.query_params["tosses"] = "7"
app.run()
assert not app.exception, app.exception
print("".join(element.proto.body for element in app.get("html")))
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """The tree with one study more, and what runs a command in it."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("hyperviz", "pages", "tests", ".streamlit"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.png"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    shutil.copy(ROOT / "hyperviz" / "ui" / "icon.png", tree / "hyperviz" / "ui")
    study = tree / "hyperviz" / "studies" / "coin"
    study.mkdir()
    files = {"__init__": "", "settings": SETTINGS, "study": STUDY, "report": REPORT}
    for name, text in files.items():
        (study / f"{name}.py").write_text(text, "utf-8")
    (tree / "hyperviz" / "figures" / "coin.py").write_text(FIGURES, "utf-8")
    (tree / "pages" / "coin.py").write_text(PAGE, "utf-8")
    registry = tree / "hyperviz" / "studies" / "registry.py"
    registry.write_text(registry.read_text("utf-8") + ENTRY, "utf-8")

    def run(*command: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(tree)}
        done = subprocess.run([sys.executable, *command], cwd=tree, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("-m", "hyperviz.studies.stored_results", "coin")
    return tree, run


def test_an_added_study_runs_from_the_command_line(copied):
    tree, run = copied
    assert "heads of 20" in run("-m", "hyperviz", "run", "coin", "--tosses", "20", "--out", "out")
    assert pd.read_csv(tree / "out" / "result.csv").quantity.tolist() == ["heads"]
    assert json.loads((tree / "out" / "settings.json").read_text())["settings"]["tosses"] == 20


def test_an_added_study_has_its_page(copied):
    _, run = copied
    assert "heads of 7." in run("-c", VISIT)


def test_an_added_study_is_tested_like_the_others(copied):
    _, run = copied
    tests = ("tests/studies/common/test_contract.py", "tests/studies/common/test_settings.py")
    said = run("-m", "pytest", "-n", "0", "-k", "coin", "--no-header", "-rA", *tests)
    assert "test_every_chart_is_drawn_from_parts_that_a_finished_result_holds[coin]" in said
