"""Every study's page on a phone: the first screen, swipes, steps, a finger on a slider."""

import pytest

from hyperviz.studies.registry import STUDIES
from tests.pages.browser import THUMB, open_ended, serious, slider, still
from tests.pages.conftest import PHONE, visitor

pytestmark = pytest.mark.browser
MINI = 140  # pixels of the hero that stays in sight
HERO, LINES, FINGER = 520, 3, 44  # pixels from the top; lines of a verdict; pixels of what is tapped
TARGETS = ".stMainBlockContainer button, .stMainBlockContainer summary, .stMainBlockContainer [role=radio]"
PLACE = "e => e.closest('.live')?.parentElement ?? e"  # where a chart stands when it is not small on top
SWIPES = ".live .plot, .stSlider"
LEGIBLE = 11.99  # pixels of the smallest letters, but for an index: that of a letter of 12 has 8.4
LETTERS = """[...document.querySelectorAll('body *')]
    .filter(e => e.checkVisibility() && e.tagName !== 'tspan' && !e.closest('sub, sup'))
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .map(e => { const m = e.getScreenCTM?.(), big = m ? Math.hypot(m.a, m.b) : 1;
                return [parseFloat(getComputedStyle(e).fontSize) * big, e.textContent.trim()]; })"""
FOLLOWED = """([label, before]) => {
    const { ariaValueText: now } = document.querySelector(`input[type=range][aria-label="${label}"]`);
    return now !== before && document.querySelector('.js-plotly-plot').ariaLabel.includes(`n = ${now},`);
}"""
TOP = "document.querySelector('[data-testid=stMain]').scrollTop"


# the others repeat them: the smallest and the largest page, and the one with a canvas, stand for all
SOME = ("convergence", "dynamics", "inpainting")


@pytest.fixture(
    scope="module",
    params=[name if name in SOME else pytest.param(name, marks=pytest.mark.slow) for name in STUDIES],
)
def phone(request, chromium, address):
    """The name of a study, and its page with the stored end state on a phone."""
    with visitor(chromium, **PHONE) as page:
        open_ended(page, f"{address}/{request.param}")
        yield request.param, page


def test_on_a_phone_title_verdict_and_hero_are_on_the_first_screen(phone):
    name, page = phone
    box = page.locator(".st-key-hero .plot, .st-key-hero .board").first.bounding_box()
    assert box["y"] + box["height"] <= HERO
    here = page.locator(".verdict .here")
    line = here.evaluate("e => parseFloat(getComputedStyle(e).lineHeight)")
    assert here.bounding_box()["height"] <= (LINES - 1) * line + 1  # the chip is the last line
    assert page.locator(".verdict .chip").bounding_box()["height"] < 2 * line
    small = page.locator(TARGETS).evaluate_all(
        "(all, least) => all.map(e => [e.innerText || e.ariaLabel, e.getBoundingClientRect()])"
        ".filter(([_, b]) => b.width && (b.height < least - 0.5)).map(([text]) => text)",
        FINGER,
    )
    assert small == []
    assert [text for size, text in page.evaluate(LETTERS) if size < LEGIBLE] == []
    page.locator(".term:visible").first.tap()
    card = page.locator("#term-card:popover-open").bounding_box()
    assert card["x"] >= 0
    assert card["x"] + card["width"] <= PHONE["viewport"]["width"]
    page.locator(".st-key-hero").first.dispatch_event("pointerdown", {"bubbles": True})
    page.locator("#term-card").wait_for(state="hidden")
    networks = page.locator(".st-key-networks").bounding_box()
    assert networks["y"] >= page.locator(".st-key-controls").bounding_box()["y"]  # they take no height above
    if name == "inpainting":  # canvas and result are both in sight
        for part in (".board", ".st-key-hero .plot"):
            box = page.locator(part).first.bounding_box()
            assert box["y"] + box["height"] <= PHONE["viewport"]["height"]


def swiped(page, session, x: float, y: float) -> float:
    """By how much a finger that moves up 150 pixels from there scrolls the page."""
    before = page.evaluate(TOP)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for up in range(15, 165, 15):
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - up}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    still(page)
    return page.evaluate(TOP) - before


def test_a_swipe_that_begins_on_a_chart_or_a_slider_scrolls_the_page_and_changes_nothing(phone):
    name, page = phone
    session, link, tried = page.context.new_cdp_session(page), page.url, 0
    for part in page.locator(SWIPES).all():
        if not part.is_visible():
            continue
        part.evaluate(f"e => ({PLACE})(e).scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        still(page)
        box = part.bounding_box()
        room = page.evaluate("(e => e.scrollHeight - e.clientHeight - e.scrollTop)(document.querySelector('.stMain'))")
        if room > 200:
            assert swiped(page, session, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) > 80
            tried += 1
    assert tried >= (4 if name != "inpainting" else 2)
    assert page.url == link


def test_on_a_phone_a_step_is_a_tap_and_the_hero_stays_in_sight_small_above_the_sliders(phone):
    name, page = phone
    hero = page.locator(".st-key-hero")
    room = hero.bounding_box()["height"]
    page.locator(".st-key-controls summary").click()
    last = page.locator(".st-key-controls .stSlider:visible").last
    last.evaluate("e => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
    mini = page.locator(".live.mini")
    if name != "rotation":  # its hero is a stored run, which no slider changes
        mini.wait_for()
        still(page)
        small = mini.bounding_box()
        assert small["height"] <= MINI
        assert small["y"] >= page.locator("header").first.bounding_box()["height"] - 1
    still(page)
    for part in last.locator(".step, [role=group]").all():  # nothing covers them
        box = part.bounding_box()
        at = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        assert part.evaluate("(e, [x, y]) => e.contains(document.elementFromPoint(x, y))", at)
    assert hero.bounding_box()["height"] == pytest.approx(room, abs=1)  # what stands below does not move
    if name == "convergence":
        assert serious(page) == []
        last.locator(".step.down").tap()
        page.wait_for_url("**draws=32*")
        last.locator(".step.up").press("Enter")
        page.wait_for_url(lambda url: "draws" not in url)
    page.locator("h1").evaluate("e => e.scrollIntoView({ behavior: 'instant' })")
    mini.wait_for(state="detached")
    assert page.locator(".st-key-hero .plot").first.bounding_box()["height"] > MINI


def test_a_finger_drags_a_slider_and_the_picture_follows_before_it_is_lifted(phone):
    name, page = phone
    if name != "convergence":
        return
    session, width = page.context.new_cdp_session(page), slider(page, "width of f, n")
    width.evaluate("e => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
    still(page)
    x, y, _, wide = width.evaluate(THUMB)
    before = page.url
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        *(("touchMove", [{"x": x + part * wide / 30, "y": y}]) for part in range(8)),
    ):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.wait_for_function(FOLLOWED, arg=["width of f, n", "64"])
    assert page.url == before
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_url("**width_f=*")
