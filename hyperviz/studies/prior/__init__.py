"""Is the untrained network a Gaussian process? (Theorem 2, Corollary 1)"""
