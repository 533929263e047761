"""Settings stay: what was set is what every control shows, folded or not, and what the link says."""

import dataclasses
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from hyperviz.studies import stored_results
from hyperviz.studies.common.options import changed, options
from hyperviz.studies.registry import STUDIES
from hyperviz.ui.controls import MORE, STALE
from tests.pages.browser import CHART, move, open_page

pytestmark = pytest.mark.browser
MOVED = "depth_f"  # the control that a visitor moves on every page
LIGHT = {
    "draws": 64,
    "kernel": "nngp",
    "epochs": 2,
    "time": 1.0,
    "starts": 32,
    "depth_g": 2,
}  # so that runs are short
# by default one page: all have one loop, and each opens three times here
SOME = [name if name == "inpainting" else pytest.param(name, marks=pytest.mark.slow) for name in STUDIES]
READ = """prefix => Object.fromEntries([...document.querySelectorAll(`[class*="st-key-${prefix}-"]`)].map(box => {
    const name = [...box.classList].find(c => c.startsWith(`st-key-${prefix}-`)).slice(`st-key-${prefix}-`.length);
    const range = box.querySelector('input[type=range]'), chosen = box.querySelector('[role=radio][aria-checked=true]');
    return [name, range ? range.ariaValueText : chosen ? chosen.textContent.trim() : box.querySelector('input')?.value];
}))"""


def other(name, declared):
    """A legal value that is neither the default nor the lowest or first, which a control mounted late would take."""
    if name in LIGHT and LIGHT[name] != declared.default:
        return LIGHT[name]
    if declared.choices:
        return next(choice for choice in reversed(declared.choices) if choice != declared.default)
    grid = [value for value in declared.grid[1:5] if value != declared.default]
    return grid[-1] if len(declared.grid) > 2 else declared.high


def unusual(study):
    """Every setting of a page away from its default, but for one, which is moved."""
    declared = options(STUDIES[study].settings)
    light = {"images": 50} if study == "inpainting" else {}
    values = {
        name: other(name, o) for name, o in declared.items() if not o.text and name not in (MOVED, "view", "dataset")
    }
    return STUDIES[study].settings(**values | light)


def same(found: str, value) -> bool:
    """Whether a control says this value: sliders write separators, number fields do not."""
    return found == value if isinstance(value, str) else abs(float(found.replace(",", "")) - value) < 1e-9


def link(tab) -> dict:
    return dict(parse_qsl(urlsplit(tab.url).query))


def wrong(tab, study, settings) -> dict:
    """The controls that do not stand at their setting."""
    wanted = {n: getattr(settings, n) for n, o in options(type(settings)).items() if not o.text}
    tab.wait_for_function(
        f"([prefix, names]) => {{ const found = ({READ})(prefix); return names.every(n => found[n]); }}",
        arg=[study, [*wanted]],
    )
    found = tab.evaluate(READ, study)
    return {name: (found[name], value) for name, value in wanted.items() if not same(found[name], value)}


def fold(tab):
    tab.locator(".st-key-controls summary", has_text=MORE).click()


def move_on(tab, study, steps):
    """Moves the slider, and waits until the link says so."""
    (label,) = [o.label for n, o in options(STUDIES[study].settings).items() if n == MOVED]
    before = tab.url
    move(tab, f"{label}, L", steps)
    tab.wait_for_function("before => location.href !== before", arg=before)


@pytest.mark.parametrize("study", SOME)
def test_every_setting_stays_when_another_moves_and_the_fold_opens(tab, address, study):
    settings = unusual(study)
    given = {name: str(value) for name, value in dataclasses.asdict(settings).items() if name != MOVED}
    url = f"{address}/{study}?{urlencode(given)}"
    open_page(tab, url)
    assert wrong(tab, study, settings) == {}
    move_on(tab, study, -1)
    settings = dataclasses.replace(settings, **{MOVED: getattr(settings, MOVED) - 1})
    written = link(tab)
    fold(tab)
    assert wrong(tab, study, settings) == {}
    move_on(tab, study, -1)
    assert link(tab) == written | {MOVED: str(getattr(settings, MOVED) - 1)}
    settings = dataclasses.replace(settings, **{MOVED: getattr(settings, MOVED) - 1})
    assert wrong(tab, study, settings) == {}
    tab.reload()
    tab.wait_for_selector(CHART)
    assert wrong(tab, study, settings) == {}


def test_settings_stay_over_a_change_of_page_the_back_button_and_a_second_tab(tab, address):
    settings = unusual("convergence")
    open_page(tab, f"{address}/convergence?{urlencode(dataclasses.asdict(settings))}")
    move_on(tab, "convergence", 1)
    settings = dataclasses.replace(settings, depth_f=settings.depth_f + 1)
    tab.get_by_role("link", name="Prior").click()
    tab.wait_for_selector(".st-key-prior-width_f")
    tab.get_by_role("link", name="Convergence").click()
    assert wrong(tab, "convergence", settings) == {}
    second = tab.context.new_page()
    open_page(second, tab.url)
    assert wrong(second, "convergence", settings) == {}
    move_on(tab, "convergence", 1)
    tab.wait_for_timeout(1000 * STALE + 500)  # an address that the page wrote just now is none that a visitor chose
    tab.go_back()
    tab.wait_for_function("() => document.querySelector('.st-key-convergence-depth_f input')?.ariaValueText === '5'")
    assert wrong(tab, "convergence", settings) == {}


def test_presets_and_reset_set_every_control_folded_ones_too(tab, address):
    open_page(tab, f"{address}/rotation?{urlencode(dataclasses.asdict(unusual('rotation')))}")
    for name, settings in list(stored_results.views("rotation").items())[-2:]:
        tab.get_by_text(name, exact=True).click()
        tab.wait_for_function("() => document.querySelector('.st-key-rotation-seed input')?.value === '0'")
        tab.wait_for_function("wanted => location.search === wanted", arg="?" + urlencode(changed(settings)))
        assert wrong(tab, "rotation", settings) == {}
    tab.get_by_text("The numbers, the code, the link").click()
    tab.get_by_text("Reset to defaults").click()
    tab.wait_for_function("() => !location.search")
    assert wrong(tab, "rotation", STUDIES["rotation"].settings()) == {}


def test_the_folded_controls_are_reached_from_the_fold_with_one_tab_stop(tab, address):
    open_page(tab, f"{address}/convergence?draws=16&seed=7")
    assert "draws 16, seed 7" in tab.get_by_text("Set in the fold").inner_text()
    fold(tab)
    tab.wait_for_selector(".st-key-convergence-activation_f input:visible")
    tab.keyboard.press("Tab")
    inside = "() => !!document.activeElement.closest('.st-key-controls details')"
    assert tab.evaluate(inside)
