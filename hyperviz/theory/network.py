"""The materialised finite hypernetwork h(x, z) = g(z; f(x)) in the paper's NTK parameterisation (eqs. 2 and 3)."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Real

from hyperviz.theory import validation
from hyperviz.theory.activations import activation
from hyperviz.theory.smooth_activations import activation_g as primary


class Parameters(NamedTuple):
    """w = (W^1, ..., W^L); the last matrix is kept as one tensor a layer of g, so that it tells g's shape."""

    hidden: tuple[Float[Array, "n fan_in"], ...]  # W^1 .. W^(L-1)
    generator: tuple[Float[Array, "m fan_in n"], ...]  # W^L: V^l = generator[l - 1] @ q^(L-1) / sqrt(n)


def init(
    key, *, input_f: int, input_g: int, depth_f: int, depth_g: int, width_f: int, width_g: int, outputs: int = 1
) -> Parameters:
    """Standard normal weights: every scale stands in `apply`.

    input_f, input_g: n_0 and m_0. depth_f, depth_g: L and H >= 1. width_f, width_g: n and m. outputs: of g.
    """
    sizes = {"input_f": input_f, "input_g": input_g, "depth_f": depth_f, "depth_g": depth_g}
    for name, value in (sizes | {"width_f": width_f, "width_g": width_g, "outputs": outputs}).items():
        validation.at_least(name, value, 1)
    f = [input_f] + [width_f] * (depth_f - 1)
    g = [input_g] + [width_g] * (depth_g - 1) + [outputs]
    shapes = [(b, a) for a, b in itertools.pairwise(f)]
    shapes += [(b, a, f[-1]) for a, b in itertools.pairwise(g)]
    keys = jax.random.split(key, len(shapes))
    weights = tuple(jax.random.normal(k, s, jnp.float32) for k, s in zip(keys, shapes, strict=True))
    return Parameters(weights[: depth_f - 1], weights[depth_f - 1 :])


def apply(
    params: Parameters,
    x: Real[ArrayLike, "K n0"],
    z: Real[ArrayLike, "K m0"],
    *,
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
) -> Float[Array, " K"] | Float[Array, "K outputs"]:
    """h(x_i, z_i): y^l = W^l q^(l-1)/sqrt(n_(l-1)), q^l = sqrt(2) sigma(y^l); g the same with V = f(x).

    x: (K, n_0), z: (K, m_0); returns (K,) for one output, else (K, outputs). activation_g may also be tanh, erf or
    gelu (module `smooth`). Source: eqs. 2 and 3.
    """
    x, z = validation.points("x", x), validation.points("z", z)
    validation.same_length(x, z)
    V = params.generator[0]
    validation.same_width(x, params.hidden[0] if params.hidden else V[:, 0], "x", "the weights of f")
    validation.same_width(z, V[:, :, 0], "z", "the weights of g")
    sigma, phi = activation(activation_f, alpha), primary(activation_g, alpha)
    h = jax.vmap(lambda x, z: _primary(z, _weights(params, x, sigma), phi))(x, z)
    return h[:, 0] if h.shape[1] == 1 else h


def _weights(params: Parameters, x, sigma):
    """f(x): the weight matrices V^1 .. V^H."""
    q = x
    for W in params.hidden:
        q = sigma.apply(W @ q / math.sqrt(q.shape[0]))
    return [W @ q / math.sqrt(q.shape[0]) for W in params.generator]


def _primary(z, weights, phi):
    """g(z; v)."""
    g = weights[0] @ z / math.sqrt(z.shape[0])
    for V in weights[1:]:
        a = phi.apply(g)
        g = V @ a / math.sqrt(a.shape[0])
    return g
