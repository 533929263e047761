"""Declare a parameter once: widget, check, link, caption and command-line option all derive from it."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hyperviz.data import datasets
from hyperviz.errors import InvalidInput
from hyperviz.studies.common.glossary import meaning
from hyperviz.theory.names import ACTIVATIONS, PARAMETERISATIONS, PIECEWISE_LINEAR

__all__ = [
    "DATASETS",
    "GUIDE",
    "PARAMETERISATIONS",
    "Option",
    "activation_of",
    "changed",
    "check",
    "depth_of",
    "mend",
    "option",
]
__all__ += ["options", "parse", "plain", "seed_of", "texts"]
DATASETS = datasets.NAMES
Settings = TypeVar("Settings")
GUIDE = ("tour", "answer", "lecture")  # fields of a link that say where a visitor is, and set nothing
LONG = 60  # characters of a link's value that a sentence repeats
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")  # as the app itself prints numbers
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
# what sites and mails add to a link that they pass on; what a frame asks for is no setting either
TRACKING = re.compile(
    r"utm_.*|[a-z]{1,3}clid|msclkid|igshid|mc_[ce]id|_g[al]|_hs\w+|ref|ref_src|si|embed|embed_options|figure"
)


@dataclass(frozen=True, kw_only=True)
class Option:
    """Declare one parameter. Its type is that of `default`, or `number` where words (`all`) stand beside numbers."""

    default: Any
    label: str
    help: str
    symbol: str = ""
    low: float = 0  # low and high mean nothing where there are choices
    high: float = 0
    choices: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    number: type = int
    log: bool = False
    positions: tuple = ()  # of its slider, where steps and powers of two miss what matters
    step: float | None = None
    more: bool = False  # folded away on the page: what a first look does not need
    page: bool = False  # more than pictures and what is said of them depends on it: the page is built anew
    apart: bool = False  # the page shows it itself, beside what it chooses (controls.choice)
    text: Callable[[str], Any] | None = None  # reads a text that no widget shows; ValueError where it cannot
    form: str = "a text that the canvas of the page wrote"  # what such a text is

    @property
    def kind(self) -> type:
        """Return int, float or str, the type of the value."""
        return self.number if self.words else type(self.default)

    @property
    def range(self) -> str:
        """Return what is allowed, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.text:
            return self.form
        words = f", or {' or '.join(self.words)}" if self.words else ""
        return f"{'an integer' if self.kind is int else 'a number'} from {plain(self.low)} to {plain(self.high)}{words}"

    @property
    def grid(self) -> Sequence:
        """Return the positions of its slider: as given, or powers of two on a log scale, else equal steps."""
        if self.positions:
            return self.positions
        if self.log and self.kind is int:
            powers = [2**i for i in range(64) if self.low < 2**i < self.high]
            return [int(self.low), *powers, int(self.high)]
        if self.log:
            decades = range(round(math.log10(self.low) * 4), round(math.log10(self.high) * 4) + 1)
            return [float(f"{10 ** (i / 4):.2g}") for i in decades]
        if self.kind is int:
            return range(int(self.low), int(self.high) + 1, int(self.step or 1))
        step = self.step or 1
        count = round((self.high - self.low) / step)
        return [self.kind(round(self.low + i * step, 10)) for i in range(count + 1)]

    def read(self, text: Any) -> Any:
        """Return the value that a link or command line means, in range or not; raise ValueError where it means none."""
        if str(text) in (*self.choices, *self.words):
            return str(text)
        if self.choices:
            raise ValueError
        if self.text:
            self.text(str(text))
            return str(text)
        given = str(text).strip()
        value = float(given.replace(",", "") if THOUSANDS.fullmatch(given) else text)
        if not math.isfinite(value) or (self.kind is int and value != int(value)):
            raise ValueError
        return self.kind(value)

    def allows(self, value: Any) -> bool:
        """Return whether a value of the right type is within the bounds."""
        return isinstance(value, str) or self.low <= value <= self.high

    def nearest(self, value: Any) -> Any:
        """Return the allowed value nearest to it."""
        return self.kind(min(max(value, self.low), self.high))


def plain(value: Any) -> str:
    """Return a number as a person writes it: 1,000,000 and 0.001, never 1e+06.

    What nobody would write out is not written out.
    """
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.10g}"


def option(default: Any, low: float = 0, high: float = 0, **words: Any) -> Any:
    """Return a dataclass field that carries its Option."""
    return dataclasses.field(default=default, metadata={"option": Option(default=default, low=low, high=high, **words)})


def activation_of(network: str, symbol: str, *, smooth_too: bool = False) -> Any:
    """Return the activation of one network, the same choice in every study; smooth ones where the study can do them."""
    kept = "leaky ReLU times √(2/(1+α²)), ReLU times the paper's √2: the second moment is kept"
    kept += "; sin: ω₀ = 1, as in SIREN's hidden layers" if smooth_too else ""
    label = f"activation of {network}"
    choices = ACTIVATIONS if smooth_too else PIECEWISE_LINEAR
    return option("relu", symbol=symbol, label=label, more=True, choices=choices, help=meaning(symbol, kept))


def depth_of(network: str, default: int, most: int = 8) -> Any:
    """Return the depth of one network, in the same words in every study."""
    symbol = {"f": "L", "g": "H"}[network]
    return option(default, 1, most, symbol=symbol, label=f"depth of {network}", help=meaning(symbol))


def seed_of(numbers: str) -> Any:
    """Return the seed, the same in every study; numbers: what it decides."""
    return option(0, 0, 999_999, label="seed", more=True, help=meaning("seed", f"here of {numbers}"))


def options(kind: type) -> dict[str, Option]:
    """Return the Options of a Settings class, by field name."""
    return {field.name: field.metadata["option"] for field in dataclasses.fields(kind)}


def check(settings: Any) -> None:
    """Refuse a setting out of its range; called by every Settings class when it is made.

    Each value takes its own type: "64" and 64.0 are 64, so that equal settings are one file, one link, one cache entry.
    """
    for name, declared in options(type(settings)).items():
        object.__setattr__(settings, name, _strict(name, declared, getattr(settings, name)))


def _strict(name: str, declared: Option, given: Any) -> Any:
    try:
        value = declared.read(given)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"{name} must be {declared.range}; got {repr(given)[:LONG]}.") from None
    if not declared.allows(value):
        raise InvalidInput(f"{name} must be {declared.range}; got {plain(value)}.")
    return value


def parse(kind: type[Settings], given: Mapping[str, str]) -> Settings:
    """Return the settings of a command line: anything wrong is refused in one sentence."""
    declared = options(kind)
    for name in given:
        if name not in declared:
            raise InvalidInput(f"{name} is not an option; expected one of {', '.join(declared)}.")
    return kind(**{name: _strict(name, declared[name], value) for name, value in given.items()})


def mend(kind: type[Settings], given: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """Return the settings of a link, and a sentence for each value that had to be mended.

    A mended value is the default or the nearest allowed one.
    """
    values: dict[str, Any] = {}
    said = _unknown([name for name in given if name not in (*options(kind), *GUIDE) and not TRACKING.fullmatch(name)])
    for name, declared in options(kind).items():
        if name not in given:
            continue
        try:
            value = declared.read(given[name])
        except (TypeError, ValueError, OverflowError):
            said.append(_unreadable(name, declared, given[name]))
            continue
        if not declared.allows(value):
            said.append(
                f"{name}={given[name][:LONG]} is not {declared.range}: showing {plain(declared.nearest(value))}."
            )
            value = declared.nearest(value)
        values[name] = value
    return kind(**values), said


def _unknown(names: list[str]) -> list[str]:
    """Return one sentence on names that mean nothing here, whatever their number."""
    if len(names) <= 1:
        return [f"{name[:LONG]} is not a setting of this page and was left out." for name in names]
    shown = ", ".join(name[:LONG] for name in names[:3]) + (", …" if len(names) > 3 else "")
    return [f"{len(names):,} names in the link are no settings of this page and were left out: {shown}."]


def _unreadable(name: str, declared: Option, given: str) -> str:
    if declared.text:
        return f"{name}={given[:LONG]} is not {declared.range}: it was left out; copy the whole link."
    default = declared.default if isinstance(declared.default, str) else plain(declared.default)
    point = f" (write {given.replace(',', '.')}, with a point)" if DECIMAL_COMMA.fullmatch(given) else ""
    return f"{name}={given[:LONG]} is not {declared.range}{point}: showing the default, {default}."


def changed(settings: Any) -> dict[str, Any]:
    """Return the settings that differ from their defaults: what a link has to say."""
    declared = options(type(settings))
    return {name: value for name, value in dataclasses.asdict(settings).items() if value != declared[name].default}


def texts(kind: type) -> tuple[str, ...]:
    """Return the names of the options that no widget shows."""
    return tuple(name for name, declared in options(kind).items() if declared.text)
