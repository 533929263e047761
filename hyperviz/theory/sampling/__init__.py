"""Random hypernetworks of any width, exact in law."""

from hyperviz.theory.sampling.kernels import Draw, draw, hyperkernel, outputs, values

__all__ = ["Draw", "draw", "hyperkernel", "outputs", "values"]
