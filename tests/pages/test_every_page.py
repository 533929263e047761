"""Every page, opened once on a screen and once on a phone: assistive technology, width, pictures that leave it."""

import itertools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from hyperviz.figures import style
from hyperviz.studies.common import glossary
from hyperviz.studies.registry import STUDIES
from tests import ROOT
from tests.pages.browser import INK, THUMB, alt, open_ended, recolour, saved, slider, still
from tests.pages.conftest import PHONE, visitor

pytestmark = pytest.mark.browser
SERIOUS = {"serious", "critical"}
FONTS = ["DejaVu Sans", "Liberation Sans", "sans-serif", "serif"]
MEASURE = """([svg, font]) => {
  const family = svg.match(/font-family="([^"]+)"/)[1], shown = document.createElement('div');
  shown.style = 'position: fixed; left: 0; top: 0';
  shown.innerHTML = svg.replaceAll(family, font).replace(/font-family: [^;"]+/g, `font-family: ${font}`);
  document.body.append(shown);
  const boxes = [...shown.querySelectorAll('text')]
    .map((t) => [t.textContent, t.getBoundingClientRect()]).filter(([text, b]) => text.trim() && b.width)
    .map(([text, b]) => [text, b.left, b.top, b.right, b.bottom]);
  shown.remove();
  return boxes;
}"""
SHEET = 700  # pixels of a chart on paper
# no sheet ends between the words of a chart and the chart
WITH_CHART = "all => all.every(e => getComputedStyle(e.closest('.stElementContainer')).breakAfter === 'avoid')"
SHEETS = """all => all.map(e => [e, e.querySelector('.main-svg')].map(part => {
  const { width, height } = part.getBoundingClientRect();
  return [Math.round(width), Math.round(height)];
}))"""
MINI = 140  # pixels of the hero that stays in sight
CLOSE = 2  # pixels that the boxes of two letters may share: boxes are higher than letters
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


@pytest.fixture(scope="module", params=["", *STUDIES], ids=lambda name: name or "home")
def screen(request, chromium, address):
    """The name of a page, and the page with its stored end state at 1280 x 800, light."""
    with visitor(chromium, viewport={"width": 1280, "height": 800}) as page:
        open_ended(page, f"{address}/{request.param}")
        yield request.param, page


@pytest.fixture(scope="module", params=STUDIES)
def phone(request, chromium, address):
    """The same of a study, on a phone."""
    with visitor(chromium, **PHONE) as page:
        open_ended(page, f"{address}/{request.param}")
        yield request.param, page


def serious(page, part: str | None = None) -> list:
    """What axe says of the page, or of a part of it."""
    found = Axe().run(page, context=part).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in SERIOUS]


def test_every_chart_has_words_of_its_own_with_numbers_and_the_verdict_is_a_status(screen):
    name, page = screen
    said = [alt(page, i) for i in range(page.locator(".js-plotly-plot").count())]
    assert len(set(said)) == len(said) >= (3 if name else 0)
    assert all(re.search(r"\d", words) for words in said)
    assert page.locator(".verdict[role=status]").count() == bool(name)


def test_what_plays_in_time_pauses_and_goes_by_steps_by_keyboard(screen):
    name, page = screen
    bars = page.locator(".player:visible")
    assert bars.count() == {"dynamics": 1, "rotation": 3}.get(name, 0)
    if name != "dynamics":
        return
    width = "() => +document.querySelector('.plotclip rect').getAttribute('width')"
    whole = page.evaluate(width)
    bars.get_by_role("button", name="Slow motion").press("Enter")
    bars.get_by_role("button", name="Play in time").press("Enter")
    page.wait_for_function(f"whole => ({width})() > 0 && ({width})() < whole / 2", arg=whole)
    bars.get_by_role("button", name="Pause").press("Enter")
    held = page.evaluate(width)
    page.wait_for_timeout(700)  # longer than a step in slow motion
    assert page.evaluate(width) == held
    bars.get_by_role("button", name="Step", exact=True).press("Enter")
    assert page.evaluate(width) == pytest.approx(held + whole / 40)
    assert "t = 0.0" in bars.inner_text()
    for _ in range(40):
        bars.get_by_role("button", name="Step", exact=True).press("Enter")
        if page.evaluate(width) == whole:
            break
    assert page.evaluate(width) == whole
    bars.get_by_role("button", name="Slow motion").press("Enter")


def test_every_script_can_be_read(screen):
    name, page = screen
    read = "text => { try { new Function(text); return ''; } catch (error) { return error.message; } }"
    for path in [] if name else (ROOT / "hyperviz" / "ui").rglob("*.js"):
        assert not page.evaluate(read, path.read_text("utf-8").replace("export default ", "const made = ")), path.name


def test_the_networks_stand_beside_the_title_and_cover_nothing(screen):
    name, page = screen
    if name:
        words = "e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect(); }"
        title, here = (page.locator(place).evaluate(words) for place in ("h1", ".verdict .here"))
        box = page.locator(".st-key-networks img:visible").bounding_box()
        assert box["x"] >= title["x"] + title["width"]
        assert box["y"] + box["height"] <= here["y"] or box["x"] >= here["x"] + here["width"]


def test_the_hero_is_whole_on_the_first_screen(screen):
    name, page = screen
    hero = page.locator(".st-key-hero .js-plotly-plot" if name else ".st-key-hero").bounding_box()
    assert hero["y"] + hero["height"] <= 800


def test_a_term_is_explained_once_where_it_stands_under_the_pointer_and_by_keyboard(screen):
    _, page = screen
    terms, card = page.locator(".stMainBlockContainer .term:visible"), page.locator("#term-card:popover-open")
    shown = terms.evaluate_all("all => all.map(e => e.dataset.term)")
    assert len(set(shown)) == len(shown) >= 5
    assert {"g", "hypernetwork"} & set(shown)
    assert terms.first.evaluate("e => !!e.closest('h1, .st-key-verdict')")
    terms.first.hover()
    assert glossary.meaning(shown[0]) in card.inner_text()
    card.hover()  # the card may be read, and its words marked
    page.wait_for_timeout(300)
    assert card.count()
    assert serious(page, "#term-card, .term[aria-expanded=true]") == []  # of the rest: below
    page.mouse.move(0, 0)
    card.wait_for(state="hidden")
    terms.nth(1).focus()
    assert glossary.meaning(shown[1]) in card.inner_text()
    page.keyboard.press("Escape")
    assert not card.count()
    page.keyboard.press("Enter")
    assert terms.nth(1).get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    assert terms.nth(1).get_attribute("aria-expanded") == "false"
    page.keyboard.press("Escape")


def test_a_link_s_preview_names_the_page_with_a_picture(screen, address):
    """What a chat or a search engine reads: no script runs there."""
    name, page = screen
    head = page.request.get(f"{address}/{name}").text().split("</head>")[0]
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', head))
    assert (name.capitalize() or "hyperviz") in found["title"]
    assert len(found["description"]) > 20
    assert page.request.get(found["image"]).headers["content-type"] == "image/png"
    assert (name.capitalize() or "hyperviz") in page.title()


def test_light_or_dark_wide_or_narrow_axe_finds_nothing_serious_and_nothing_overflows_sideways(screen):
    _, page = screen
    for scheme in ("light", "dark"):  # the next ones begin in dark: to recolour a page takes a second
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            recolour(page, scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, scheme
        assert serious(page) == [], scheme


def test_on_paper_all_charts_are_whole_and_light_with_the_settings_and_nothing_to_click(screen):
    name, page = screen
    recolour(page, "dark")
    fold = page.locator(".stExpander", has_text="The numbers").last
    fold.locator("summary").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    for box, svg in page.locator(".live").evaluate_all(SHEETS):
        assert svg == [box[0], box[1]]
        assert box[0] == SHEET
    assert set(page.evaluate(INK)) <= {style.LIGHT.ink}
    clicked = "header, button, input, .st-key-controls, [role=menu]"
    assert page.locator(clicked).evaluate_all("all => all.filter(e => e.checkVisibility()).length") == 0
    words = page.locator("[data-testid=stCaptionContainer]")
    assert words.evaluate_all(WITH_CHART)
    if name:
        box, settings = (page.locator(place).last.bounding_box() for place in (".live", ".settings"))
        assert settings["y"] < page.locator(".live").first.bounding_box()["y"]
        assert fold.bounding_box()["y"] > box["y"] + box["height"]  # an open fold stays where it was
        words = page.locator(".settings").inner_text()
        assert re.search(r"[LN] = \d+.*; hyperviz ", words)
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    fold.locator("summary").click()
    recolour(page, "light")


def test_every_label_of_a_saved_picture_is_whole_and_apart_in_any_font(screen):
    _, page = screen
    recolour(page, "dark")  # a picture for a slide is light all the same
    pictures = [saved(page, "Picture for print", i).decode() for i in range(page.locator(".live .more").count())]
    for svg, font in itertools.product(pictures, FONTS):
        assert "#e8eaf0" not in svg
        boxes = page.evaluate(MEASURE, [svg, font])
        assert boxes
        beyond = [text for text, left, top, right, bottom in boxes if min(left, top) < 0 or right > 976 or bottom > 556]
        assert beyond == [], font
        for (one, l1, t1, r1, b1), (two, l2, t2, r2, b2) in itertools.combinations(boxes, 2):
            apart = r1 <= l2 + CLOSE or r2 <= l1 + CLOSE or b1 <= t2 + 3 * CLOSE or b2 <= t1 + 3 * CLOSE
            assert apart, (font, one, two, (l1, t1, r1, b1), (l2, t2, r2, b2))


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
        assert [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS] == []
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
