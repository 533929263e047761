"""The canvas in a real browser: mouse, finger, pen and keyboard, and what the server holds of it."""

import re

import numpy as np
import pytest

from tests.pages.browser import Canvas
from tests.pages.conftest import PATIENCE, serving

pytestmark = pytest.mark.browser
SIZE = 28
RUBBER = {"pointerType": "pen", "pointerId": 1, "buttons": 32}  # 1: the id of a pointer that Chromium knows
PIXEL = "([x, y]) => document.querySelector('[data-testid=stCode]')?.innerText.split(/\\s+/)[y * 28 + x]"


class Told(Canvas):
    """The same, with what the server says it holds."""

    def told(self, text):
        self.tab.get_by_test_id("stCaptionContainer").filter(has_text=re.compile(text)).wait_for()

    def pixel(self, x, y, value):
        self.tab.wait_for_function(f"([x, y, v]) => ({PIXEL})([x, y]) === v", arg=[x, y, str(value)])

    def image(self):
        numbers = self.tab.get_by_test_id("stCode").inner_text().split()
        return np.array(numbers, int).reshape(SIZE, SIZE)


@pytest.fixture(scope="module")
def canvas_address():
    with serving(script="tests/pages/canvas_app.py", ready="/_stcore/health") as address:
        yield address


@pytest.fixture
def canvas(tab, canvas_address):
    tab.goto(canvas_address)
    return Told(tab)


def stroke(a, b, width=2.5):
    """A line with round ends, its edge fading over a pixel: what the canvas should hold, in plain loops."""
    image = np.zeros((SIZE, SIZE))
    for row in range(SIZE):
        for column in range(SIZE):
            near = min(np.hypot(column + 0.5 - x, row + 0.5 - y) for x, y in np.linspace(a, b, 400))
            image[row, column] = 255 * np.clip(width / 2 + 0.5 - near, 0, 1)
    return image


def test_a_stroke_reaches_the_server_while_it_is_drawn(canvas):
    canvas.press((6, 8), (20, 14))
    canvas.told("ink [1-9].* done False")
    canvas.tab.mouse.up()
    canvas.told("done True")
    assert (
        np.abs(canvas.image() - stroke((6, 8), (20, 14))).max() <= 12
    )  # half a step of grey, and a mouse's whole pixels


def test_every_tool_does_what_it_says_and_undo_takes_back_even_a_loaded_picture(canvas):
    canvas.drag((6, 8), (20, 8))
    canvas.choose("hide", "box")
    canvas.drag((2.5, 14.5), (10.5, 20.5))
    canvas.told("hidden 63,")  # 9 x 7, both ends included
    canvas.choose("hide", "reveal")
    canvas.drag((6.5, 17.5))
    canvas.told("hidden (4[0-9]|5[0-9]),")
    canvas.choose("draw", "eraser")
    canvas.drag((13, 2), (13, 14))
    canvas.pixel(13, 8, 0)
    assert canvas.image()[8, 7] == 255
    canvas.tab.get_by_role("button", name="show all").click()
    canvas.told("hidden 0,")
    canvas.tab.get_by_role("button", name="clear").click()
    canvas.told("ink 0,")
    canvas.tab.get_by_role("button", name="undo").click()
    canvas.told("ink [1-9]")
    canvas.tab.get_by_text("load a seven").click()
    canvas.pixel(7, 8, 0)
    canvas.tab.get_by_role("button", name="undo").click()
    canvas.pixel(7, 8, 255)


def test_a_pen_draws_its_other_end_erases_and_a_keyboard_alone_is_enough(canvas):
    pen = canvas.tab.context.new_cdp_session(canvas.tab)
    for kind, y in (("mousePressed", 4), ("mouseMoved", 24), ("mouseReleased", 24)):
        where = dict(zip("xy", canvas.at(14, y), strict=True))
        look = {"type": kind, "pointerType": "pen", "button": "left", "buttons": 1, "clickCount": 1}
        pen.send("Input.dispatchMouseEvent", look | where)
    canvas.pixel(14, 14, 255)
    for kind, y in (("pointerdown", 4), ("pointermove", 24), ("pointerup", 24)):
        canvas.dispatch(kind, 14, y, button=5, **RUBBER)
    canvas.pixel(14, 14, 0)
    canvas.overlay.focus()
    for key in ("ArrowRight", "Space", "ArrowRight", "ArrowRight", "ArrowDown", "Space"):
        canvas.tab.keyboard.press(key)
    canvas.pixel(17, 15, 255)
    assert canvas.tab.get_by_role("status").inner_text() == "pen up, row 16, column 18"
    canvas.tab.keyboard.press("Control+z")
    canvas.pixel(17, 15, 0)


def test_a_finger_draws_without_scrolling_the_page_and_a_second_one_does_not_draw(chromium, canvas_address):
    context = chromium.new_context(viewport={"width": 390, "height": 600}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(canvas_address)
    canvas, touch, scrolled = Told(page), context.new_cdp_session(page), page.evaluate("window.scrollY")

    def fingers(kind, *points):
        touches = [dict(zip("xy", canvas.at(*point), strict=True), id=i) for i, point in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    fingers("touchStart", (6, 6))
    fingers("touchMove", (6, 20))
    fingers("touchStart", (6, 20), (20, 20))
    fingers("touchMove", (6, 21), (20, 6))
    fingers("touchEnd")
    canvas.told("ink [1-9].* done True")
    assert page.evaluate("[window.scrollY, document.documentElement.scrollWidth]") == [scrolled, 390]
    image = canvas.image()
    assert image[6:21, 6].min() > 100
    assert image[:, 12:].max() == 0
    context.close()
