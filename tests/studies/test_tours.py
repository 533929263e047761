"""The tours: every step is a link that its page reads, and its picture answers what is asked."""

import itertools

import pytest

from hyperviz.studies import lecture, stored_results
from hyperviz.studies.common import budget
from hyperviz.studies.common.options import GUIDE, mend, options
from hyperviz.studies.common.tour import below
from hyperviz.studies.lecture import Stop
from hyperviz.studies.registry import STUDIES

STOPS = lecture.walk(False)


def stored(stop):
    """The finished result that the page of a step shows."""
    return stored_results.find(stop.study, lecture.step(stop).settings)


def test_every_study_has_a_tour_of_three_to_five_steps_in_the_order_of_the_pages():
    assert set(lecture.STORY) == set(STUDIES)
    assert all(3 <= len(study.tour) <= 5 for study in STUDIES.values())


def test_the_lecture_takes_twenty_minutes_():
    assert lecture.minutes() == 20


@pytest.mark.parametrize("stop", STOPS, ids=str)
def test_the_link_of_a_step_is_read_by_its_study_without_a_word(stop):
    step, study = lecture.step(stop), STUDIES[stop.study]
    link = lecture.link(stop, True)
    assert mend(study.settings, link) == (step.settings, [])
    assert {"tour": str(stop.number), "lecture": "1"}.items() <= link.items()
    assert budget.within(step.settings, study.caps) == (step.settings, [])
    assert step.slider in options(study.settings)
    assert not options(study.settings)[step.slider].choices


@pytest.mark.parametrize("stop", STOPS, ids=str)
def test_the_picture_of_a_step_is_stored_and_answers_as_the_theory_does(stop):
    step, found = lecture.step(stop), stored(stop)
    assert found is not None, "nobody waits in a lecture: take the settings of a preset"
    assert step.seen(found.result) is step.theory
    assert step.question.endswith("?")


def test_a_picture_of_other_settings_answers_otherwise():
    """Each tour asks what can go either way: the same question has another answer at another step of it."""
    for name in lecture.STORY:
        steps = STUDIES[name].tour
        results = [stored(Stop(name, i + 1)).result for i in range(len(steps))]
        if steps:
            assert any({True, False} <= {step.seen(result) for result in results} for step in steps), name


def test_nothing_is_answered_before_the_picture_is_there():
    for stop in STOPS:
        step = lecture.step(stop)
        first = next(STUDIES[stop.study].stream(step.settings))
        assert step.seen(first) in (None, step.theory)


@pytest.mark.parametrize(("low", "high", "said"), [(1, 2, True), (4, 5, False), (2, 4, None), (3, 3, None)])
def test_a_number_is_below_a_bound_when_its_whole_interval_is(low, high, said):
    assert below(low, high, 3) is said


@pytest.mark.parametrize("in_lecture", [False, True])
def test_next_leads_through_every_step_to_the_end_and_previous_the_same_way_back(in_lecture):
    stops = lecture.walk(in_lecture)
    assert len(set(stops)) == len(stops)
    for one, other in itertools.pairwise(stops):
        assert lecture.beside(one, in_lecture)[1] == other
        assert lecture.beside(other, in_lecture)[0] == one
    assert lecture.beside(stops[0], in_lecture)[0] is None
    assert lecture.beside(stops[-1], in_lecture)[1] is None


def test_a_step_that_the_lecture_leaves_out_has_the_neighbours_of_its_tour():
    out = [stop for stop in STOPS if stop not in lecture.walk(True)]
    assert all(lecture.beside(stop, True) == lecture.beside(stop, False) for stop in out)


def test_no_setting_has_the_name_of_a_field_that_guides():
    assert [name for name in STUDIES if set(options(STUDIES[name].settings)) & set(GUIDE)] == []
