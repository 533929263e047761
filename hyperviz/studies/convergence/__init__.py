"""Is the kernel still random when f, g or both are wide? (Theorem 3, Figure 1)"""
