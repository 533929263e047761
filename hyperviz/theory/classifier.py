"""Hypernetworks with several outputs, a batch of pairs at a time: what the rotation study trains.

Two parameterisations: the paper's, and that of the code its authors released, which is another network.
Widths may be traced: layers have room for more neurons, and the spare ones are held at zero.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hyperviz.theory.activations import Activation
from hyperviz.theory.smooth_activations import Smooth

BOTTLENECK = 100  # neurons of f's last hidden layer in the released code


class Shape(NamedTuple):
    """What a compiled program is made for."""

    input_f: int
    input_g: int
    depth_f: int
    depth_g: int
    room_f: int  # at least width_f
    room_g: int
    outputs: int
    parameterisation: str


class Widths(NamedTuple):
    """n and m: integers, or traced ones."""

    f: Any
    g: Any


class Layer(NamedTuple):
    """Weights with the fan-in last, and biases where the parameterisation has them."""

    weight: Float[Array, "*out fan_in"]
    bias: Float[Array, "*out"] | None


class Parameters(NamedTuple):
    """f's hidden layers, then its last matrix as one tensor a layer of g."""

    hidden: tuple[Layer, ...]
    generator: tuple[Layer, ...]  # weights (fan_out of g, fan_in of g, n)


def init(key, shape: Shape, widths: Widths) -> Parameters:
    """ntk: standard normal, no bias (eq. 2). released: weights and biases uniform on +-1/sqrt(fan_in)."""
    f = [shape.input_f] + [shape.room_f] * (shape.depth_f - 1)
    fans = [shape.input_f] + [widths.f] * (shape.depth_f - 1)
    if shape.parameterisation == "released":
        f, fans = [*f, BOTTLENECK], [*fans, BOTTLENECK]
    g = [shape.input_g] + [shape.room_g] * (shape.depth_g - 1) + [shape.outputs]
    outs = [(out,) for out in f[1:]] + [(out, into) for into, out in itertools.pairwise(g)]
    rooms, fans = f[:-1] + [f[-1]] * shape.depth_g, fans[:-1] + [fans[-1]] * shape.depth_g
    keys = jax.random.split(key, len(outs))
    layers = [_layer(*its, shape.parameterisation) for its in zip(keys, outs, rooms, fans, strict=True)]
    return Parameters(tuple(layers[: len(f) - 1]), tuple(layers[len(f) - 1 :]))


def _layer(key, out: tuple[int, ...], room: int, fan, parameterisation: str) -> Layer:
    if parameterisation == "ntk":
        return Layer(jax.random.normal(key, (*out, room), jnp.float32), None)
    bound = 1 / jnp.sqrt(jnp.asarray(fan, jnp.float32))
    weight, bias = jax.random.split(key)
    both = [jax.random.uniform(k, s, jnp.float32, -1, 1) for k, s in ((weight, (*out, room)), (bias, out))]
    return Layer(both[0] * bound, both[1] * bound)


def apply(
    params: Parameters,
    x: Float[Array, "K n0"],
    z: Float[Array, "K m0"],
    widths: Widths,
    sigma: Activation,
    phi: Activation | Smooth,
) -> Float[Array, "K outputs"]:
    """h(x_i, z_i). ntk, as `network.apply`: y = W q / sqrt(fan_in), q = sigma(y), V = f(x), g the same with V.

    released: y = W q + b; a last hidden layer of BOTTLENECK neurons; g = V^H ... V^2 phi(V^1 z): linear after its first
    layer. Pass activations of gain 1 there. Source: eqs. 2 and 3; the authors' rotations_experiment/models.py.
    """
    ntk = params.generator[0].bias is None
    q, fan = x, x.shape[1]
    for i, layer in enumerate(params.hidden):
        y = _affine("ki,oi->ko", q, layer, fan)
        masked = ntk or i < len(params.hidden) - 1
        q, fan = sigma.apply(y), widths.f
        q = q * _alive(q.shape[1], widths.f) if masked else q
    a, fan_g = z, z.shape[1]
    for i, layer in enumerate(params.generator):
        V = _affine("kn,oin->koi", q, layer, fan)
        g = jnp.einsum("koi,ki->ko", V, a) * (_rsqrt(fan_g) if ntk else 1)
        last = i == len(params.generator) - 1
        a = phi.apply(g) if not last and (ntk or i == 0) else g
        a = a if last else a * _alive(a.shape[1], widths.g)
        fan_g = widths.g
    return a


def _affine(rule: str, q, layer: Layer, fan):
    """W q / sqrt(fan) without biases, W q + b with them."""
    y = jnp.einsum(rule, q, layer.weight)
    return y * _rsqrt(fan) if layer.bias is None else y + layer.bias


def _rsqrt(fan) -> Float[Array, ""]:
    return 1 / jnp.sqrt(jnp.asarray(fan, jnp.float32))


def _alive(room: int, width) -> Float[Array, " room"]:
    """1 for the neurons there are, 0 for the spare room."""
    return (jnp.arange(room) < width).astype(jnp.float32)
