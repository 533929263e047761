"""One finite hypernetwork, neuron by neuron."""

import math


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
