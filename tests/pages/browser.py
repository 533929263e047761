"""What a person does in a tab: open, wait for a picture, move a slider, read what the chart holds."""

import contextlib

from axe_playwright_python.sync_playwright import Axe

from hyperviz.figures import style

CHART = ".js-plotly-plot .main-svg"
# the server has sent all, and every control and chart is there
ENDED = """() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton]')
    && [...document.querySelectorAll('.live .plot')].every(p => p._fullLayout)"""
INK = "[...document.querySelectorAll('.js-plotly-plot')].map(chart => chart._fullLayout.font.color)"
# nothing moves any more: five frames alike, and no transition under way
STILL = """async () => {
    await document.fonts.ready;
    const parts = 'h1, h2, .verdict, .plot, .board, .stSlider, summary, img, .menu';
    const box = part => { const b = part.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; };
    const ends = animation => animation.effect.getComputedTiming().endTime !== Infinity;
    for (let before = '', same = 0; same < 5;) {
        await new Promise(requestAnimationFrame);
        const now = JSON.stringify([innerWidth, ...[...document.querySelectorAll(parts)].map(box)]);
        same = now === before && !document.getAnimations().some(ends) ? same + 1 : 0;
        before = now;
    }
}"""
# the middle of a slider's thumb, and its track from where to how far
THUMB = """slider => {
    const all = slider.closest('.stSlider'), track = all.querySelector('[role=group] > div').getBoundingClientRect();
    const thumb = all.querySelector('[data-testid=stSliderThumbValue]').parentElement.getBoundingClientRect();
    return [thumb.x + thumb.width / 2, thumb.y + thumb.height / 2, track.x, track.width];
}"""


def open_page(tab, url: str) -> None:
    tab.goto(url)
    tab.wait_for_selector(CHART)


def still(tab) -> None:
    """Until nothing moves any more."""
    tab.evaluate(STILL)


def open_ended(tab, url: str) -> None:
    """Opens a page whose end state is stored, and waits until all of it is there."""
    tab.goto(url)
    tab.wait_for_selector(f"{CHART}, img[alt]")
    tab.wait_for_function(ENDED)
    still(tab)


def recolour(tab, scheme: str) -> None:
    """The system turns light or dark; until every chart and the page itself have followed."""
    tab.emulate_media(color_scheme=scheme)
    wanted = {"light": style.LIGHT, "dark": style.DARK}[scheme]
    background = "rgb({}, {}, {})".format(*bytes.fromhex(wanted.background[1:]))
    tab.wait_for_function(
        f"""([ink, background]) => {INK}.every(colour => colour === ink)
            && getComputedStyle(document.querySelector('.stApp')).backgroundColor === background""",
        arg=[wanted.ink, background],
    )
    still(tab)


def saved(tab, item: str, chart: int) -> bytes:
    """What an item of a chart's menu downloads."""
    tab.locator(".live .more").nth(chart).click()
    with tab.expect_download() as download:
        tab.locator(".live .menu:visible").get_by_role("menuitem", name=item).click()
    return download.value.path().read_bytes()


SERIOUS = {"serious", "critical"}


def serious(page, part: str | None = None) -> list:
    """What axe says of the page, or of a part of it."""
    found = Axe().run(page, context=part).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in SERIOUS]


def slider(tab, label: str):
    return tab.locator(f'input[type=range][aria-label="{label}"]')


def move(tab, label: str, steps: int) -> None:
    """Arrow keys, as a person without a mouse would."""
    slider(tab, label).focus()
    for _ in range(abs(steps)):
        tab.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")


@contextlib.contextmanager
def dragged(tab, label: str):
    """A mouse that holds a slider's thumb, and lets go of it at the end; moves until the slider says some words."""
    found = slider(tab, label)
    found.scroll_into_view_if_needed()
    x, y, left, wide = found.evaluate(THUMB)
    step = wide / max(int(found.get_attribute("max")), 1)
    tab.mouse.move(x, y)
    tab.mouse.down()

    def to(words: str) -> None:
        """Goes along the track, from its left end, until the slider stands there."""
        for i in range(int(found.get_attribute("max")) + 1):
            tab.mouse.move(left + i * step, y)
            if found.get_attribute("aria-valuetext") == words:
                return
        raise AssertionError(f"{label} has no place {words}")

    yield to
    tab.mouse.up()


def alt(tab, chart: int = 0) -> str:
    return tab.locator(".js-plotly-plot").nth(chart).get_attribute("aria-label") or ""


def wait_for_alt(tab, text: str, chart: int = 0) -> None:
    tab.wait_for_function(
        "([n, text]) => document.querySelectorAll('.js-plotly-plot')[n]?.getAttribute('aria-label')?.includes(text)",
        arg=[chart, text],
    )


def trace(tab, name: str, chart: int = 0) -> list[float]:
    """The y values of a trace whose name begins so, as the browser drew them, once it has."""
    script = """([n, name]) => document.querySelectorAll('.js-plotly-plot')[n]?.calcdata
        ?.find(points => points[0].trace.name?.startsWith(name))?.map(point => point.y)"""
    return tab.wait_for_function(script, arg=[chart, name]).json_value()


def to_the_left(tab, label: str) -> None:
    """The Home key: the slider's first position."""
    slider(tab, label).focus()
    tab.keyboard.press("Home")


class Canvas:
    """The drawing canvas and a visitor's hand; positions in its 28 x 28 pixels."""

    def __init__(self, tab):
        self.tab, self.overlay = tab, tab.locator(".overlay")
        self.overlay.scroll_into_view_if_needed()

    def at(self, x, y):
        area = self.overlay.bounding_box()
        return area["x"] + x * area["width"] / 28, area["y"] + y * area["height"] / 28

    def choose(self, group, tool):
        self.tab.locator(".group", has_text=group).get_by_text(tool, exact=True).click()

    def press(self, *points):
        """Mouse button down at the first point, and along the others."""
        self.tab.mouse.move(*self.at(*points[0]))
        self.tab.mouse.down()
        for point in points[1:]:
            self.tab.mouse.move(*self.at(*point), steps=4)

    def drag(self, *points):
        self.press(*points)
        self.tab.mouse.up()

    def dispatch(self, kind, x, y, **init):
        """A pointer event as a device of its own would send it."""
        left, top = self.at(x, y)
        init = {"bubbles": True, "clientX": left, "clientY": top} | init
        self.overlay.evaluate(
            "(canvas, [kind, init]) => canvas.dispatchEvent(new PointerEvent(kind, init))", [kind, init]
        )
