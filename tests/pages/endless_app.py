"""The page /convergence with a stream that never ends: files say that it has begun, and that it was closed."""

import os
import pathlib
import runpy

from hyperviz.studies import stored_results
from hyperviz.studies.convergence import study
from hyperviz.studies.convergence.settings import ConvergenceSettings
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


study.stream = endless
runpy.run_path(str(ROOT / "pages" / "convergence.py"))
