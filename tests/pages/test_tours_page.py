"""A tour and the lecture in a real browser."""

import re

import pytest

from hyperviz.studies import lecture
from tests.pages.browser import ENDED, open_ended, serious, slider, still
from tests.pages.conftest import PHONE, visitor

pytestmark = pytest.mark.browser
STANDS = """([label, value]) => {
    const found = [...document.querySelectorAll(`input[type=range][aria-label="${label}"]`)];
    return found.length === 1 && found[0].ariaValueText === value;
}"""
ALONE = """label => document.querySelectorAll(`input[type=range][aria-label="${label}"]`).length === 1"""
HALL = 26  # pixels of 1080: what is read at ten metres on a screen two metres high


def at_step(tab, number: int) -> None:
    """Until this step's question stands there, and its link is in the address."""
    tab.locator(".tour .where", has_text=f"Step {number} of").wait_for()
    tab.wait_for_url(re.compile(rf"tour={number}\b"))


def picture(tab):
    return tab.locator(".st-key-hero .plot").first


def test_a_tour_asks_then_shows_and_goes_on_by_keys_and_a_reload_keeps_the_answer(tab, address):
    tab.goto(f"{address}/convergence?width_f=16384&width_g=8&tour=2")
    at_step(tab, 2)
    tab.wait_for_function(ENDED)
    assert not picture(tab).is_visible()
    assert not tab.locator(".verdict .here").is_visible()
    assert serious(tab) == []
    at_once = "button => { button.click(); return !document.querySelector('.tour.asks'); }"
    assert tab.get_by_role("button", name="no", exact=True).evaluate(at_once)
    tab.locator(".reply", has_text="The picture says no, as the theory does").wait_for()
    assert picture(tab).is_visible()
    tab.wait_for_url("**answer=no")
    tab.reload()
    tab.locator(".reply", has_text="You said no.").wait_for()
    tab.get_by_role("button", name="Next").wait_for()
    tab.keyboard.press("n")
    at_step(tab, 3)
    tab.wait_for_function(ALONE, arg="width of f, n")  # that of the step before has left
    slider(tab, "width of f, n").focus()  # where a slider has the focus, too
    tab.keyboard.press("p")
    at_step(tab, 2)
    tab.keyboard.press("p")
    at_step(tab, 1)
    tab.wait_for_function(STANDS, arg=["width of f, n", "64"])
    a_key_right_after_an_answer_leads_to_the_next_page(tab, address)


def a_key_right_after_an_answer_leads_to_the_next_page(tab, address) -> None:
    """The answer writes the address of the page that is left; the next page's own address stays."""
    tab.goto(f"{address}/convergence?width_f=1000000&width_g=1000000&tour=5")
    at_step(tab, 5)
    tab.wait_for_function(ENDED)
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'n', bubbles: true}))"
    tab.get_by_role("button", name="no", exact=True).evaluate(f"button => {{ button.click(); {press}; }}")
    at_step(tab, 1)
    assert tab.url == f"{address}/prior?tour=1"


def all_in_sight_and_the_verdict_after_its_question(tab) -> None:
    """The first step, on a small and on a large screen."""
    for width, height in ((1280, 800), (1920, 1080)):
        tab.set_viewport_size({"width": width, "height": height})
        still(tab)
        ends = "all => Math.max(...all.map(e => e.getBoundingClientRect().bottom))"
        assert tab.locator(":is(.st-key-hero, .st-key-tour) button:visible").evaluate_all(ends) <= height
    assert not tab.locator(".st-key-verdict .here").is_visible()
    tab.get_by_role("button", name="show me").click()
    tab.locator(".reply").wait_for()
    verdict, asked = (tab.locator(place).bounding_box() for place in (".st-key-verdict .here", ".question"))
    assert verdict["y"] > asked["y"]


def test_the_lecture_starts_from_its_list_in_large_type_and_arrows_move_the_marked_slider(chromium, address):
    with visitor(chromium, viewport={"width": 1920, "height": 1080}) as tab:
        tab.goto(f"{address}/?tour=lecture")
        first = lecture.walk(True)[0]
        tab.get_by_role("link", name="Start the lecture").click()
        tab.wait_for_url(f"**/{first.study}?*lecture=1*")
        tab.get_by_role("button", name="show me").wait_for()
        tab.get_by_role("button", name="Upload").wait_for()
        all_in_sight_and_the_verdict_after_its_question(tab)
        tab.goto(f"{address}/dynamics?width_g=2&tour=1&answer=shown&lecture=1")
        tab.locator(".reply").wait_for()
        tab.wait_for_function(ENDED)
        still(tab)
        question = tab.locator(".tour .question").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        label = picture(tab).locator(".xtick text").first
        letters = label.evaluate(
            "e => parseFloat(getComputedStyle(e).fontSize) * e.getBoundingClientRect().height / e.getBBox().height"
        )
        assert min(question, letters) >= HALL
        for part in (picture(tab), tab.locator(".st-key-hero .player")):
            assert part.bounding_box()["y"] + part.bounding_box()["height"] <= 1080
        legend, networks = (
            picture(tab).locator(".legend").bounding_box(),
            tab.locator(".st-key-networks").bounding_box(),
        )
        assert networks["y"] + networks["height"] <= picture(tab).bounding_box()["y"] <= legend["y"]
        tab.goto(f"{address}/convergence?width_f=16384&width_g=8&tour=2&answer=shown&lecture=1")
        tab.locator(".reply").wait_for()
        tab.wait_for_function(ENDED)
        marked = tab.locator(".st-key-controls input[type=range]").first
        before = marked.get_attribute("aria-valuetext")
        tab.keyboard.press("ArrowRight")
        tab.get_by_role("button", name="Back to its settings").wait_for()
        assert marked.get_attribute("aria-valuetext") != before


def test_on_a_phone_question_answers_and_picture_are_on_the_first_screen(chromium, address):
    with visitor(chromium, **PHONE) as page:
        open_ended(page, f"{address}/taylor?tour=2&answer=shown")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        box, question = picture(page).bounding_box(), page.locator(".tour .question").bounding_box()
        assert question["y"] < box["y"]
        assert box["y"] + box["height"] <= PHONE["viewport"]["height"]
        assert serious(page) == []
        small = page.locator(".st-key-tour :is(a, button)").evaluate_all(
            "all => all.filter(e => e.getBoundingClientRect().height < 44).length"
        )
        assert small == 0
