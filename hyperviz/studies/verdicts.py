"""What a measurement says of a claim."""

from typing import NamedTuple


class Verdict(NamedTuple):
    """A computed sentence, and one of holds, differs, measuring."""

    text: str
    state: str
