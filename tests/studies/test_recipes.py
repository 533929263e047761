"""The lines of Python that a page prints run as they stand, and print its table."""

import importlib

import pytest

from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.dynamics.settings import DynamicsSettings
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.registry import STUDIES
from hyperviz.studies.rotation.settings import RotationSettings
from hyperviz.studies.table1.settings import TableSettings
from hyperviz.studies.taylor.settings import TaylorSettings

MODEL = {"depth_f": 2, "depth_g": 2, "width_f": 16, "width_g": 2, "seed": 3}
SETTINGS = {
    "convergence": ConvergenceSettings(**MODEL, x="1,0", draws=16),
    "prior": PriorSettings(**MODEL, draws=256),
    "taylor": TaylorSettings(**MODEL, draws=16, orders=3),
    "dynamics": DynamicsSettings(**MODEL, points=3, starts=16, time=0.5, step=0.01),
    "rotation": RotationSettings(**MODEL, images=100, epochs=1, runs=1, size=7, compare="one"),
    "inpainting": InpaintingSettings(images=12, kernel="hk", task="representation"),
    "table1": TableSettings(images=10, pixels=3, kernel="nngp", task="inpainting", runs=1),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_lines_on_a_page_stream_the_settings_shown_and_print_the_table(name, monkeypatch, capsys):
    study, report = (importlib.import_module(f"hyperviz.studies.{name}.{part}") for part in ("study", "report"))
    stream, asked, seen = study.stream, [], []

    def short(settings):
        """The stream as far as the first result that there is something to print of."""
        asked.append(settings)
        for result in stream(settings):
            seen.append(result)
            yield result
            if len(report.table(result)):
                return

    monkeypatch.setattr(study, "stream", short)
    lines = report.code(SETTINGS[name]).split("\n# or the library itself")[0]
    exec(lines, {})
    assert asked == [SETTINGS[name]]
    assert capsys.readouterr().out == f"{report.table(seen[-1]).to_string()}\n"


def test_every_study_has_its_lines_here():
    assert SETTINGS.keys() == {*STUDIES, "table1"}
