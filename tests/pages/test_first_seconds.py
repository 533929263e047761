"""A visitor who has never been here: the title keeps its size, and controls answer before the second picture."""

import pytest

from tests.pages.browser import CHART, ENDED, slider, still
from tests.pages.conftest import DESK, PATIENCE

pytestmark = pytest.mark.browser
# what the page looked like at every change: the size of its title, and how many pictures came while a control was grey
WATCH = """
window.seen = { sizes: [], early: 0, pictures: new Set() };
new MutationObserver(() => {
  const title = document.querySelector('.stMainBlockContainer h1');
  if (title) window.seen.sizes.push(getComputedStyle(title).fontSize);
  for (const figure of document.querySelectorAll('[class*="_feed"] .fig')) {
    const text = figure.textContent;
    if (text && !window.seen.pictures.has(text)) {
      window.seen.pictures.add(text);
      if (document.querySelector('[data-testid=stSkeleton]')) window.seen.early += 1;
    }
  }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""
CHARTS = {"convergence": 5, "prior": 3, "taylor": 3, "dynamics": 3}


@pytest.fixture
def visitor(chromium):
    """An empty cache, and eyes from the first moment."""
    context = chromium.new_context(**DESK)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    yield page
    context.close()


@pytest.mark.parametrize(
    ("name", "framed"),
    [
        ("convergence", True),
        *(pytest.param(name, False, marks=pytest.mark.slow) for name in ("convergence", "prior", "taylor", "dynamics")),
    ],
)
def test_the_title_keeps_its_size_and_controls_are_there_before_the_second_picture(visitor, address, name, framed):
    url = f"{address}/{name}?seed=12345"  # nothing is stored of it
    if framed:
        visitor.goto(f"{address}/_stcore/health")
        visitor.set_content(f'<iframe src="{url}" width="1200" height="700"></iframe>')
        page = visitor.frame_locator("iframe").owner.element_handle().content_frame()
    else:
        visitor.goto(url)
        page = visitor.main_frame
    page.wait_for_selector(CHART)
    page.wait_for_function("window.seen.pictures.size > 5")
    seen = page.evaluate("({ ...window.seen, pictures: 0 })")
    assert len(set(seen["sizes"])) == 1
    assert seen["early"] <= CHARTS[name]  # one picture a chart
    assert page.evaluate("document.querySelectorAll('[data-testid=stSkeleton]').length") == 0


def test_a_slider_answers_while_pictures_come(tab, address):
    tab.goto(f"{address}/dynamics?seed=54321")
    tab.wait_for_selector(CHART)
    slider(tab, "width of g, m").focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_url("**width_g=8**")


def test_a_preset_shows_its_stored_end_state_and_run_live_overwrites_it(tab, address):
    tab.goto(f"{address}/convergence")
    tab.locator(".st-key-status").get_by_text("Stored on ").wait_for()
    tab.get_by_text("a million wide", exact=True).click()
    tab.wait_for_url("**width_f=1000000**")
    chart = "document.querySelector('.js-plotly-plot')"
    tab.wait_for_function(f"{chart}?.ariaLabel?.includes('n = 1,000,000, m = 1,000,000')")
    assert "Finished." in tab.evaluate(f"{chart}.ariaLabel")
    tab.get_by_role("button", name="Run live").click()
    tab.get_by_role("button", name="Pause").click()
    tab.get_by_role("button", name="Go on").wait_for()
    assert "n = 1,000,000, m = 1,000,000" in tab.evaluate(f"{chart}.ariaLabel")
    tab.get_by_role("button", name="Go on").click()
    tab.get_by_role("button", name="Pause").wait_for()


def test_a_paused_page_keeps_its_pictures_and_its_numbers(tab, address):
    tab.goto(f"{address}/convergence?draws=1024&seed=99")
    chart = "document.querySelector('.js-plotly-plot')"
    tab.wait_for_function(f"/^([3-9][0-9]|[1-9][0-9]{{2}}) of 1024/.test({chart}?.ariaLabel ?? '')")
    tab.get_by_role("button", name="Pause").click()
    tab.get_by_role("button", name="Go on").wait_for()
    tab.wait_for_function(ENDED)  # nothing comes any more
    still(tab)
    shown = int(tab.evaluate(f"{chart}.ariaLabel").split(" of ")[0])
    assert 30 <= shown < 1024
