"""The settings of every study: what each option declares, links that hold any of them, presets."""

import importlib
import itertools

import numpy as np
import pytest

from hyperviz.studies.common.options import changed, mend, options, parse
from hyperviz.studies.convergence import settings as convergence_settings
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.inpainting import settings as inpainting_settings
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.registry import STUDIES
from tests.studies.common.test_options import UNREADABLE, ToySettings

KINDS = [study.settings for study in STUDIES.values()]


@pytest.mark.parametrize("name", ["width_f", "width_g"])
def test_every_integer_from_1_to_a_million_is_a_width(name):
    for value in np.r_[1:1000, 2 ** np.arange(20), np.linspace(1000, 999_999, 997).astype(int), 1_000_000].tolist():
        settings, said = mend(ConvergenceSettings, {name: str(value)})
        assert (getattr(settings, name), said) == (value, [])
        assert getattr(parse(ConvergenceSettings, {name: str(value)}), name) == value


@pytest.mark.parametrize("kind", [ToySettings, *KINDS])
def test_slider_positions_are_allowed_rising_and_hold_the_bounds(kind):
    for declared in options(kind).values():
        if not declared.choices and not declared.text:
            grid = declared.grid
            assert all(a < b for a, b in itertools.pairwise(grid))
            assert declared.positions or (grid[0], grid[-1]) == (declared.low, declared.high)
            assert all(type(v) is declared.kind and declared.allows(v) for v in grid)


def anything(declared, rng):
    """A value that an option allows: a bound, a position, or anything between."""
    named = [*declared.choices, *declared.words]
    if declared.text:
        return declared.default
    if declared.choices or (named and rng.random() < 0.3):
        return rng.choice(named).item()
    position = declared.grid[rng.integers(len(declared.grid))]
    value = rng.choice([declared.low, declared.high, position, rng.uniform(declared.low, declared.high)])
    return declared.kind(value)


@pytest.mark.parametrize("kind", [ToySettings, *KINDS])
def test_a_link_holds_any_settings(kind):
    rng = np.random.default_rng(0)
    for _ in range(300):
        settings = kind(**{name: anything(declared, rng) for name, declared in options(kind).items()})
        link = {name: str(value) for name, value in changed(settings).items()}
        assert mend(kind, link) == (settings, [])
        assert parse(kind, link) == settings
        assert mend(kind, changed(settings)) == (settings, [])


def means(declared, text, value) -> bool:
    """Whether a text is the value as it stands: 0 is 0.0."""
    try:
        return declared.read(text) == value
    except (TypeError, ValueError, OverflowError):
        return False


@pytest.mark.parametrize("kind", KINDS)
def test_mending_never_fails_whatever_a_link_holds(kind):
    rng = np.random.default_rng(1)
    junk = [*UNREADABLE, "0", "-1", "1e9", "1e-9", "all", "both", "�", "\x00", "²", "½", "一", "<b>", "1\n2", "true"]
    for _ in range(300):
        given = {name: rng.choice(junk).item() for name in options(kind)}
        settings, said = mend(kind, given)
        mended = {name for name, text in given.items() if not means(options(kind)[name], text, getattr(settings, name))}
        assert mended <= {sentence.split("=")[0] for sentence in said}
        assert parse(kind, {name: str(value) for name, value in changed(settings).items()}) == settings


@pytest.mark.parametrize("study", [importlib.import_module(study.settings.__module__) for study in STUDIES.values()])
def test_presets_differ_and_are_links_that_need_no_mending(study):
    kind = type(study.PAPER)
    for preset in [*study.PRESETS.values(), study.PAPER]:
        assert type(preset) is kind
        assert mend(kind, {name: str(value) for name, value in changed(preset).items()}) == (preset, [])
    assert len(set(study.PRESETS.values())) == len(study.PRESETS)


def test_the_papers_settings_are_those_of_figure_1_and_table_1():
    assert ConvergenceSettings(depth_f=4, depth_g=4, width_f=500, width_g=500, draws=256) == convergence_settings.PAPER
    assert InpaintingSettings(images=500, pixels=20, runs=5) == inpainting_settings.PAPER


def test_settings_classes_have_distinct_names_so_that_no_cache_takes_one_for_another():
    assert len({kind.__name__ for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_has_a_label_and_a_sentence_and_says_its_range(kind):
    for name, declared in options(kind).items():
        assert declared.label, name
        assert declared.help, name
        assert declared.range.startswith(("an integer from", "a number from", "one of", "a text that")), name
