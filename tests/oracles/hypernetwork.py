"""Finite hypernetworks that exist: one, neuron by neuron; and many at once, with their tangent kernels by hand."""

import itertools
import math

import numpy as np


def activate(v, alpha):
    """sqrt(2 / (1 + alpha^2)) max(v, alpha v)."""
    return [math.sqrt(2 / (1 + alpha**2)) * (t if t > 0 else alpha * t) for t in v]


def layer(W, q):
    """W q / sqrt(fan-in)."""
    return [sum(float(w) * float(a) for w, a in zip(row, q, strict=True)) / math.sqrt(len(q)) for row in W]


def output(hidden, generator, x, z, alpha_f=0.0, alpha_g=0.0):
    """h(x, z): f's layers, then each weight V[b][a] of g from f's last one, then g's layers."""
    q = list(x)
    for W in hidden:
        q = activate(layer(W, q), alpha_f)
    a = list(z)
    for depth, tensor in enumerate(generator):
        V = [layer(rows, q) for rows in tensor]
        a = layer(V, a if depth == 0 else activate(a, alpha_g))
    return a


def many(rng, draws, input_f, input_g, depth_f, depth_g, width_f, width_g):
    """Weights of so many networks: f's hidden matrices (draws, b, a), and a tensor (draws, b, a, n) a layer of g."""
    f, g = [input_f] + [width_f] * (depth_f - 1), [input_g] + [width_g] * (depth_g - 1) + [1]
    hidden = [rng.normal(size=(draws, b, a)) for a, b in itertools.pairwise(f)]
    return hidden, [rng.normal(size=(draws, b, a, f[-1])) for a, b in itertools.pairwise(g)]


def tangent(hidden, generator, x, z, alpha_f=0.0):
    """h (draws, K) and its gradient's Gram matrix over all weights (draws, K, K), by backpropagation written out.

    The gradient in f's layer l is an outer product of what comes back to it and of what went in, and so is the one in
    g's weights, with f's last layer for a third factor: their Gram matrices multiply.
    """
    draws, width = len(generator[0]), generator[0].shape[-1]
    q, slopes_f = _through(hidden, np.broadcast_to(x, (draws, *np.shape(x))), alpha_f, "dba,dka->dkb")
    V = [np.einsum("dbac,dkc->dkba", G, q[-1]) / width**0.5 for G in generator]
    a, slopes_g = _through(V[:-1], np.broadcast_to(z, (draws, *np.shape(z))), 0.0, "dkba,dka->dkb")
    h = np.einsum("dkba,dka->dkb", V[-1], a[-1])[..., 0] / a[-1].shape[-1] ** 0.5
    back, into_f, kernel = np.ones((*h.shape, 1)), 0.0, 0.0
    for layer in reversed(range(len(V))):
        kernel = kernel + _gram(back) * _gram(a[layer]) * _gram(q[-1]) / a[layer].shape[-1] / width
        fan_in = a[layer].shape[-1]
        into_f = into_f + np.einsum("dkb,dka,dbac->dkc", back, a[layer], generator[layer]) / (fan_in * width) ** 0.5
        if layer:
            back = slopes_g[layer - 1] * np.einsum("dkb,dkba->dka", back, V[layer]) / fan_in**0.5
    for layer in reversed(range(len(hidden))):
        back, fan_in = slopes_f[layer] * into_f, q[layer].shape[-1]
        kernel = kernel + _gram(back) * _gram(q[layer]) / fan_in
        into_f = np.einsum("dkb,dba->dka", back, hidden[layer]) / fan_in**0.5
    return h, kernel


def _through(weights, q, alpha, sum_):
    """What goes into each layer, the last activation included, and each activation's slope."""
    values, slopes = [q], []
    for W in weights:
        y = np.einsum(sum_, W, values[-1]) / values[-1].shape[-1] ** 0.5
        slopes.append(math.sqrt(2 / (1 + alpha**2)) * np.where(y > 0, 1, alpha))
        values.append(slopes[-1] * y)
    return values, slopes


def _gram(v):
    return np.einsum("dia,dja->dij", v, v)
