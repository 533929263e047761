"""The page /convergence with a stream that never ends: files say that it has begun, and that it was closed."""

import os
import pathlib
import runpy

from hyperviz.studies import stored_results
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.registry import STUDIES
from tests import ROOT

FOLDER = pathlib.Path(os.environ["ENDLESS"])
stored = stored_results.find("convergence", ConvergenceSettings())


def endless(settings):
    """Yields one picture for ever."""
    try:
        while True:
            yield stored.result
            (FOLDER / "began").touch()
    finally:
        (FOLDER / "closed").touch()


STUDIES["convergence"] = STUDIES["convergence"]._replace(stream=endless)
runpy.run_path(str(ROOT / "pages" / "convergence.py"))
