"""Make widgets, link and presets from a Settings class."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hyperviz.studies.common import budget
from hyperviz.studies.common.options import Option, mend, options, texts
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import answer, page_text, places
from hyperviz.ui.teaching import guide, tours

Settings = TypeVar("Settings")
MORE = "More settings"  # constant: a fold whose label changes closes
STALE = 5  # seconds
COLUMNS, SHORT = 4, 12  # controls in a row; characters that fit side by side on a phone


def ask(study: str, kind: type[Settings], presets: dict[str, Settings], tour: DeltaGenerator | None = None) -> Settings:
    """Show the step of a tour, the presets and the controls, keep the link in step, and return the settings.

    The link is written here and not by the widgets themselves: those drop what they cannot read without a word,
    and do not see values that a preset sets. tour: where a step of the tour stands, if not above the presets.
    """
    answer.begin(study)
    _seed(study, kind)
    _within_budget(study, kind)
    with tour or contextlib.nullcontext():
        tours.show(study, answer.settings(study, kind))
    if presets and not guide.marked(study):
        chosen: dict[str, Any] = {"key": f"{study}:preset", "on_change": _preset, "args": (study, presets)}
        st.pills("presets", list(presets), label_visibility="collapsed", **chosen)
    with st.container(key="controls"):
        _widgets(study, kind)
    settings = answer.settings(study, kind)
    keep(study, settings)
    if not st.session_state.pop(f"{study}:under way", False):
        _write_link(study, settings)
    st.session_state[f"{study}:warned"] = said = st.session_state.pop(f"{study}:said", [])
    if said:
        st.warning(page_text.literal(" ".join(said)))
    return settings


def keep(study: str, settings: Any) -> None:
    """Note what the controls say: what differs from it at the next run was moved."""
    st.session_state[f"{study}:kept"] = settings


def follow(study: str, settings: Any) -> None:
    """Let the link and the line below the controls say what a moved control does, on a page that stands."""
    _write_link(study, settings)
    _tell_fold(study, settings)


def hold_link(study: str, under_way: bool) -> None:
    """Note whether a stroke is under way (a callback): the run that it begins leaves the address alone.

    A stroke is one step back, not fifty.
    """
    st.session_state[f"{study}:under way"] = under_way


def _write_link(study: str, settings: Any) -> None:
    link = guide.said(settings, study) | guide.fields(study)
    given = st.query_params.to_dict()
    st.session_state[f"{study}:link"] = link
    if given != link:
        old = st.session_state.setdefault(f"{study}:old", [])
        old[:] = [*old[-20:], (time.monotonic(), given)]
        st.query_params.from_dict(link)


def _seed(study: str, kind: type) -> None:
    """Let the widgets take a link's values, mended, on arrival by the link, the back button or from another page."""
    given, arrived = st.query_params.to_dict(), guide.arrived(study)
    known = not arrived and f"{study}.{next(iter(options(kind)))}" in st.session_state
    if known and (_moved(study, kind) or _ours(study, given)):
        return
    settings, said = mend(kind, guide.completed(study, given))
    said += guide.unknown(study)
    if not given and f"{study}:kept" in st.session_state:
        settings = st.session_state[f"{study}:kept"]
    _set(study, settings)
    st.session_state[f"{study}:said"] = said


def _within_budget(study: str, kind: type) -> None:
    """Set what is over a cap to the nearest allowed value, before any widget shows it (on a public site)."""
    if not budget.current().capped:
        return
    settings, said = budget.within(answer.settings(study, kind), STUDIES[study].caps if study in STUDIES else ())
    if said:
        _set(study, settings)
        st.session_state.setdefault(f"{study}:said", []).extend(said)


def _moved(study: str, kind: type) -> bool:
    """Return whether a control is not where the last run found it: a visitor's hand, whatever the address still says.

    On a slow machine the browser may hear of a link long after the slider that wrote it has moved on.
    """
    kept = vars(st.session_state.get(f"{study}:kept", kind()))
    return any(st.session_state.get(f"{study}.{name}", kept[name]) != kept[name] for name in options(kind))


def _ours(study: str, given: dict) -> bool:
    """Return whether the address is one that this page wrote.

    It wrote the last, or one so recent that the browser had not heard of the next when the slider moved on. Anything
    else is a link or the back button.
    """
    now = time.monotonic()
    recent = [link for when, link in st.session_state.get(f"{study}:old", []) if now - when < STALE]
    written = [*recent, *(st.session_state[key] for key in (f"{study}:link",) if key in st.session_state)]
    return guide.settings_of(given) in map(guide.settings_of, written)


def _set(study: str, settings: Any) -> None:
    for name in options(type(settings)):
        st.session_state[f"{study}.{name}"] = getattr(settings, name)


def _preset(study: str, presets: dict) -> None:
    chosen = st.session_state[f"{study}:preset"]
    if chosen:
        mine = {name: st.session_state[f"{study}.{name}"] for name in texts(type(presets[chosen]))}
        _set(study, dataclasses.replace(presets[chosen], **mine))  # what was drawn stays
        st.session_state[f"{study}:preset"] = None  # so that it can be chosen again


def take(study: str, found: list, choice: Callable[[Any], dict[str, Any]]) -> None:
    """Set the controls to what `choice` makes of the latest result (a callback)."""
    for name, value in choice(found[-1]).items() if found else ():
        st.session_state[f"{study}.{name}"] = value


def reset(study: str, kind: type) -> None:
    """Set every control back to its default (a callback)."""
    st.session_state[f"{study}:preset"] = None
    _set(study, kind())


def choice(study: str, kind: type, name: str) -> None:
    """Show a setting beside what it chooses, as a row of buttons."""
    declared, key = options(kind)[name], f"{study}.{name}"
    shown: dict[str, Any] = {"help": declared.help, "default": st.session_state[key]}
    st.segmented_control(declared.label, declared.choices, key=key, required=True, width="stretch", **shown)


def _widgets(study: str, kind: type) -> None:
    """Show f's controls, g's, the page's own, and the rest folded away: in this order on every page.

    The two main ones stand open on a phone too; the style sheet shows the others there with the fold. In a tour one
    stands open.
    """
    network, shown, folded = {"f": 0, "g": 1}, *_parted(study, kind)
    shown = sorted(shown, key=lambda n: network.get(n.rsplit("_", 1)[-1], 2))
    main = sorted(shown, key=lambda n: (not n.startswith("width_"), n.startswith("depth_")))[:2]
    _rows(study, kind, shown, main)
    with st.expander(MORE):
        _rows(study, kind, folded, ())
    st.session_state[f"{study}:fold"] = st.empty()
    _tell_fold(study, answer.settings(study, kind))


def _parted(study: str, kind: type) -> tuple[list[str], list[str]]:
    """Return the names of the controls that stand open, and of those in the fold."""
    declared, one = {name: o for name, o in options(kind).items() if not o.apart and not o.text}, guide.marked(study)
    shown = [n for n, o in declared.items() if (n == one if one else not o.more)]
    return shown, [n for n in declared if n not in shown]


def _tell_fold(study: str, settings: Any) -> None:
    """Say what is set in the fold, where it is not the default."""
    declared = options(type(settings))
    values = {n: getattr(settings, n) for n in _parted(study, type(settings))[1]}
    apart = [f"{declared[n].label} {page_text.value(v)}" for n, v in values.items() if v != declared[n].default]
    if apart:
        st.session_state[f"{study}:fold"].caption("Set in the fold: " + page_text.literal(", ".join(apart)))
    elif answer.alone():
        st.session_state[f"{study}:fold"].empty()


def _rows(study: str, kind: type, names: Sequence[str], main: Sequence[str]) -> None:
    """Show the controls, four in a row."""
    for start in range(0, len(names), COLUMNS):
        columns = st.columns(COLUMNS, gap="medium", vertical_alignment="bottom")
        for column, name in zip(columns, names[start : start + COLUMNS], strict=False):
            with column.container(key=f"{study}_main_{name}") if name in main else column:
                _widget(study, kind, name)


def _widget(study: str, kind: type, name: str) -> None:
    """Show one control. It carries its value: what is mounted late would else take the lowest or the first."""
    declared, key = options(kind)[name], f"{study}.{name}"
    label, now = f"{declared.label}, {declared.symbol}" if declared.symbol else declared.label, st.session_state[key]
    shared: dict[str, Any] = {"key": key, "help": f"{declared.help} ({declared.range})"}
    shared |= {"on_change": answer.moved, "args": (study, kind)}
    if declared.choices and len("".join(declared.choices)) > SHORT:
        st.selectbox(label, declared.choices, index=declared.choices.index(now), **shared)
    elif declared.choices:
        st.segmented_control(label, declared.choices, required=True, default=now, **shared)
    elif places.named(declared):
        st.select_slider(label, places.places(declared, now), value=now, format_func=page_text.value, **shared)
    elif declared.step is None and len(declared.grid) > 100:
        st.number_input(label, int(declared.low or 0), int(declared.high or 0), now, **shared)
    else:
        _slider(label, declared, now, shared)


def _slider(label: str, declared: Option, now: Any, shared: dict[str, Any]) -> None:
    low, high, step = (declared.kind(v) for v in (declared.low, declared.high, declared.step or 1))
    decimals = places.decimals(declared)
    st.slider(label, low, high, now, step, f"%.{decimals}f" if decimals else "%d", **shared)
