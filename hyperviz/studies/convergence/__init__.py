"""Ask whether the kernel is still random when f, g or both are wide (Theorem 3, Figure 1)."""
