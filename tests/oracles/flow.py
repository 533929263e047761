"""The n = infinity gradient flow in float64, matrix by matrix, and a finite difference for its gradient."""

import numpy as np


def g(layers, z, alpha=0.0):
    """h = g(z; V) and dh/dV of every matrix, by hand for one point."""
    inputs, slopes, a = [], [], np.asarray(z, float)
    for V in layers[:-1]:
        inputs.append(a)
        y = V @ a / np.sqrt(len(a))
        gain = np.sqrt(2 / (1 + alpha**2))
        slopes.append(gain * np.where(y > 0, 1.0, alpha))
        a = slopes[-1] * y
    inputs.append(a)
    h = layers[-1] @ a / np.sqrt(len(a))
    gradients, delta = [], np.ones(1)
    for V, a, slope in zip(layers[::-1], inputs[::-1], [*slopes[::-1], None], strict=True):
        gradients.append(np.outer(delta, a) / np.sqrt(len(a)))
        if slope is not None:
            delta = V.T @ delta / np.sqrt(len(a)) * slope
    return float(h[0]), gradients[::-1]


def euler(theta, start, member, z, y, step, steps):
    """The loss before each step and after the last, and the outputs; theta (k, N), start: k lists of matrices."""
    V = [[np.array(W, float) for W in layers] for layers in start]
    losses, outputs = [], []
    for t in range(steps + 1):
        found = [g(V[c], point) for c, point in zip(member, z, strict=True)]
        h = np.array([value for value, _ in found])
        losses.append(np.sum((h - y) ** 2))
        outputs.append(h)
        if t == steps:
            break
        V = [
            [
                W - step * sum(theta[c, j] * 2 * (h[j] - y[j]) * found[j][1][depth] for j in range(len(y)))
                for depth, W in enumerate(layers)
            ]
            for c, layers in enumerate(V)
        ]
    return np.array(losses), np.array(outputs), V


def shapes(inputs, depth, width):
    """Of V^1 .. V^H."""
    sizes = [inputs] + [width] * (depth - 1) + [1]
    return list(zip(sizes[1:], sizes[:-1], strict=True))


def draw(rng, S, inputs, depth, width):
    """V_i at time 0: every weight a Gaussian with covariance S between the inputs."""
    values, vectors = np.linalg.eigh(np.asarray(S, float))
    root = vectors * np.sqrt(np.maximum(values, 0))
    mixed = [np.tensordot(root, rng.standard_normal((len(S), b, a)), 1) for b, a in shapes(inputs, depth, width)]
    return [[V[c] for V in mixed] for c in range(len(S))]
