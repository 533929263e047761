"""Compute h(x, z) = g(z; f(x)) from weights that are written out (eqs. 2 and 3), and of the released code's network."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Real

from hyperviz.runtime.precision import in_float64
from hyperviz.theory import smooth_activations, validation
from hyperviz.theory.activations import Activation, activation
from hyperviz.theory.network.weights import Parameters, Widths, checked, reciprocal_root
from hyperviz.theory.smooth_activations import Smooth


@in_float64
def apply(
    params: Parameters,
    x: Real[ArrayLike, "K n0"],
    z: Real[ArrayLike, "K m0"],
    *,
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
) -> Float[Array, " K"] | Float[Array, "K outputs"]:
    """Return h(x_i, z_i) = g(z_i; f(x_i)) for each pair, in the NTK parameterisation (eqs. 2 and 3).

        f:  q^0 = x,  y^l = W^l q^(l-1) / sqrt(n_(l-1)),  q^l = sqrt(2) sigma(y^l);  V = y^L
        g:  a^0 = z,  g^l = V^l a^(l-1) / sqrt(m_(l-1)),  a^l = sqrt(2) phi(g^l);    h = g^H

    Args:
        params: what `init` returns, or arrays of the same shapes.
        x: (K, n_0) and z: (K, m_0), pair by pair; float32 unless float64 comes.
        activation_f: "relu" or "leaky_relu". activation_g: these, or "tanh", "erf", "gelu", "sin".
        alpha: slope of the leaky ReLU below 0, in [-1, 1].

    Returns:
        (K,) for one output, else (K, outputs).

    Raises:
        InvalidInput: where x or z is no finite array of points that fits the weights, or an activation is unknown.

    References:
        The paper, eqs. 2 and 3.

    Example:
        >>> import jax, numpy as np
        >>> from hyperviz.theory import network
        >>> sizes = {"input_f": 2, "input_g": 2, "depth_f": 2, "depth_g": 1, "width_f": 4, "width_g": 1}
        >>> ones = jax.tree.map(np.ones_like, network.init(jax.random.key(0), **sizes))
        >>> h = network.apply(ones, np.ones((1, 2)), np.ones((1, 2)))  # q^1 = 2 four times, V = 4 4, h = 8 / sqrt(2)
        >>> h.shape, round(float(h[0]), 3)
        ((1,), 5.657)
    """
    x, z = validation.points("x", x), validation.points("z", z)
    validation.same_length(x, z)
    V = checked(params).generator[0]
    validation.same_width(x, params.hidden[0] if params.hidden else V[:, 0], "x", "the weights of f")
    validation.same_width(z, V[:, :, 0], "z", "the weights of g")
    sigma, phi = activation(activation_f, alpha), smooth_activations.activation_g(activation_g, alpha)
    # a pair at a time: XLA rounds the products of a batch otherwise, in the last digit
    h = jax.vmap(lambda x, z: forward(params, x, z, sigma, phi))(x, z)
    return h[:, 0] if h.shape[1] == 1 else h


def forward(
    params: Parameters,
    x: Float[Array, "*K n0"],
    z: Float[Array, "*K m0"],
    sigma: Activation,
    phi: Activation | Smooth,
    used: Widths | None = None,
    turned: bool = False,
) -> Float[Array, "*K outputs"]:
    """Return h(x_i, z_i) for a batch of pairs, unchecked; activations and widths may be traced.

    With biases it is the network of the released code: y = W q + b without a factor, and g = V^H ... V^2 phi(V^1 z) is
    linear after its first layer; pass activations of gain 1 there. used: the neurons that count; all unless given.
    turned: whether the weights are those of `neurons_first`; the batch then has one axis.
    """
    released, (q, fan, biases) = bool(params.biases), _features(params, x, sigma, used)
    a, fan_g = z, z.shape[-1]
    for layer, (W, bias) in enumerate(zip(params.generator, biases, strict=True)):
        if layer:
            a = phi.apply(a) if layer == 1 or not released else a
            fan_g = a.shape[-1] if used is None else used.g
            a = _without_spare(a, fan_g)
        if turned and not layer:
            a = _through(W, q, fan, bias, a)
        else:
            a = jnp.einsum("...oi,...i->...o", _affine(W, q, fan, bias, turned), a)
        a = a if released else _over_root(a, fan_g)
    return a


def _features(params: Parameters, x, sigma, used: Widths | None) -> tuple[Array, Any, list]:
    """Return the last hidden layer of f at each x, the fan-in of the next, and the biases of what f writes."""
    biases = iter(params.biases or [None] * (len(params.hidden) + len(params.generator)))
    q, fan = x, x.shape[-1]
    for i, W in enumerate(params.hidden):
        q = sigma.apply(_affine(W, q, fan, next(biases)))
        bottleneck = bool(params.biases) and i == len(params.hidden) - 1  # all of its neurons are in use
        fan = q.shape[-1] if used is None or bottleneck else used.f
        q = _without_spare(q, fan)
    return q, fan, list(biases)


def _through(W, q, fan, bias, z) -> Array:
    """Return V z of V = W q, as sum_c q_c (W_c z): of weights turned.

    z needs no gradient, so that the backward pass has W z for the gradient by q: two of g's three products are left.
    """
    y = jnp.matmul(q[:, None], (z @ W.reshape(-1, W.shape[-1]).T).reshape(len(z), *W.shape[:2]))[:, 0]
    return _over_root(y, fan) if bias is None else y + jnp.einsum("oi,...i->...o", bias, z)


def _affine(W, q, fan, bias, turned: bool = False) -> Array:
    """Return W q / sqrt(fan-in), or W q + b where there are biases; the fan-in is W's last axis, turned its first."""
    if turned:
        y = (q @ W.reshape(W.shape[0], -1)).reshape(*q.shape[:-1], *W.shape[1:])
    else:
        y = jnp.einsum("oi,...i->...o" if W.ndim == 2 else "oin,...n->...oi", W, q)
    return _over_root(y, fan) if bias is None else y + bias


def _over_root(y, fan) -> Array:
    """Return y / sqrt(fan); of a traced fan the reciprocal is taken once."""
    return y / math.sqrt(fan) if isinstance(fan, int) else y * reciprocal_root(fan)


def _without_spare(q, width) -> Array:
    """Return the neurons, those from `width` on held at zero."""
    room = q.shape[-1]
    return q if isinstance(width, int) and width == room else q * (jnp.arange(room) < width).astype(jnp.float32)
