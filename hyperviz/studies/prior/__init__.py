"""Ask whether the untrained network is a Gaussian process (Theorem 2, Corollary 1)."""
