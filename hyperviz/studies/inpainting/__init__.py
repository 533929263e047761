"""Ask how well the kernels complete images (Section 5.3, Table 1)."""
