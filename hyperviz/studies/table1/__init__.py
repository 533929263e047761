"""Compute Table 1 of the paper, cell by cell."""
