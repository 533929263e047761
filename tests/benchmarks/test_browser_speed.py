"""Slider to new picture in a real browser, server and browser on the same cores; first visitor after the start."""

import time

import numpy as np
import pytest

from tests.load import hand
from tests.pages.browser import open_page, slider
from tests.pages.conftest import address, chromium, serving, tab  # noqa: F401

pytestmark = pytest.mark.browser
WATCH = """() => {
    const chart = document.querySelector('.js-plotly-plot');
    Object.assign(window, {mounted: chart, drawn: [], frames: 0, blank: 0, other: 0});
    chart.on('plotly_afterplot', () => window.drawn.push(performance.now()));
    const look = () => {
        const now = document.querySelector('.js-plotly-plot');
        window.frames += 1;
        window.blank += now?.querySelector('.main-svg') ? 0 : 1;
        window.other += now === window.mounted ? 0 : 1;
        requestAnimationFrame(look);
    };
    look();
}"""


def latencies(tab, label: str, moves: int, pause: float) -> np.ndarray:  # noqa: F811
    """Milliseconds from key press to the next redrawn hero chart; moves in mid-stream where `pause` is short."""
    tab.evaluate(WATCH)
    handle, found = slider(tab, label), []
    for i in range(moves):
        handle.focus()
        began = tab.evaluate("() => { window.drawn = []; return performance.now(); }")
        tab.keyboard.press("ArrowRight" if i % 12 < 6 else "ArrowLeft")
        tab.wait_for_function("window.drawn.length > 0", polling=5)
        found.append(tab.evaluate("window.drawn[0]") - began)
        time.sleep(pause)
    return np.array(found)


@pytest.mark.parametrize(
    ("path", "label", "p50", "p95"),
    [
        ("convergence", "width of f, n", 220, 400),
        ("prior", "width of f, n", 220, 400),
        ("prior?view=kernel", "width of f, n", 220, 400),
        ("taylor", "largest width of f, n", 220, 400),
        ("dynamics", "width of g, m", 220, 400),
        ("inpainting?images=50", "bandwidth (pixels), ℓ", 350, 700),
    ],
)
@pytest.mark.parametrize("pause", [0.4, 3.0], ids=["in mid-stream", "after a rest"])
def test_slider_to_first_picture(tab, address, path, label, p50, p95, pause):  # noqa: F811
    open_page(tab, f"{address}/{path}")
    time.sleep(15)  # warm: everything compiled, the first stream finished
    found = latencies(tab, label, 30 if pause < 1 else 15, pause)
    low, high = np.quantile(found, [0.5, 0.95])
    frames, blank, other = tab.evaluate("[window.frames, window.blank, window.other]")
    print(
        f"\n{path}: p50 {low:.0f} ms (wanted {p50}), p95 {high:.0f} ms (wanted {p95}); {blank} blank of {frames} frames"
    )
    assert (blank, other) == (0, 0)
    assert low <= p50
    assert high <= p95


def test_pictures_follow_the_hand(chromium):  # noqa: F811
    """At least four a second, or one for each place that the mouse passes, on every study page."""
    found = {}
    with serving() as started:
        for page, label in hand.MOVED.items():
            found[page] = hand.pace(chromium, f"{started}/{page}", label, hand.PLACE.get(page, 0), moves=1)
            print(f"\n{page}: {found[page].dragged:.1f} pictures a second, {found[page].places:.1f} places passed")
    assert all(pace.dragged >= min(4, 0.9 * pace.places) for pace in found.values())


def test_first_visitor_sees_a_chart_soon_after_the_start(chromium):  # noqa: F811
    began = time.monotonic()
    with serving(ready="/_stcore/health") as fresh:
        page = chromium.new_page()
        page.goto(f"{fresh}/convergence")
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=60_000)
        took = time.monotonic() - began
        print(f"\nstart of the server to first chart: {took:.1f} s (wanted 8)")
        assert took <= 8
        page.close()
