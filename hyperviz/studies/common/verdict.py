"""Say what a measurement means: here, at the chosen settings, and of a claim of the paper."""

from typing import NamedTuple

SAID = {
    "holds": "holds",
    "differs": "differs",
    "undecided": "not enough draws yet",
    "measuring": "still measuring",
    "measured": "no claim of the paper",
    "too large": "runs in a terminal",
}  # the words of a state on the screen
SIGNS = {
    "holds": "✓",
    "differs": "✗",
    "undecided": "?",
    "too large": "⌘",
    "measured": "○",
    "measuring": "…",
    "not run": "–",
}


class Verdict(NamedTuple):
    """Hold two parts: what is seen at the chosen settings, and whether a named claim of the paper holds.

    here: a sentence with one number and its interval. state: a key of SAID; `measured` where no claim is tested. claim:
    the claim's name, "Theorem 3". evidence: the intervals that decide. rule: how they decide.
    """

    here: str
    state: str
    claim: str = ""
    evidence: str = ""
    rule: str = ""

    @property
    def chip(self) -> str:
        """Return the claim by its name with what was found of it: never a bare "holds"."""
        said = SAID[self.state]
        if not self.claim:
            return said
        return f"{self.claim} {said}" if self.state in ("holds", "differs") else f"{self.claim}: {said}"

    @property
    def text(self) -> str:
        """Return both parts in a line."""
        claimed = f"{self.chip}: {self.evidence}" if self.evidence else self.chip
        return f"{self.here} {claimed}." if self.claim else self.here


def signed(value: float, digits: int = 2) -> str:
    """Return a number with its sign, a true minus, and no minus before a zero."""
    return f"{round(value, digits) + 0.0:+.{digits}f}".replace("-", "−")
