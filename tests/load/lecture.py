"""python -m tests.load.lecture: seconds that a teacher waits, over all steps of the lecture, in Chromium.

A step is waited for twice: from the key until its question stands there and the run has ended, and from the answer to
the picture.
"""

from __future__ import annotations

import sys
import time

from playwright.sync_api import Page, sync_playwright

from hyperviz.studies import lecture
from tests.load.server import served
from tests.pages.conftest import CHROMIUM

ASKED = """asked => document.querySelector('.tour.asks .question')?.textContent.replaceAll('\\u00a0', ' ') === asked
    && [...document.querySelectorAll('button')].some(b => b.textContent === 'show me')
    && document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('.st-key-hero .live .plot')?._fullLayout"""
SHOWN = "() => document.querySelector('.st-key-hero .live .plot').checkVisibility({ visibilityProperty: true })"


def waited(page: Page, stop: lecture.Stop) -> tuple[float, float]:
    """Return the seconds until a step has its question and, hidden, its picture; and from the answer to the picture."""
    began = time.monotonic()
    page.wait_for_function(ASKED, arg=lecture.step(stop).question)
    asked = time.monotonic()
    page.get_by_role("button", name="show me").click()
    page.wait_for_function(SHOWN)
    shown = time.monotonic()
    page.locator(".reply .chip").wait_for()  # nobody goes on before: it is spoken about
    return asked - began, shown - asked


def walked(page: Page, address: str) -> float:
    """Print the waits of every step, and return their sum."""
    total = 0.0
    page.goto(f"{address}/?tour=lecture")
    page.get_by_role("link", name="Start the lecture").click()
    for i, stop in enumerate(lecture.walk(True)):
        if i:
            page.keyboard.press("n")
        question, picture = waited(page, stop)
        total += question + picture
        print(f"{stop.study} {stop.number}: {question:.1f} s to the question, {picture:.1f} s to the picture")
    return total


def main() -> int:
    """Walk through the lecture once."""
    with served("app.py") as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(120_000)
        print(f"waits of a lecture: {walked(page, address):.1f} s (goal: under 20)")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
