"""The stored end states: whole, one for every preset, and what a fresh run gives."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from hyperviz.studies import stored_results
from hyperviz.studies.common.power_laws import Slope
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.registry import STUDIES

VIEWS = [(study, name) for study in STUDIES for name in stored_results.views(study)]
LINE = 165  # characters that fit on a line at 1280 pixels
SAMPLE = [("inpainting", "every pixel"), ("prior", "deeper and deeper")]  # by default; all where minutes are allowed


class Whole(NamedTuple):
    """Everything that a result may hold."""

    settings: ConvergenceSettings
    arrays: dict
    slopes: tuple
    words: frozenset
    nothing: None
    number: float


def flat(value: Any) -> list:
    """The numbers and words of a result, in order."""
    if isinstance(value, dict):
        return [leaf for key in value for leaf in (*flat(key), *flat(value[key]))]
    if isinstance(value, tuple | list):
        return [leaf for item in value for leaf in flat(item)]
    return [sorted(value) if isinstance(value, frozenset) else value]


def same(found: Any, wanted: Any, rtol: float = 0.0) -> None:
    """Every number agrees, and every word."""
    pairs = list(zip(flat(found), flat(wanted), strict=True))
    for one, other in pairs:
        if isinstance(other, np.ndarray | float):
            np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol)
        else:
            assert one == other


def test_what_is_stored_comes_back_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(stored_results, "FOLDER", tmp_path)
    settings = ConvergenceSettings(seed=999)
    arrays = {(4, 8): np.arange(3, dtype=np.float32), (4, np.inf): np.array([np.nan, np.inf])}
    whole = Whole(settings, arrays, (Slope(1.0, 0.5, 1.5), None, "words"), frozenset({"b", "a"}), None, 2.5)
    stored_results.save("convergence", settings, whole)
    found = stored_results.find("convergence", settings)
    assert type(found.result) is Whole
    assert found.result.arrays[4, 8].dtype == np.float32
    same(found.result, whole)
    assert stored_results.find("convergence", ConvergenceSettings(seed=998)) is None


def test_what_cannot_be_read_again_is_not_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(stored_results, "FOLDER", tmp_path)
    with pytest.raises(TypeError, match="function"):
        stored_results.save("convergence", ConvergenceSettings(), (lambda: 0,))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("study", "name"), VIEWS)
def test_every_preset_and_every_default_view_has_its_finished_end_state(study, name):
    settings = stored_results.views(study)[name]
    found = stored_results.find(study, settings)
    assert found is not None, "python -m hyperviz.studies.stored_results makes it"
    assert found.result.settings == settings
    assert found.result.finished
    verdict = STUDIES[study].report.verdict(found.result)
    assert verdict.state not in ("measuring", "too large")
    for line in (verdict.here, f"{verdict.chip} {verdict.evidence}"):
        assert len(line) <= LINE, line


@pytest.mark.parametrize(
    ("study", "name"), [v if v in SAMPLE else pytest.param(*v, marks=pytest.mark.slow) for v in VIEWS]
)
def test_a_stored_end_state_is_what_a_fresh_run_gives(study, name):
    settings = stored_results.views(study)[name]
    *_, fresh = STUDIES[study].stream(settings)
    stored = stored_results.find(study, settings).result
    assert STUDIES[study].report.verdict(fresh) == STUDIES[study].report.verdict(stored)
    one, other = (STUDIES[study].report.table(r).value for r in (fresh, stored))
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-6)
