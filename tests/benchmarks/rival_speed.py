"""One empirical hyperkernel of a network written out, by another tool: `python rival_speed.py TOOL WIDTH`.

TOOL: numpy, torch (torch.func: Jacobians of each layer, contracted) or neural-tangents, each where it is installed: an
environment of its own, since neural-tangents needs jax <= 0.4. L = H = 4, n = m = WIDTH, the 16 points of Figure 1.
Prints the shortest of some draws in seconds, weights drawn within, and the mean of the kernel's diagonal.
"""

import json
import sys
import time

import numpy as np

CIRCLE = np.linspace(-np.pi / 2, np.pi / 2, 16)
X = np.tile(np.float32([[1, -1]]), (16, 1))
Z = np.stack([np.sin(CIRCLE), np.cos(CIRCLE)], 1).astype(np.float32)
DEPTH, ROUNDS = 4, 5


def shapes(width: int) -> tuple[list, list]:
    """(inputs, outputs) of each matrix of f and of g; f's last writes all of g's."""
    g = [(2, width)] + [(width, width)] * (DEPTH - 2) + [(width, 1)]
    weights = sum(a * b for a, b in g)
    return [(2, width)] + [(width, width)] * (DEPTH - 2) + [(width, weights)], g


def forward(matrices, inputs, relu):
    """h's own way: sqrt(2) ReLU, each layer divided by the root of its fan-in."""
    a = inputs
    for i, w in enumerate(matrices):
        a = (relu(a) * 2**0.5 if i else a) @ w / w.shape[-2] ** 0.5
    return a


def split(v, g):
    """The matrices of g in what f wrote, (..., weights)."""
    ends = np.cumsum([a * b for a, b in g])
    return [v[..., e - a * b : e].reshape(*v.shape[:-1], a, b) for e, (a, b) in zip(ends, g, strict=True)]


def numpy_kernel(seed, width):
    """By hand: K = sum over layers of <delta, delta'> <a, a'>, backwards through g, then through f."""
    (f, g), rng = shapes(width), np.random.default_rng(seed)
    F = [rng.standard_normal(s, dtype=np.float32) for s in f]

    def through(matrices, inputs):
        seen = [inputs]
        for w in matrices[:-1]:
            seen.append(np.maximum(np.matmul(seen[-1], w) / np.float32(w.shape[-2] ** 0.5), 0) * np.float32(2**0.5))
        return seen

    def back(matrices, seen, delta):
        gradients = [delta]
        for w, a in zip(matrices[:0:-1], seen[:0:-1], strict=True):
            delta = np.matmul(delta, np.swapaxes(w, -1, -2)) / np.float32(w.shape[-2] ** 0.5) * (a > 0) * 2**0.5
            gradients.insert(0, delta.astype(np.float32))
        return gradients

    seen_f = through(F, X)
    G = split(seen_f[-1] @ F[-1] / np.float32(width**0.5), g)
    seen_g = through(G, Z[:, None])
    pulled = back(G, seen_g, np.ones((16, 1, 1), np.float32))
    roots = [np.float32(a**0.5) for a, _ in g]
    written = [np.swapaxes(a, 1, 2) @ d / r for a, d, r in zip(seen_g, pulled, roots, strict=True)]
    delta = np.concatenate([w.reshape(16, -1) for w in written], axis=1)
    deltas = back(F, seen_f, delta)
    return sum((d @ d.T) * (a @ a.T) / w.shape[0] for d, a, w in zip(deltas, seen_f, F, strict=True))


def torch_kernel(seed, width):
    """torch.func: a Jacobian of each of f's matrices, one contraction a layer (its documented NTK recipe)."""
    import torch
    from torch.func import jacrev, vmap

    torch.manual_seed(seed)
    f, g = shapes(width)
    F, x, z = [torch.randn(s) for s in f], torch.from_numpy(X), torch.from_numpy(Z)

    def h(F, x, z):
        return forward(split(forward(F, x, torch.relu), g), z, torch.relu)[0]

    J = vmap(jacrev(h), (None, 0, 0))(F, x, z)
    return sum(torch.einsum("Nf,Mf->NM", j.flatten(1), j.flatten(1)) for j in J).numpy()


def tangents_kernel(width):
    """neural-tangents: its empirical kernel, structured derivatives, compiled once."""
    import jax
    import neural_tangents as nt

    f, g = shapes(width)

    def h(F, points):
        def one(point):
            return forward(split(forward(F, point[:2], jax.nn.relu), g), point[2:], jax.nn.relu)

        return jax.vmap(one)(points)

    ways = nt.NtkImplementation
    kernel = nt.empirical_ntk_fn(h, trace_axes=(-1,), implementation=ways.STRUCTURED_DERIVATIVES)
    points = np.concatenate([X, Z], axis=1)

    @jax.jit
    def draw(key):
        keys = jax.random.split(key, len(f))
        return kernel(points, None, [jax.random.normal(k, s) for k, s in zip(keys, f, strict=True)])

    return lambda seed, width: np.asarray(draw(jax.random.key(seed)))


def main(tool: str, width: int) -> None:
    call = {
        "numpy": lambda: numpy_kernel,
        "torch": lambda: torch_kernel,
        "neural-tangents": lambda: tangents_kernel(width),
    }
    kernel, seconds, diagonal = call[tool](), [], []
    for seed in range(ROUNDS + 1):
        began = time.perf_counter()
        found = kernel(seed, width)
        seconds.append(time.perf_counter() - began)
        diagonal.append(float(np.diag(found).mean()))
    print(json.dumps({"seconds": min(seconds[1:]), "diagonal": float(np.mean(diagonal))}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
