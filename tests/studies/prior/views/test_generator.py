"""The view of generators: what it says is what it drew, what it drew is what was predicted."""

import numpy as np
import pytest

from hyperviz.figures.prior.charts import charts
from hyperviz.runtime.generators import returned
from hyperviz.studies.common.networks.network_sizes import in_bytes
from hyperviz.studies.prior import claims, report, study
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.prior.views.generator import study as generator
from tests.tolerances import STANDARD_ERRORS

pytestmark = pytest.mark.usefixtures("compiled_lightly")


def ended(**settings):
    """The result with the view's parts, and nothing of the histogram."""
    asked = PriorSettings(view="generator", **settings)
    parts = {}
    for found in generator.stream(asked):
        parts |= found
    return study._start(asked)._replace(parts=parts)


@pytest.fixture(scope="module")
def wide():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generator, "WIDTHS", (256,))
        patch.setattr(generator, "CHUNKS", (1, 16))
        patch.setattr(generator, "OF_KERNEL", 64)
        yield ended(depth_f=2, width_f=256, width_g=256, chunks=5, rank=6)


def test_what_is_drawn_is_what_was_predicted_at_every_number_of_chunks(wide):
    here = wide.parts["here"]
    assert {C for kind, C in here if kind == "rows"} == {1, 5, 16}
    for found in (*here.values(), *wide.parts["spread"].values()):
        assert found.draws == generator.MOST
        if np.isfinite(found.predicted):
            off = abs(found.kurtosis - found.predicted)
            assert off < STANDARD_ERRORS * found.kurtosis_error + 0.05 * found.predicted
    for (kind, C), found in here.items():  # at finite n the variance is above its limit by some H^2 / n
        assert abs(found.mean / found.limit - 1) < STANDARD_ERRORS * found.mean_error / found.limit + 0.1, (kind, C)
    assert here["rows", 16].limit == pytest.approx(1)
    assert here["columns", 16].limit > 10
    for found in wide.parts["alike"].values():
        assert (np.abs(found.measured - found.limit[generator.DRAWN]) < STANDARD_ERRORS * found.error + 0.02).all()


def test_the_sentence_has_bytes_kurtosis_and_what_stays_and_the_table_no_gap(wide):
    said, here = claims.VIEWS["generator"](wide), wide.parts["here"]
    assert f"f's last layer: {in_bytes(256 * (2 * 256 + 256**2 + 256))}, in 5 chunks of rows " in said
    low = here["low-rank", 5]
    assert said.endswith("; rank 6 keeps 1.")  # 6 / r
    assert f"{low.kurtosis:.2f}" in said
    table = report.table(wide)
    rows = table[table.generator.notna() & table.quantity.isin(["variance", "excess_kurtosis", "head_weights"])]
    assert rows.value.notna().all()
    assert rows[rows.quantity == "variance"].theory.notna().all()
    for name, chart in charts(wide.settings).items():
        assert "NaN" not in str(chart.draw(wide).to_json())
        assert report.alt(wide, name)


def test_before_there_are_draws_it_says_nothing_and_shows_what_is_predicted():
    asked = PriorSettings(view="generator", depth_g=2, activation_g="erf", width_f=10**6, width_g=10**6)
    first = study._start(asked)._replace(parts=next(generator.stream(asked)))
    assert claims.VIEWS["generator"](first) == ""
    assert generator.staying(asked) is None
    assert set(first.parts["head"]) == set(generator.KINDS)
    assert first.parts["here"]["columns", 8].limit == pytest.approx(1)  # an odd phi
    for chart in charts(asked).values():
        assert "NaN" not in str(chart.draw(first).to_json())


def test_another_seed_draws_other_networks_and_a_single_neuron_is_no_error(monkeypatch):
    monkeypatch.setattr(generator, "WIDTHS", (32,))
    small = {"depth_f": 1, "depth_g": 1, "width_f": 1, "width_g": 1, "chunks": 2}
    alone = ended(**small)
    assert "Excess kurtosis of h: " in claims.VIEWS["generator"](alone)
    settings = PriorSettings(view="generator", width_f=32, width_g=32)
    one, again, other = (
        generator._measured(_all(PriorSettings(**vars(settings) | {"seed": seed})), _unknown()) for seed in (0, 0, 1)
    )
    assert one == again
    assert one.mean != other.mean


def _all(settings):
    """K of the chunks of rows."""
    return returned(generator._drawn(settings, generator.chosen(settings)["rows"], 32, 32))[:, 0, 0]


def _unknown():
    return generator.Measured(0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
