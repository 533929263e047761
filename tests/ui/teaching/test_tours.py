"""A tour on a page, without a browser: what is asked, answered, and kept in the link."""

import dataclasses

import numpy as np
import pytest

from hyperviz.studies import lecture
from hyperviz.studies.common.images.drawing import EMPTY
from hyperviz.studies.lecture import Stop
from hyperviz.ui.teaching import guide
from tests.ui.without_browser import opened, shown


def link(app) -> dict:
    return {name: np.ravel(value)[-1] for name, value in app.query_params.items()}


def buttons(app) -> dict:
    return {button.label: button for button in app.button}


def test_a_step_asks_before_its_picture_is_shown_and_then_says_what_picture_and_theory_answer():
    app = opened("convergence", **lecture.link(Stop("convergence", 2), False))
    step = lecture.step(Stop("convergence", 2))
    assert not app.warning
    assert step.question in shown(app)
    assert 'class="tour asks"' in shown(app)  # the style sheet hides the picture
    assert "You said" not in shown(app)
    buttons(app)["yes"].click().run()
    assert 'class="tour"' in shown(app)
    assert "The picture says no, as the theory does" in shown(app)
    assert "You said yes." in shown(app)
    assert "yes" not in buttons(app)
    assert link(app) == lecture.link(Stop("convergence", 2), False) | {"answer": "yes"}


def test_who_moves_a_control_sees_the_picture_and_finds_the_way_back():
    app = opened("convergence", **lecture.link(Stop("convergence", 2), False))
    app.select_slider(key="convergence.draws").set_value(16)
    app.select_slider(key="convergence.width_g").set_value(4).run()
    assert 'class="tour asks"' not in shown(app)
    assert link(app)["tour"] == "2"
    buttons(app)["Back to its settings"].click().run()
    assert link(app) == lecture.link(Stop("convergence", 2), False)
    assert app.select_slider(key="convergence.width_g").value == 8


def test_next_takes_the_settings_of_its_step_whatever_was_moved_and_leaving_keeps_them():
    app = opened("taylor", **lecture.link(Stop("taylor", 2), False))
    buttons(app)["no"].click().run()
    buttons(app)["Next"].click().run()
    assert link(app) == lecture.link(Stop("taylor", 3), False)
    assert app.slider(key="taylor.depth_g").value == 3
    buttons(app)["Previous"].click().run()
    buttons(app)["Previous"].click().run()
    assert link(app) == lecture.link(Stop("taylor", 1), False)
    buttons(app)["Leave the tour"].click().run()
    assert link(app) == {"depth_g": "1"}
    assert 'class="tour' not in shown(app)
    assert "Take the tour" in buttons(app)


@pytest.mark.parametrize("hall", [False, True])
def test_a_step_that_is_typed_without_its_settings_takes_them(hall):
    for stop in (Stop("taylor", 1), Stop("dynamics", 3)):
        app = opened(stop.study, tour=str(stop.number), **({"lecture": "1"} if hall else {}))
        assert link(app) == lecture.link(stop, hall)
        assert "Back to its settings" not in buttons(app)


def test_who_moves_a_step_s_controls_to_the_defaults_has_them_after_a_reload():
    app = opened("taylor", **lecture.link(Stop("taylor", 1), False))
    app.slider(key="taylor.depth_g").set_value(2).run()
    assert "Back to its settings" in buttons(app)
    again = opened("taylor", **link(app))
    assert again.slider(key="taylor.depth_g").value == 2


def test_a_step_that_there_is_not_is_said_and_the_settings_of_the_link_stay():
    app = opened("convergence", width_f="16384", width_g="8", tour="9", answer="yes")
    (warning,) = app.warning
    assert warning.value.replace("\\", "") == "tour=9 was left out: the tour of this page has the steps 1 to 5."
    assert link(app) == {"width_f": "16384", "width_g": "8"}


def test_in_a_lecture_one_slider_stands_open_and_the_steps_are_counted_through_all_pages():
    app = opened("taylor", **lecture.link(Stop("taylor", 1), True))
    at = lecture.walk(True).index(Stop("taylor", 1)) + 1
    assert f"Step {at} of {len(lecture.walk(True))}" in shown(app)
    names = [slider.key for slider in app.slider]
    assert names[0] == "taylor.depth_g"
    assert all(group.key != "taylor:preset" for group in app.get("button_group"))
    buttons(app)["Next"].click().run()
    assert link(app) == lecture.link(Stop("taylor", 2), True)


def test_the_lecture_lists_every_step_with_its_minutes_and_what_it_needs():
    app = opened("home", tour="lecture")
    assert not app.exception
    said = shown(app) + "".join(element.proto.label for element in app.get("page_link"))
    assert f"A lecture of {lecture.minutes()} minutes" in said
    for chapter in lecture.CHAPTERS:
        assert chapter.needs in said
    for i, stop in enumerate(lecture.walk(True)):
        assert f"{i + 1}. {lecture.step(stop).question}" in said


def test_who_draws_has_not_left_the_step():
    step = lecture.step(Stop("inpainting", 1))
    place = guide.TourPlace(Stop("inpainting", 1), step, "")
    assert guide.at(place, dataclasses.replace(step.settings, drawing=EMPTY))
    assert not guide.at(place, dataclasses.replace(step.settings, images=100))


def test_a_drawing_goes_with_its_visitor_from_step_to_step():
    app = opened("inpainting", drawing=EMPTY, tour="1")
    buttons(app)["Next"].click().run()
    assert link(app) == lecture.link(Stop("inpainting", 2), False) | {"drawing": EMPTY}


@pytest.mark.slow
def test_a_drawing_stays_when_its_visitor_goes_back_to_a_step_s_settings():
    app = opened("inpainting", drawing=EMPTY, tour="2")
    app.select_slider(key="inpainting.images").set_value(500).run()
    buttons(app)["Back to its settings"].click().run()
    assert link(app) == lecture.link(Stop("inpainting", 2), False) | {"drawing": EMPTY}
