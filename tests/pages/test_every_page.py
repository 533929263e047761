"""Every page, opened once on a screen: assistive technology, width, pictures that leave it."""

import itertools
import re

import pytest

from hyperviz.figures import style
from hyperviz.studies.common import glossary
from hyperviz.studies.registry import STUDIES
from tests import ROOT
from tests.pages.browser import INK, alt, open_ended, recolour, saved, serious
from tests.pages.conftest import visitor

pytestmark = pytest.mark.browser
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
CLOSE = 2  # pixels that the boxes of two letters may share: boxes are higher than letters


@pytest.fixture(scope="module", params=["", *STUDIES], ids=lambda name: name or "home")
def screen(request, chromium, address):
    """The name of a page, and the page with its stored end state at 1280 x 800, light."""
    with visitor(chromium, viewport={"width": 1280, "height": 800}) as page:
        open_ended(page, f"{address}/{request.param}")
        yield request.param, page


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


@pytest.mark.parametrize(
    "looks",
    [
        (("light", 1280), ("dark", 390)),
        pytest.param((("light", 390), ("dark", 1280)), marks=pytest.mark.slow),
    ],
    ids=["", "the others"],
)
def test_light_or_dark_wide_or_narrow_axe_finds_nothing_serious_and_nothing_overflows_sideways(screen, looks):
    _, page = screen
    for scheme, width in looks:
        page.set_viewport_size({"width": width, "height": 800})
        recolour(page, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, scheme
        assert serious(page) == [], (scheme, width)


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
