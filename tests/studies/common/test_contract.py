"""Every study keeps the contract: its report, its charts, and results that tell what has changed."""

import importlib
import inspect

import pytest

from hyperviz.studies import stored_results
from hyperviz.studies.common.contract import Report, part
from hyperviz.studies.registry import STUDIES

FUNCTIONS = [name for name in vars(Report) if not name.startswith("_")]


@pytest.mark.parametrize("study", STUDIES)
def test_a_report_offers_all_that_a_page_and_the_command_line_ask_for(study):
    for name in FUNCTIONS:
        offered = getattr(STUDIES[study].report, name)
        assert isinstance(offered, tuple) if name.isupper() else inspect.isfunction(offered)


@pytest.mark.parametrize("study", STUDIES)
def test_every_chart_is_drawn_from_parts_that_a_finished_result_holds(study):
    found = stored_results.find(study, STUDIES[study].settings())
    charts = importlib.import_module(f"hyperviz.figures.{STUDIES[study].figures or study}").charts
    assert found is not None
    for chart in charts(found.result.settings).values():
        assert chart.parts
        assert all(part(found.result, name) is not None for name in chart.parts)


@pytest.mark.parametrize("study", STUDIES)
def test_a_finished_run_is_done_to_the_last_part(study):
    found = stored_results.find(study, STUDIES[study].settings())
    assert found is not None
    assert STUDIES[study].report.fraction(found.result) == pytest.approx(1)
