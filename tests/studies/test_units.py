"""A run that was killed goes on from its checkpoint, and units computed anywhere give the numbers of the page."""

import itertools

import pandas as pd
import pytest

from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import here
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.dynamics import ways
from hyperviz.studies.registry import STUDIES

BRIEF = {
    "convergence": {"draws": 16, "depth_f": 2, "depth_g": 2, "width_f": 16, "width_g": 8},
    "dynamics": {"points": 2, "starts": 16, "depth_f": 2, "depth_g": 2, "time": 0.5, "step": 0.01, "width_f": 16},
    "taylor": {"draws": 16, "width_f": 64, "step": "off"},
}


def last(study, *arguments):
    """The table of a run, its draws forgotten before and after."""
    random_networks.kept.cache_clear()
    *_, result = study.stream(*arguments)
    random_networks.kept.cache_clear()
    return study.report.table(result)


@pytest.mark.parametrize(
    "name", ["taylor", *(pytest.param(name, marks=pytest.mark.slow) for name in ("convergence", "dynamics"))]
)
def test_units_of_which_some_were_done_before_give_the_numbers_of_the_page(name, tmp_path, monkeypatch):
    study, store = STUDIES[name], Store(tmp_path)
    settings = study.settings(**BRIEF[name])
    monkeypatch.setattr("hyperviz.studies.common.networks.stored_draws.ENOUGH", 0.2)
    wanted = last(study, settings)
    todo = study.units(settings, store)
    assert len(todo) > 2
    for _ in itertools.islice(here(todo[::-1], store), 2):  # then it is killed
        pass
    left = study.units(settings, store)
    assert [unit.arguments[1].name for unit in left] == [unit.arguments[1].name for unit in todo[:-2]]
    for _ in here(left, store):
        pass
    assert study.units(settings, store) == []
    for module, does in ((random_networks, "draw"), (random_networks, "terms"), (ways, "_cell"), (ways, "followed")):
        monkeypatch.setattr(module, does, None)  # nothing is left to compute
    pd.testing.assert_frame_equal(last(study, settings, store), wanted, rtol=0, atol=0)
    assert len(study.units(study.settings(**BRIEF[name], seed=1), store)) == len(todo)  # another seed, other draws
