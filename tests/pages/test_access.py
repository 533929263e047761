"""For everyone: assistive technology, a phone, a theme that changes, and less motion."""

import itertools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from hyperviz.studies.registry import STUDIES
from tests.pages.browser import CHART, alt, open_page
from tests.pages.conftest import PATIENCE

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
SERIOUS = {"serious", "critical"}
HERO, LINES, FINGER = 520, 3, 44  # pixels from the top; lines of a verdict; pixels of what is tapped
TARGETS = ".stMainBlockContainer button, .stMainBlockContainer summary, .stMainBlockContainer [role=radio]"
SWIPES = ".live .plot, .stSlider"


@pytest.fixture
def phone(chromium):
    context = chromium.new_context(**PHONE)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    yield page
    context.close()


def settled(page, address, name):
    """The page with its stored end state: every control mounted, every chart drawn."""
    page.goto(f"{address}/{name}")
    page.wait_for_selector(CHART if name else "img[alt]")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(800)


@pytest.mark.parametrize("name", ["", *STUDIES])
def test_axe_finds_nothing_serious_on_any_page_light_or_dark(tab, address, name):
    settled(tab, address, name)
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        tab.wait_for_timeout(500)
        found = Axe().run(tab).response["violations"]
        said = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in SERIOUS]
        assert said == [], scheme


@pytest.mark.parametrize("name", STUDIES)
def test_on_a_phone_title_verdict_and_hero_are_on_the_first_screen(phone, address, name):
    settled(phone, address, name)
    box = phone.locator(".st-key-hero .plot, .st-key-hero .board").first.bounding_box()
    assert box["y"] + box["height"] <= HERO
    here = phone.locator(".verdict .here")
    line = here.evaluate("e => parseFloat(getComputedStyle(e).lineHeight)")
    assert here.bounding_box()["height"] <= (LINES - 1) * line + 1  # the chip is the last line
    assert phone.locator(".verdict .chip").bounding_box()["height"] < 2 * line
    small = phone.locator(TARGETS).evaluate_all(
        "(all, least) => all.map(e => [e.innerText || e.ariaLabel, e.getBoundingClientRect()])"
        ".filter(([_, b]) => b.width && (b.height < least - 0.5)).map(([text]) => text)",
        FINGER,
    )
    assert small == []


def test_on_a_phone_canvas_and_result_are_both_in_sight(phone, address):
    settled(phone, address, "inpainting")
    for part in (".board", ".st-key-hero .plot"):
        box = phone.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= PHONE["viewport"]["height"]


def swiped(phone, session, x: float, y: float) -> float:
    """By how much a finger that moves up 150 pixels from there scrolls the page."""
    top = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = phone.evaluate(top)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for up in range(15, 165, 15):
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - up}]})
        phone.wait_for_timeout(16)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    phone.wait_for_timeout(400)
    return phone.evaluate(top) - before


@pytest.mark.parametrize("name", ["convergence", "prior", "dynamics"])
def test_a_swipe_that_begins_on_a_chart_or_a_slider_scrolls_the_page_and_changes_nothing(phone, address, name):
    settled(phone, address, name)
    session, link, tried = phone.context.new_cdp_session(phone), phone.url, 0
    for part in phone.locator(SWIPES).all():
        if not part.is_visible():
            continue
        part.evaluate("e => e.scrollIntoView({ block: 'center' })")
        phone.wait_for_timeout(200)
        box = part.bounding_box()
        room = phone.evaluate("(e => e.scrollHeight - e.clientHeight - e.scrollTop)(document.querySelector('.stMain'))")
        if room > 200:
            assert swiped(phone, session, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) > 80
            tried += 1
    assert tried >= 4
    assert phone.url == link


def test_a_theme_change_recolours_every_chart_at_once(tab, address):
    settled(tab, address, "convergence")
    ink = "[...document.querySelectorAll('.js-plotly-plot')].map(c => c._fullLayout.font.color)"
    light = tab.evaluate(ink)
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function(f"before => {ink}.every((colour, i) => colour !== before[i])", arg=light)
    assert set(tab.evaluate(ink)) == {"#e8eaf0"}


def test_the_theme_can_be_switched_by_a_button_that_says_so(tab, address):
    settled(tab, address, "convergence")
    tab.locator("[data-testid=stMainMenu] button").click()
    tab.get_by_role("menuitemradio", name="Dark").click()
    tab.wait_for_function("document.querySelector('.js-plotly-plot')._fullLayout.font.color === '#e8eaf0'")


def test_the_verdict_is_a_status_and_every_chart_has_words_of_its_own(tab, address):
    settled(tab, address, "convergence")
    assert tab.locator(".verdict[role=status]").count() == 1
    said = [alt(tab, i) for i in range(tab.locator(".js-plotly-plot").count())]
    assert len(set(said)) == len(said) == 4
    assert all(re.search(r"\d", words) for words in said)


def test_who_asked_for_less_motion_gets_a_picture_every_three_seconds_at_most(chromium, address):
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.add_init_script("window.drawn = []")
    open_page(page, f"{address}/convergence?draws=64&seed=11&width_f=4096")
    page.evaluate(
        "document.querySelector('.js-plotly-plot').on('plotly_afterplot', () => window.drawn.push(Date.now()))"
    )
    page.locator(".st-key-status").get_by_text("Finished.").wait_for()
    page.wait_for_timeout(3500)
    drawn = page.evaluate("window.drawn")
    bursts = [b - a for a, b in itertools.pairwise(drawn) if b - a > 400]
    assert bursts
    assert min(bursts) > 2500
    context.close()
