"""Draw the Taylor terms K^(r) of random hypernetworks (Theorem 1, equation 5)."""

from hyperviz.theory.taylor.sampler import terms
from hyperviz.theory.taylor.written_out import of_network

__all__ = ["of_network", "terms"]
