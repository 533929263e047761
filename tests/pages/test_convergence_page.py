"""/convergence in a real browser."""

import io
import re

import numpy as np
import pandas as pd
import pytest

from hyperviz.studies.convergence import study
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.theory import analytic
from tests.pages.browser import alt, dragged, move, open_ended, open_page, slider, trace, wait_for_alt
from tests.pages.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("compiled_lightly")]  # as the server: numbers are compared
LIMIT = "the limit"
MOST = "8 of 10"
OPACITY = "+getComputedStyle(document.querySelector('.verdict')).opacity"


def test_moving_a_width_slider_redraws_the_empirical_curve_and_not_the_limit(tab, address):
    open_page(tab, f"{address}/convergence?draws=16")
    wait_for_alt(tab, "n = 64,")
    wait_for_alt(tab, "16 of 16")
    limit, before = trace(tab, LIMIT), trace(tab, MOST)
    move(tab, "width of f, n", 2)
    wait_for_alt(tab, "16 of 16 random networks drawn at n = 256,")
    tab.get_by_role("img", name="f has 3 × 256 hidden neurons and must write the n_L = 8,384 weights of g").wait_for()
    assert trace(tab, LIMIT) == limit
    assert trace(tab, MOST) != before
    words = [tab.locator(place).inner_text() for place in (".verdict .here", ".st-key-status")]  # with terms in them
    assert re.match(r"n = 256, m = 64: random networks disagree by a factor of [\d,.]+", words[0])
    assert words[1].count("16 of 16 random networks drawn at n = 256, m = 64") == 1
    assert "width_f=256" in tab.url
    pictures_follow_the_hand(tab)
    a_hand_at_rest_has_the_next_picture(tab)


def pictures_follow_the_hand(tab) -> None:
    """A drag from n = 256 to 1,024: a picture of each place while the button is down, and the link when it is not."""
    marked = "document.querySelector('.st-key-convergence-curve_feed .fig').dataset.mark"
    before = tab.evaluate(marked)
    with dragged(tab, "width of f, n") as to:
        for n in ("128", "32", "1,024"):
            to(n)
            wait_for_alt(tab, f"random networks drawn at n = {n},")
            tab.keyboard.press("Escape")  # no key lets go of what a mouse holds, nor 0.3 s later
            tab.wait_for_timeout(350)
        assert "width_f=256" in tab.url
        assert tab.evaluate(marked) == before
        tab.wait_for_function(f"{OPACITY} < 1")  # the words are of n = 256
    tab.wait_for_url("**width_f=1024*")
    tab.wait_for_function(f"{OPACITY} === 1")
    tab.wait_for_function(f"before => {marked} !== before", arg=before)
    wait_for_alt(tab, "16 of 16 random networks drawn at n = 1,024,")


def a_hand_at_rest_has_the_next_picture(tab) -> None:
    """At rest on n = 2,048, the place beside is asked for, and shown when the hand goes there, without a question."""
    beside, asked = [], []
    tab.on("response", lambda r: beside.append(r) if "value=2%2C048&side=1" in r.url and r.status == 200 else None)
    move(tab, "width of f, n", 1)
    for tick in range(1, 4 * PATIENCE):
        tab.wait_for_timeout(250)
        if beside:
            break
        if tick % 16 == 0:  # where others compute, the browser gives up after a few tries
            slider(tab, "width of f, n").blur()
            slider(tab, "width of f, n").focus()
    assert beside
    tab.on("request", lambda request: asked.append(request.url) if "/drag/" in request.url else None)
    move(tab, "width of f, n", 1)
    wait_for_alt(tab, "random networks drawn at n = 4,096,")
    assert [url for url in asked if "side=" not in url] == []
    tab.wait_for_url("**width_f=4096*")
    wait_for_alt(tab, "16 of 16 random networks drawn at n = 4,096,")


def test_a_link_s_numbers_are_the_library_s_on_the_screen_and_in_the_csv_and_the_same_again(tab, address):
    url = f"{address}/convergence?depth_f=2&depth_g=3&width_f=37&width_g=1000&x=1,0&draws=16&seed=5"
    settings = ConvergenceSettings(depth_f=2, depth_g=3, width_f=37, width_g=1000, x="1,0", draws=16, seed=5)
    open_page(tab, url)
    wait_for_alt(tab, "16 of 16 random networks drawn at n = 37, m = 1,000")
    first = trace(tab, MOST)
    assert slider(tab, "width of f, n").get_attribute("aria-valuetext") == "37"
    limit_is_the_library_s(tab, settings)
    tab.get_by_text("The numbers, the code, the link").click()
    with tab.expect_download() as download:
        tab.get_by_text("Download CSV").click()
    found = pd.read_csv(io.BytesIO(download.value.path().read_bytes()))
    kernel = found[found.quantity == "kernel"]
    result = next(result for result in study.stream(settings) if len(result.curves) == settings.draws)
    np.testing.assert_allclose(kernel.theory, result.theory, rtol=1e-5)
    np.testing.assert_allclose(kernel.value, result.curves.mean(0), rtol=1e-5)
    open_page(tab, url)
    wait_for_alt(tab, "16 of 16 random networks drawn at n = 37, m = 1,000")
    assert trace(tab, MOST) == first


def limit_is_the_library_s(tab, settings) -> None:
    x, z = study.points(settings, study.ANGLES)
    row = analytic.kernels(x, z, depth_f=2, depth_g=3).hyperkernel[study.ORIGIN]
    script = "name => document.querySelector('.js-plotly-plot').data.find(t => t.name.startsWith(name)).customdata"
    shown = tab.evaluate(f"name => Array.from(({script})(name)._inputArray ?? ({script})(name))", LIMIT)
    np.testing.assert_allclose(shown, row, rtol=1e-5)
    exact = (
        "name => document.querySelectorAll('.js-plotly-plot')[4].calcdata.some(p => p[0].trace.name.startsWith(name))"
    )
    tab.wait_for_function(exact, arg="Θ<sub>f</sub> exact; limit 3")
    np.testing.assert_allclose(trace(tab, "Θ<sub>f</sub> exact", chart=4), 3, rtol=1e-5)  # L = 2: 3 / n, exactly


def test_a_bad_link_is_mended_and_says_so(tab, address):
    open_page(tab, f"{address}/convergence?width_f=99999999&depth_g=deep&colour=red&draws=16")
    wait_for_alt(tab, "n = 1,000,000")
    (said,) = tab.locator('[data-testid="stAlert"]').all_inner_texts()
    for part in (
        "width_f=99999999",
        "showing 1,000,000",
        "depth_g=deep",
        "showing the default",
        "colour is not a setting",
    ):
        assert part in said
    assert "width_f=1000000" in tab.url


def test_a_preset_changes_the_link_and_reset_empties_it(tab, address):
    open_page(tab, f"{address}/convergence?draws=16")
    tab.get_by_text("only g wide", exact=True).click()
    wait_for_alt(tab, "n = 8, m = 16,384")
    assert "width_g=16384" in tab.url
    tab.get_by_text("The numbers, the code, the link").click()
    tab.get_by_text("Reset to defaults").click()
    wait_for_alt(tab, "n = 64, m = 64")
    assert "?" not in tab.url


def test_zoom_stays_and_the_chart_is_never_blank_or_remounted_while_it_streams(tab, address):
    open_page(tab, f"{address}/convergence")
    tab.wait_for_selector(".st-key-hero .js-plotly-plot .main-svg")  # another may be drawn before it
    tab.evaluate("""() => {
        const chart = document.querySelector('.st-key-hero .js-plotly-plot');
        Object.assign(window, {mounted: chart, frames: 0, blank: 0, other: 0});
        const look = () => {
            const now = document.querySelector('.st-key-hero .js-plotly-plot');
            window.frames += 1;
            window.blank += now?.querySelector('.main-svg') ? 0 : 1;
            window.other += now === window.mounted ? 0 : 1;
            requestAnimationFrame(look);
        };
        look();
    }""")
    box = tab.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    tab.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    tab.mouse.down()
    tab.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    tab.mouse.up()
    tab.wait_for_function("window.mounted._fullLayout.xaxis.range[0] > -1.5")
    zoomed = tab.evaluate("window.mounted._fullLayout.xaxis.range")
    for steps in (1, 1, -1):
        before = alt(tab)
        move(tab, "width of g, m", steps)
        tab.wait_for_function(
            "before => (document.querySelector('.js-plotly-plot')?.ariaLabel ?? before) !== before", arg=before
        )
    assert tab.evaluate("[window.blank, window.other]") == [0, 0]
    assert tab.evaluate("window.frames") > 10
    assert tab.evaluate("window.mounted._fullLayout.xaxis.range") == zoomed


def test_a_slider_moved_on_before_its_last_move_was_answered_is_heard(tab, address):
    """The browser then still sends the address of the move before: it must not be taken for a link."""
    open_ended(tab, f"{address}/convergence")
    for i in range(8):
        move(tab, "width of f, n", 2 if i % 2 == 0 else -2)
        wait_for_alt(tab, "n = 256," if i % 2 == 0 else "n = 64,")
