"""Let f write the weights of g at once, in chunks, or at low rank, and say what that changes in the limit."""

from hyperviz.theory.generators.draws import draw
from hyperviz.theory.generators.laws import effective_widths, limit, spread
from hyperviz.theory.generators.layouts import KINDS, Generator, embeddings, head_weights, seen_by_f

__all__ = [
    "KINDS",
    "Generator",
    "draw",
    "effective_widths",
    "embeddings",
    "head_weights",
    "limit",
    "seen_by_f",
    "spread",
]
