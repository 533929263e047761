"""The network of the authors' released rotation code, neuron by neuron, in plain Python."""

import numpy as np


def affine(W, b, q):
    return np.array([sum(W[i, j] * q[j] for j in range(len(q))) + b[i] for i in range(len(b))])


def output(hidden, generator, x, z):
    """hidden: (W, b) of f's layers, the bottleneck last; generator: (W (out, in, n), b (out, in)) a layer of g."""
    q = x
    for W, b in hidden:
        q = np.maximum(affine(W, b, q), 0)
    a = z
    for number, (W, b) in enumerate(generator):
        V = np.array([affine(W[o], b[o], q) for o in range(len(W))])
        a = V @ a
        if number == 0 and len(generator) > 1:
            a = np.maximum(a, 0)
    return a
