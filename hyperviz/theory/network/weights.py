"""Hold the weights of a finite hypernetwork, and draw them: as the paper does, or as the code that was released."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from hyperviz.errors import InvalidInput
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import validation
from hyperviz.theory.validation import Unchecked

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


def neurons_first(params: Parameters) -> Parameters:
    """Return the weights with the neurons of f as the first axis of the generator's tensors: (n, m, fan_in).

    So no product of a training step has to turn a large matrix: 69 GFLOP in a second of CPU, not 46 (m = 100).
    """
    return params._replace(generator=tuple(jnp.moveaxis(W, -1, 0) for W in params.generator))


def checked(params: Unchecked) -> Parameters:
    """Return weights as they are; InvalidInput for what `init` does not make."""
    if not isinstance(params, Parameters):
        raise InvalidInput(f"params must be Parameters; got {type(params).__name__}: take what network.init returns.")
    return params


def reciprocal_root(fan: Unchecked) -> Float[Array, ""]:
    """Return 1 / sqrt(fan) as a float32; the fan-in may be traced."""
    return 1 / jnp.sqrt(jnp.asarray(fan, jnp.float32))


def _shapes(f: list[int], g: list[int]) -> list[tuple[int, ...]]:
    """Return the shapes of f's hidden matrices and of the tensors that write g, from the sizes of their layers."""
    return [(b, a) for a, b in itertools.pairwise(f)] + [(b, a, f[-1]) for a, b in itertools.pairwise(g)]


def _uniform(key: PRNGKeyArray, shape: tuple[int, ...], fan) -> Array:
    return jax.random.uniform(key, shape, jnp.float32, -1, 1) * reciprocal_root(fan)
