"""Links that people wrote, and links that nobody would write: what a public site makes of them."""

import itertools
import math
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperviz.errors import InvalidInput
from hyperviz.studies.common import budget
from hyperviz.studies.common.options import mend, options
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.registry import STUDIES
from hyperviz.studies.rotation.settings import RotationSettings

UNKNOWN = ("no setting of this page", "not a setting of this page", "no settings of this page")
NAMES = sorted({name for study in STUDIES.values() for name in options(study.settings)})
values = st.one_of(
    st.integers(-(10**18), 10**18).map(str),
    st.integers(1, 2_000_000).map(str),
    st.floats().map(str),
    st.sampled_from(sorted({c for s in STUDIES.values() for o in options(s.settings).values() for c in o.choices})),
    st.text(max_size=40),
)
links = st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=20)), values, max_size=12)


def product(found, cap):
    return math.prod(getattr(found, name) for name in cap.names)


def check_link(study, link):
    """No exception, nothing over its cap, one sentence on unknown names at most."""
    mended, said = mend(study.settings, link)
    found, more = budget.within(mended, study.caps)
    assert all(product(found, cap) <= cap.most for cap in study.caps)
    assert sum(any(words in sentence for words in UNKNOWN) for sentence in said) <= 1
    assert bool(more) == (found != mended)
    assert budget.within(found, study.caps) == (found, [])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(STUDIES)), links)
def test_no_link_raises_exceeds_a_cap_or_says_more_than_one_sentence_on_unknown_names(name, link):
    check_link(STUDIES[name], link)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(STUDIES)), links)
def test_none_of_ten_thousand_links_raises_or_exceeds_a_cap(name, link):
    check_link(STUDIES[name], link)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_s_caps_can_be_met_at_the_largest_values_of_its_settings(name):
    study = STUDIES[name]
    assert study.caps
    for cap in study.caps:
        largest = study.settings(**{n: int(options(study.settings)[n].high) for n in cap.names})
        assert product(budget.within(largest, study.caps)[0], cap) <= cap.most < product(largest, cap)


@pytest.mark.parametrize("name", STUDIES)
def test_a_public_site_shows_each_page_as_it_opens(name):
    study = STUDIES[name]
    assert budget.within(study.settings(), study.caps) == (study.settings(), [])


def test_the_nearest_allowed_value_takes_the_place_of_one_over_a_cap_and_the_sentence_names_both():
    found, said = budget.within(ConvergenceSettings(width_f=1_000_000, draws=1024), STUDIES["convergence"].caps)
    assert found == ConvergenceSettings(width_f=1_000_000, draws=64)
    (sentence,) = said
    for word in ("draws=1,024", "draws × width_f", "64,000,000", "showing 64."):
        assert word in sentence


def test_what_is_too_much_is_taken_from_the_settings_in_their_order():
    found, said = budget.within(RotationSettings(runs=100, epochs=100, images=2000), STUDIES["rotation"].caps)
    assert (found.runs, found.epochs, found.images) == (1, 50, 2000)
    assert len(said) == 2


def test_a_budget_that_there_is_not_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setenv(budget.VARIABLE, "generous")
    with pytest.raises(InvalidInput, match="must be one of local, hosted; got 'generous'"):
        budget.current()


def test_unless_it_is_named_a_budget_bounds_nothing(monkeypatch):
    monkeypatch.delenv(budget.VARIABLE, raising=False)
    assert budget.current().sessions is None
    assert not budget.current().capped
    monkeypatch.setitem(os.environ, budget.VARIABLE, "hosted")
    assert budget.current().capped


def test_only_what_asks_for_a_large_part_of_a_cap_is_heavy():
    caps = (budget.Cap(("draws", "width_f"), 64 * 1024),)
    asked = itertools.product((64, 512), (16, 64, 256))
    heavy = {(w, d): budget.heavy(ConvergenceSettings(width_f=w, draws=d), caps) for w, d in asked}
    assert [key for key, found in heavy.items() if found] == [(512, 64), (512, 256)]
