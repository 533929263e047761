"""Compute Gram matrices of kernels: in tiles, for pairs of points, as sums of products, and their factors."""
