"""Declare a claim of the paper: what it says, which results judge it, how, and a setting in which it must fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from hyperviz.studies.common.options import changed
from hyperviz.studies.common.power_laws import Slope, agreement
from hyperviz.studies.common.recipe import command

HOLDS, DIFFERS, UNDECIDED, NOT_RUN = "holds", "differs", "undecided", "not run"
STATES = {HOLDS: "holds", DIFFERS: "differs", UNDECIDED: "undecided", NOT_RUN: "not run here"}  # as they are written
GROUPS = ("theorems", "figures", "Table 1", "contributions")


class Need(NamedTuple):
    """Hold a finished result that a claim is judged by."""

    study: str  # of the registry, or "table1"
    settings: Any
    long: bool = False  # takes more than the hour that the command has: computed with --full alone

    @property
    def link(self) -> str:
        """Return the page that shows it live, with the settings that differ from the defaults."""
        return link(self.study, self.settings)

    @property
    def command(self) -> str:
        """Return the command that computes it in full."""
        paper = " --paper" * (self.study == "table1")
        return command({"table1": "inpainting"}.get(self.study, self.study), self.settings, paper)


class Finding(NamedTuple):
    """Hold what a measurement says of a claim; value, low and high are numbers where the claim has one."""

    state: str
    said: str  # ours, in words
    value: float | None = None
    low: float | None = None
    high: float | None = None
    draws: int = 0
    reason: str = ""  # why it differs, or why it is not decided


class Control(NamedTuple):
    """Hold a setting in which the claim must fail: judged in the same way, from other results."""

    said: str
    needs: tuple[Need, ...]
    measure: Callable[..., Finding]


@dataclass(frozen=True)
class Claim:
    """Hold one claim or number of the paper."""

    id: str
    group: str  # one of GROUPS
    source: str  # where it stands in the paper
    sentence: str
    paper: str  # the paper's number, as it prints it
    needs: tuple[Need, ...]
    measure: Callable[..., Finding]  # of the results of `needs`, in their order
    control: Control
    figure: str = ""  # of the first result: a name in the study's figures
    live: str = ""  # the link, where it is not that of the first result
    full: str = ""  # the command that computes it in full, where that is not the one of the first result


def link(study: str, settings: Any) -> str:
    """Return the address of an experiment below the app's own."""
    query = urlencode(changed(settings))
    return f"{study}?{query}" if query else study


def of_slope(fit: Slope | None, claim: float, other: float, draws: int, reason: str = "") -> Finding:
    """Return what a fitted slope says, as the pages judge it: its interval has the claim's slope, and no rival's."""
    state = agreement(fit, claim, other)
    if fit is None:
        return Finding(UNDECIDED, "no slope: a width has no spread", draws=draws)
    return Finding(state, f"slope {fit.text}", *fit, draws=draws, reason=reason if state != HOLDS else "")


def above_zero(value: float, error: float, said: str, draws: int, reason: str = "") -> Finding:
    """Return what a difference says that the claim has above 0, by its 95 % interval."""
    low, high = value - 1.96 * error, value + 1.96 * error
    state = HOLDS if low > 0 else DIFFERS if high < 0 else UNDECIDED
    return Finding(state, said, value, low, high, draws, reason if state != HOLDS else "")
