"""The view of initialisations: what it says is what it drew, and what it drew is what was predicted."""

import numpy as np
import pytest

from hyperviz.studies.prior import claims, report, study
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.prior.views import initialisation
from hyperviz.theory.initialisation import SCHEMES

pytestmark = pytest.mark.usefixtures("compiled_lightly")


def ended(**settings):
    """The result with the view's last part, and nothing of the histogram."""
    asked = PriorSettings(view="initialisation", **settings)
    *_, parts = initialisation.stream(asked)
    return study._start(asked)._replace(parts=parts)


@pytest.fixture(scope="module")
def wide():
    return ended(width_f=1024, width_g=1024)


def test_the_sentence_names_those_that_keep_the_variance_with_the_numbers_drawn(wide):
    said = claims.VIEWS["initialisation"](wide)
    kept, lost = said.split(", not under ")
    assert ["NTK scaling" in kept, "hyperfan-in" in kept] == [True, True]
    assert all(name in lost for name in ("Glorot", "He (", "hyperfan-out"))
    ntk = wide.parts["initialisation"]["ntk"]
    assert f"NTK scaling ({ntk.layers[-1]:.3f} ± {ntk.layers_error[-1]:.3f})" in kept


def test_with_a_narrow_deep_f_none_keeps_it_and_with_no_hidden_layers_the_first_fan_decides():
    """E[s^H] of n = 2, L = 6: far above 1. H = 1: He writes weights of variance 1 for 2 inputs."""
    assert claims.VIEWS["initialisation"](ended(width_f=2, depth_f=6)).startswith("No initialisation keeps")
    alone = claims.VIEWS["initialisation"](ended(depth_f=1, depth_g=1, width_f=1, width_g=1))
    assert alone.startswith("g's variance stays near 1 under NTK scaling (1) and hyperfan-in (1), not under")


@pytest.mark.parametrize("settings", [{"depth_f": 2}, {"activation_g": "gelu"}, {"width_f": 64, "width_g": 10**6}])
def test_what_is_drawn_is_what_was_predicted(settings):
    result = ended(**{"width_f": 256, "width_g": 256, "seed": 5} | settings)
    allowed = 0.01 if "activation_g" in settings else 0
    for found in result.parts["initialisation"].values():
        assert found.draws == initialisation.DRAWS
        for name in ("layers", "weights"):
            value, error, limit = (getattr(found, name + end) for end in ("", "_error", "_predicted"))
            assert (np.abs(value - limit) < 4.5 * error + (allowed + 1e-9) * limit).all()


def test_the_first_part_has_the_predictions_the_table_too_and_a_smooth_wide_g_fewer_networks():
    asked = PriorSettings(view="initialisation", depth_g=4, activation_g="erf", width_g=1_000_000)
    first = next(initialisation.stream(asked))
    found = report.table(study._start(asked)._replace(parts=first))
    rows = found[found.quantity == "variance_g"]
    assert rows.scheme.tolist() == [scheme for scheme in SCHEMES for _ in range(4)]
    assert rows.layer.tolist() == 5 * [1, 2, 3, 4]
    assert rows.theory.notna().all()
    assert rows.value.isna().all()
    assert initialisation.wanted(study.architecture(asked)) == initialisation.FEWEST
    assert claims.VIEWS["initialisation"](study._start(asked)._replace(parts=first)) == ""


def test_another_seed_draws_other_networks_and_the_same_seed_the_same(wide):
    again, other = ended(width_f=1024, width_g=1024), ended(width_f=1024, width_g=1024, seed=1)
    for scheme, found in wide.parts["initialisation"].items():
        np.testing.assert_array_equal(again.parts["initialisation"][scheme].layers, found.layers)
        assert (other.parts["initialisation"][scheme].layers != found.layers).all()
