"""Draw random hypernetworks of any width, exact in law."""

from hyperviz.theory.sampling.kernels import Draw, draw, hyperkernel
from hyperviz.theory.sampling.output_draws import outputs, values

__all__ = ["Draw", "draw", "hyperkernel", "outputs", "values"]
