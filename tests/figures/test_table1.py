"""The table's curves hold its numbers, Figure 3 its pictures, and nothing yet still labels its axes."""

import numpy as np
import pytest

from hyperviz.figures import table1
from hyperviz.figures.inpainting import charts as inpainting
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.study import Error, stream
from hyperviz.studies.table1 import report as table1_report
from hyperviz.studies.table1.settings import TableSettings
from hyperviz.studies.table1.study import TableResult
from tests.studies.table1.test_report import HIGH, LOW, result


def test_the_curve_holds_the_means_their_bars_and_the_papers_crosses():
    figure = table1.errors(result(nngp=LOW, hk=HIGH))
    lines = {trace.name: trace for trace in figure.data}
    assert lines["NNGP"].y == pytest.approx([0.051])
    assert lines["NNGP"].error_y.array == pytest.approx([2 * 0.001 / 3**0.5])
    assert list(lines["HN, paper"].x) == [50, 100, 200, 500]
    misprint = next(t for t in table1.errors(result(hk=HIGH), task="inpainting").data if t.name == "HN, paper")
    assert list(misprint.x) == [50, 100, 200]


def test_figure_3_has_a_row_a_method_in_the_papers_order():
    figure = table1.figure3(result(nngp=LOW, hk=HIGH, hn=HIGH), task="representation")
    assert list(figure.layout.yaxis.ticktext) == ["truth", "input", "HN", "HK", "NNGP"]
    assert figure.data[0].z.shape == (5 * 29 - 1, 8 * 29 - 1)


@pytest.mark.parametrize("draw", [chart.draw for chart in table1.CHARTS.values()])
def test_nothing_yet_still_labels_the_axes(draw):
    empty = TableResult(TableSettings(), {}, {}, "", 0.0, 0.0, False)
    assert draw(empty).layout.xaxis.title.text


@pytest.mark.parametrize(("pixels", "images"), [("all", 200), (20, 50)])
def test_the_page_shows_the_stored_table_of_the_same_protocol_beside_the_live_numbers(pixels, images):
    first = next(stream(InpaintingSettings(pixels=pixels, images=images)))
    first = first._replace(errors={})  # what an earlier test has solved is remembered
    live = Error(0.03, 0.001, 0.05, 0.002, 1, 0.0, 0.0)
    figure = table1.beside(first._replace(errors={(images, "hk"): live}))
    traces = {trace.name: trace for trace in figure.data}
    assert traces["HK, live"].y == (0.03,)
    rows = table1_report.stored(pixels == "all")
    mine = rows[(rows.task == "inpainting") & (rows.quantity == "mse") & (rows.kernel == "hk")]
    np.testing.assert_allclose(traces["HK"].y, mine.value)
    assert "HK, live" not in {trace.name for trace in table1.beside(first).data}
    assert "stored" in inpainting.charts(first.settings)
