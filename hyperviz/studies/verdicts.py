"""What a measurement says of a claim."""

from typing import NamedTuple


class Verdict(NamedTuple):
    """A computed sentence, and one of holds, differs, undecided (no answer), measured (no claim), measuring."""

    text: str
    state: str
