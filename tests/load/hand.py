"""python -m tests.load.hand: from a key to the picture, and pictures while the mouse drags, beside the stock loop."""

from __future__ import annotations

import argparse
import math
import sys
import time
from typing import NamedTuple

import numpy as np
from playwright.sync_api import sync_playwright

from tests.load.moves import STOCK
from tests.load.server import served
from tests.pages.browser import CHART, THUMB, slider
from tests.pages.conftest import CHROMIUM, DESK

# a page, and the slider that is moved on it; the first chart of /rotation is stored, the next follows the hand
MOVED = {
    "convergence": "width of f, n",
    "prior": "width of f, n",
    "taylor": "largest width of f, n",
    "dynamics": "width of g, m",
    "rotation": "width of g, m",
    "inpainting": "bandwidth (pixels), ℓ",
}
PLACE = {"rotation": 1}
PAUSE = 0.8  # seconds between two keys
SWEEP, SECONDS = 4.0, 4.0  # seconds that the mouse takes to and fro, and that it drags
# when the chart is drawn, in any page: the stock loop tells nobody
WATCH = """place => {
    window.drawn = [];
    new MutationObserver((changes) => {
        const chart = document.querySelectorAll('.js-plotly-plot')[place];
        const layers = '.cartesianlayer, .imagelayer, .infolayer'; // the last: names of curves without a point yet
        const inside = ({ target }) => chart?.contains(target) && target.closest?.(layers);
        if (changes.some(inside)) window.drawn.push(performance.now());
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""
# where a key moves the slider: at its end it would move nothing, and the next picture be none of this key
KEY = """(slider, forward) => {
    const ends = slider.value === slider[forward ? 'max' : 'min'];
    return ends === forward ? 'ArrowLeft' : 'ArrowRight';
}"""
PRESSED = """() => {
    window.drawn.length = 0;
    addEventListener('keydown', () => { window.pressed = performance.now(); }, { capture: true, once: true });
}"""


class Pace(NamedTuple):
    """Say how fast the pictures of a page come."""

    waits: np.ndarray  # milliseconds from a key to the chart, key by key
    dragged: float  # pictures a second while the mouse drags
    places: float  # of the slider, passed in a second: no more pictures are owed


def keys(tab, label: str, moves: int) -> np.ndarray:
    """Return the milliseconds from each key to the next drawn chart; the first two find what is kept cold."""
    found = []
    for i in range(moves + 2):
        slider(tab, label).focus()
        time.sleep(PAUSE)
        key = slider(tab, label).evaluate(KEY, i % 8 < 4)
        tab.evaluate(PRESSED)
        tab.keyboard.press(key)
        tab.wait_for_function("window.drawn.length > 0", polling=5)
        found.append(tab.evaluate("window.drawn[0] - window.pressed"))
    return np.array(found[2:])


def drag(tab, label: str) -> tuple[float, float]:
    """Return the pictures, and the places of the slider, in a second of a mouse that goes to and fro."""
    found = slider(tab, label)
    found.scroll_into_view_if_needed()
    x, y, left, wide = found.evaluate(THUMB)
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.evaluate("window.drawn.length = 0")
    places, last, began = 0, "", time.monotonic()
    while (now := time.monotonic() - began) < SECONDS:
        tab.mouse.move(left + wide * (0.5 + 0.4 * math.sin(2 * math.pi * now / SWEEP)), y)
        said = found.get_attribute("aria-valuetext") or ""
        places, last = places + (said != last), said
    drawn = tab.evaluate("window.drawn.length")
    tab.mouse.up()
    return drawn / SECONDS, places / SECONDS


def pace(browser, address: str, label: str, place: int = 0, moves: int = 12) -> Pace:
    """Return the pace of one page's pictures, opened anew."""
    tab = browser.new_page(**DESK)
    tab.goto(address)
    tab.wait_for_selector(CHART)
    time.sleep(3)
    tab.evaluate(WATCH, place)
    found = Pace(keys(tab, label, moves), *drag(tab, label))
    tab.close()
    return found


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser("python -m tests.load.hand", description=__doc__)
    parser.add_argument("pages", nargs="*", default=[*MOVED])
    parser.add_argument("--moves", type=int, default=12)
    given = parser.parse_args()
    print(f"{'':16}{'key p50':>8} {'p95':>8} {'stock':>8} {'ratio':>8} {'drag/s':>8} {'places/s':>8}")
    with (
        served(STOCK, ready="/_stcore/health") as (stock, _),
        served("app.py") as (address, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for page in given.pages:
            beside = pace(browser, stock, "width of f", moves=given.moves)
            found = pace(browser, f"{address}/{page}", MOVED[page], PLACE.get(page, 0), given.moves)
            print(line(page, found, beside), flush=True)
        browser.close()
    return 0


def line(page: str, found: Pace, beside: Pace) -> str:
    """Return one line of the table."""
    (low, high), stock = np.quantile(found.waits, [0.5, 0.95]), float(np.median(beside.waits))
    numbers = (f"{n:8.0f}" for n in (low, high, stock))
    return f"/{page:15}{' '.join(numbers)} {low / stock:8.2f} {found.dragged:8.1f} {found.places:8.1f}"


if __name__ == "__main__":
    sys.exit(main())
