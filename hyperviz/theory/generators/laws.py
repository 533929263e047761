"""Compute what a chunked or low-rank generator changes in the limit, and in the corrections to it.

1. Chunks. A layer's head W is shared: weight j of chunk k is W_j . q(x, c_k) / sqrt(n), q the last hidden layer of f.
   With f wide, Cov(v_kj(x), v_lj'(x')) = S((x, c_k), (x', c_l)) if j = j', else 0: different places of a chunk are
   independent as ever, the same place of two chunks is not. With S_kl short for that, a = phi(g) the neurons:
2. rows. Each row lies in one chunk, so a neuron of chunk k has the variance S_kk Sigma, as in a dense generator whose f
   sees (x, c): Lambda^H is that, if m / C grows. So is Theta_h with the c fixed: terms of two chunks meet in
   sum_p delta_kp delta_lp = o(1), as columns of the next layer are independent. (One head for all layers leaves the
   forward recursion too: weights may be shared between layers, Yang 2019.)
   But neurons at the same place p of the C chunks are correlated by S_kl, so a layer averages over fewer of them:

       Var(Sigma) = 1/m^2 sum_(k,l) min(s_k, s_l) V(rho_kl) Sigma^2,   V = Cov(phi^2, phi^2),   s_k neurons in chunk k

   which is V(1)/m_eff with m_eff between m / C and m. If C grows with m, s_k fixed, it does not fall: h never becomes
   Gaussian. The hidden layers of f are averaged over chunks, which helps: q_kk are martingales over the layers of f, so
   Cov(q_kk, q_ll) = 1/n sum_(layers) V(rho_kl) to first order, and n_eff >= n.
3. columns. A neuron adds pieces that are correlated, sum_(k,l) S_kl sum_p a_kp a_lp / m, and E[phi] is not 0 for ReLU:

       Lambda^l = 1/C (sum_k S_kk Sigma + sum_(k != l) S_kl E[phi] E[phi'])

   The limit changes: the variance grows by 1 + (C - 1) rho / pi a layer for ReLU; for an odd phi it stays.
4. low-rank. U V^T a / sqrt(r m) is a layer of r neurons without activation between two: of 2H - 2 layers H - 2 are
   linear. Both factors are written by f, so an inner layer has S^2 in the place of S, and, with b = V^T a,
   |b|^2 / r = S Sigma chi^2_r / r stays random however wide f and g are:

       Var(K) / E[K]^2 -> (1 + 2/r)^(H-2) - 1,   the excess kurtosis of h three times that: 6/r for H = 3

K is the variance of h given all but the last weights; h is Gaussian exactly when it is not random.
"""

from __future__ import annotations

import numpy as np

from hyperviz.theory.activations import Activation
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.generators import moments
from hyperviz.theory.generators.layouts import Generator
from hyperviz.theory.initialisation import moments_of_mean_square


def limit(generator: Generator, networks: Architecture, seen: np.ndarray) -> np.ndarray:
    """Return Lambda^H of a generator, (K, K), for n, m (and r) -> infinity, C fixed; one z of |z|^2 = m_0.

    Chunks of whole rows leave Lambda^H as it is for a dense generator that sees (x, c), chunks of columns do not.

    Args:
        generator: how f writes g.
        networks: depths and activations.
        seen: (E, K, d), of `seen_by_f`.
    """
    E, K, _ = seen.shape
    S = nngp_f(networks, seen)[-1].reshape(E, K, E, K)
    Lambda = Sigma = np.ones((K, K))
    mu, written = None, generator.written_by(networks.depth_g)
    for layer, by in enumerate(written):
        of = S[by.start : by.stop, :, by.start : by.stop]
        own = np.mean([of[k, :, k] for k in range(len(by))], axis=0)
        inner = generator.kind == "low-rank" and 0 < layer < len(written) - 1
        Lambda = own ** (2 if inner else 1) * Sigma
        if generator.kind == "columns" and mu is not None:
            Lambda = Lambda + (of.sum((0, 2)) / len(by) - own) * mu[:, None] * mu
        variance = np.diagonal(Lambda)
        Sigma = moments.second(networks.phi, variance[:, None], variance, Lambda)
        mu = moments.mean(networks.phi, variance)
    return Lambda


def nngp_f(networks: Architecture, seen: np.ndarray) -> list[np.ndarray]:
    """Return S^0 to S^(L-1) between all that f sees, (E K, E K) each."""
    flat = seen.reshape(-1, seen.shape[-1])
    S = [flat @ flat.T]
    for _ in range(networks.depth_f - 1):
        variance = np.diagonal(S[-1])
        S.append(moments.second(networks.sigma, variance[:, None], variance, S[-1]))
    return S


def effective_widths(generator: Generator, networks: Architecture, seen: np.ndarray) -> tuple[float, float]:
    """Return the widths of f and g at which a dense generator is as far from its limit; (n, m) without chunks.

    To first order in 1/n and 1/m, for chunks of whole rows and a piecewise linear phi; seen: of one x, (E, 1, d).
    """
    if generator.kind != "rows":
        return float(networks.width_f), float(networks.width_g)
    correlations = [_correlation(S) for S in nngp_f(networks, seen)]
    same = float(moments.square_covariance(networks.phi, np.ones(1))[0])  # type: ignore[arg-type]
    of_m = _spreads_of_g(generator, networks, correlations[-1])
    m = same / np.mean(of_m) if of_m else float(networks.width_g)
    share = _shares(generator, networks)
    sigma_same = float(moments.square_covariance(networks.sigma, np.ones(1))[0])
    of_n = sum(share @ moments.square_covariance(networks.sigma, rho) @ share for rho in correlations[:-1])
    dense = sigma_same * (networks.depth_f - 1) * networks.depth_g**2
    return float(networks.width_f * dense / of_n) if of_n else float(networks.width_f), float(m)


def spread(generator: Generator, networks: Architecture, seen: np.ndarray) -> float | None:
    """Return Var(K) / E[K]^2 over random networks of one x, a third of the excess kurtosis of h, or None.

        dense      E[s^2H] / E[s^H]^2 (1 + V(1)/m)^(H-1),  s the mean square of f's last hidden layer
        low-rank   the same with s^(2H-2), times (1 + 2/r)^(H-2): the bottleneck of r neurons stays
        rows       dense with n_eff and m_eff: to first order

    Exact for dense and low-rank; None for columns, and where phi is smooth: nothing is claimed there.
    """
    if generator.kind == "columns" or not isinstance(networks.phi, Activation):
        return None
    H, V = networks.depth_g, float(moments.square_covariance(networks.phi, np.ones(1))[0])
    power = 2 * H - 2 if generator.kind == "low-rank" and H > 1 else H
    n, m = effective_widths(generator, networks, seen)
    of_f = moments_of_mean_square(networks.sigma, n, 2 * power)
    ratio = (of_f[2 * power - 1] / of_f[power - 1] ** 2) ** (networks.depth_f - 1)
    bottleneck = (1 + 2 / generator.rank) ** max(H - 2, 0) if generator.kind == "low-rank" else 1.0
    return float(ratio * (1 + V / m) ** (H - 1) * bottleneck - 1)


def _correlation(S: np.ndarray) -> np.ndarray:
    deviation = np.sqrt(np.diagonal(S))
    return S / deviation[:, None] / deviation


def _shares(generator: Generator, networks: Architecture) -> np.ndarray:
    """Return the powers of q_kk in K, (E,): a layer's neurons are shared among its chunks."""
    found = []
    for by in generator.written_by(networks.depth_g):
        sizes = generator.chunk_sizes(int(networks.width_g)) if len(by) > 1 else np.ones(1)
        found.append(sizes / sizes.sum())
    return np.concatenate(found)


def _spreads_of_g(generator: Generator, networks: Architecture, rho: np.ndarray) -> list[float]:
    """Return Var(Sigma) / Sigma^2 of each hidden layer of g, to first order in 1/m."""
    found, m = [], int(networks.width_g)
    for by in generator.written_by(networks.depth_g)[:-1]:
        sizes = generator.chunk_sizes(m) if len(by) > 1 else np.array([m])
        V = moments.square_covariance(networks.phi, rho[by.start : by.stop, by.start : by.stop])  # type: ignore[arg-type]
        found.append(float(np.sum(np.minimum(sizes[:, None], sizes) * V)) / m**2)
    return found
