"""Are two samples of (h, K_h) of one law? Kolmogorov-Smirnov on entries, products and differences."""

import itertools

import numpy as np
from scipy.stats import ks_2samp


def statistics(values, kernels):
    """Each entry of h and of the upper triangle of K_h, each pair's product and difference, by name."""
    K = values.shape[1]
    one = {f"h{i}": values[:, i] for i in range(K)}
    one |= {f"K{i}{j}": kernels[:, i, j] for i in range(K) for j in range(i, K)}
    out = dict(one)
    for (a, u), (b, v) in itertools.combinations(one.items(), 2):
        out[f"{a} {b}"], out[f"{a} - {b}"] = u * v, u - v
    return out


def rounded(values, kernels, scale):
    """In units of the scale, to 5 decimals: a dead layer is exactly 0 in one sample and 1e-9 in the other."""
    return np.round(values / scale, 5), np.round(kernels / np.outer(scale, scale), 5)


def p_values(one, other):
    """The p-value of each statistic; one, other: (values (R, K), kernels (R, K, K))."""
    one, other = [tuple(np.asarray(v, np.float64) for v in pair) for pair in (one, other)]
    scale = np.sqrt(np.diagonal(one[1], axis1=1, axis2=2).mean(0))
    first, second = statistics(*rounded(*one, scale)), statistics(*rounded(*other, scale))
    return {name: ks_2samp(first[name], second[name], method="asymp").pvalue for name in first}
