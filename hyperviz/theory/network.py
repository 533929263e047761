"""Compute the finite hypernetwork h(x, z) = g(z; f(x)) with its weights written out (eqs. 2 and 3).

`init` and `apply` are for a network as the paper writes it. `init_released` and `forward` serve a compiled training
step: layers with spare neurons that are held at zero, so that widths may be traced, and the parameterisation of the
code that the authors released, which is another network.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, PRNGKeyArray, Real

from hyperviz.errors import InvalidInput
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import smooth_activations, validation
from hyperviz.theory.activations import Activation, activation
from hyperviz.theory.smooth_activations import Smooth
from hyperviz.theory.validation import Unchecked

__all__ = ["BOTTLENECK", "Parameters", "Widths", "apply", "forward", "init", "init_released", "neurons_first"]
BOTTLENECK = 100  # neurons of f's last hidden layer in the released code


class Parameters(NamedTuple):
    """Hold w = (W^1, ..., W^L); the last matrix is kept as one tensor a layer of g, so that it tells g's shape."""

    hidden: tuple[Float[Array, "n fan_in"], ...]  # W^1 .. W^(L-1)
    generator: tuple[Float[Array, "m fan_in n"], ...]  # W^L: V^l = generator[l - 1] @ q^(L-1) / sqrt(n)
    biases: tuple[Float[Array, "*out"], ...] = ()  # one a layer, f's hidden ones first; none in the paper


class Widths(NamedTuple):
    """Hold n and m, the neurons in use, of layers that hold spare ones as well: integers, or traced ones."""

    f: Any
    g: Any


@in_float64
def init(
    key: Unchecked,
    *,
    input_f: int,
    input_g: int,
    depth_f: int,
    depth_g: int,
    width_f: int,
    width_g: int,
    outputs: int = 1,
) -> Parameters:
    """Return the weights of a random hypernetwork, all standard normal: every scale stands in `apply`.

        W^l_ij ~ N(0, 1) for every layer l of f; g has no weights but those that f writes        (eqs. 2 and 3)

    Args:
        key: of jax.random, or an integer, or a NumPy Generator, which moves on; it alone decides the weights.
        input_f, input_g: n_0 and m_0, the dimensions of x and z.
        depth_f, depth_g: L and H, weight matrices, at least 1.
        width_f, width_g: n and m, neurons in each hidden layer.
        outputs: of g.

    Returns:
        Parameters, float32: `hidden` holds L - 1 matrices, `generator` H tensors.

    Raises:
        InvalidInput: where a size is no integer of at least 1.

    References:
        The paper, eqs. 2 and 3.

    Example:
        >>> import jax
        >>> from hyperviz.theory import network
        >>> sizes = {"input_f": 2, "input_g": 3, "depth_f": 3, "depth_g": 2, "width_f": 50, "width_g": 10}
        >>> params = network.init(jax.random.key(0), **sizes)
        >>> [W.shape for W in params.hidden], [V.shape for V in params.generator]
        ([(50, 2), (50, 50)], [(10, 3, 50), (1, 10, 50)])
    """
    sizes = {"input_f": input_f, "input_g": input_g, "depth_f": depth_f, "depth_g": depth_g}
    for name, value in (sizes | {"width_f": width_f, "width_g": width_g, "outputs": outputs}).items():
        validation.at_least(name, value, 1)
    f = [input_f] + [width_f] * (depth_f - 1)
    shapes = _shapes(f, [input_g] + [width_g] * (depth_g - 1) + [outputs])
    keys = jax.random.split(validation.key(key), len(shapes))
    weights = tuple(jax.random.normal(k, s, jnp.float32) for k, s in zip(keys, shapes, strict=True))
    return Parameters(weights[: depth_f - 1], weights[depth_f - 1 :])


def init_released(
    key: PRNGKeyArray,
    *,
    input_f: int,
    input_g: int,
    depth_f: int,
    depth_g: int,
    width_f: int,
    width_g: int,
    outputs: int,
    used: Widths,
) -> Parameters:
    """Return weights and biases uniform on +-1/sqrt(fan-in), f with one more hidden layer, of BOTTLENECK neurons.

    width_f, width_g: neurons that there is room for; used: those that count in the fan-in. Source: the authors'
    rotations_experiment/models.py.
    """
    f = [input_f] + [width_f] * (depth_f - 1) + [BOTTLENECK]
    shapes = _shapes(f, [input_g] + [width_g] * (depth_g - 1) + [outputs])
    fans = [input_f] + [used.f] * (depth_f - 1) + [BOTTLENECK] * depth_g
    pairs = [jax.random.split(k) for k in jax.random.split(key, len(shapes))]
    weights = tuple(_uniform(k, s, fan) for (k, _), s, fan in zip(pairs, shapes, fans, strict=True))
    biases = tuple(_uniform(k, s[:-1], fan) for (_, k), s, fan in zip(pairs, shapes, fans, strict=True))
    return Parameters(weights[:depth_f], weights[depth_f:], biases)


def _shapes(f: list[int], g: list[int]) -> list[tuple[int, ...]]:
    """Return the shapes of f's hidden matrices and of the tensors that write g, from the sizes of their layers."""
    return [(b, a) for a, b in itertools.pairwise(f)] + [(b, a, f[-1]) for a, b in itertools.pairwise(g)]


def _uniform(key: PRNGKeyArray, shape: tuple[int, ...], fan) -> Array:
    return jax.random.uniform(key, shape, jnp.float32, -1, 1) * _reciprocal_root(fan)


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


def checked(params: Unchecked) -> Parameters:
    """Return weights as they are; InvalidInput for what `init` does not make."""
    if not isinstance(params, Parameters):
        raise InvalidInput(f"params must be Parameters; got {type(params).__name__}: take what network.init returns.")
    return params


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
    turned: whether the weights are those of `neurons_first`.
    """
    return _g(z, _f(params, x, sigma, used, turned), phi, used, released=bool(params.biases))


def neurons_first(params: Parameters) -> Parameters:
    """Return the weights with the neurons of f as the first axis of the generator's tensors: (n, m, fan_in).

    So no product of a training step has to turn a large matrix: 69 GFLOP in a second of CPU, not 46 (m = 100).
    """
    return params._replace(generator=tuple(jnp.moveaxis(W, -1, 0) for W in params.generator))


def _f(params: Parameters, x, sigma, used: Widths | None, turned: bool) -> list[Array]:
    """Return f(x): the weight matrices V^1 .. V^H of g, for each x."""
    biases = iter(params.biases or [None] * (len(params.hidden) + len(params.generator)))
    q, fan = x, x.shape[-1]
    for i, W in enumerate(params.hidden):
        q = sigma.apply(_affine(W, q, fan, next(biases)))
        bottleneck = bool(params.biases) and i == len(params.hidden) - 1  # all of its neurons are in use
        fan = q.shape[-1] if used is None or bottleneck else used.f
        q = _without_spare(q, fan)
    return [_affine(W, q, fan, next(biases), turned) for W in params.generator]


def _g(z, weights, phi, used: Widths | None, released: bool) -> Array:
    """Return g(z; v) for each z and its weight matrices."""
    a, fan = z, z.shape[-1]
    for layer, V in enumerate(weights):
        if layer:
            a = phi.apply(a) if layer == 1 or not released else a
            fan = a.shape[-1] if used is None else used.g
            a = _without_spare(a, fan)
        a = jnp.einsum("...oi,...i->...o", V, a)
        a = a if released else _over_root(a, fan)
    return a


def _affine(W, q, fan, bias, turned: bool = False) -> Array:
    """Return W q / sqrt(fan-in), or W q + b where there are biases; the fan-in is W's last axis, turned its first."""
    if turned:
        y = (q @ W.reshape(W.shape[0], -1)).reshape(*q.shape[:-1], *W.shape[1:])
    else:
        y = jnp.einsum("oi,...i->...o" if W.ndim == 2 else "oin,...n->...oi", W, q)
    return _over_root(y, fan) if bias is None else y + bias


def _over_root(y, fan) -> Array:
    """Return y / sqrt(fan); of a traced fan the reciprocal is taken once."""
    return y / math.sqrt(fan) if isinstance(fan, int) else y * _reciprocal_root(fan)


def _reciprocal_root(fan) -> Float[Array, ""]:
    return 1 / jnp.sqrt(jnp.asarray(fan, jnp.float32))


def _without_spare(q, width) -> Array:
    """Return the neurons, those from `width` on held at zero."""
    room = q.shape[-1]
    return q if isinstance(width, int) and width == room else q * (jnp.arange(room) < width).astype(jnp.float32)
