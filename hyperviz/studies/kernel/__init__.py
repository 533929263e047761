"""Compute the kernels of your own points, in closed form (Theorems 2 and 3)."""
