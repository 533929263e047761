"""Taylor terms K^(r) of random hypernetworks (Theorem 1, equation 5)."""

from hyperviz.theory.taylor.sampler import of_network, terms

__all__ = ["of_network", "terms"]
