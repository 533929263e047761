"""Compute the Taylor terms K^(r) of Theorem 1 of one hypernetwork that is written out."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Float

from hyperviz.runtime.compilation import AnyArray
from hyperviz.runtime.precision import in_float64
from hyperviz.theory import activations, network, smooth_activations, validation
from hyperviz.theory.network.weights import checked
from hyperviz.theory.taylor import jets, matrix_free
from hyperviz.theory.taylor.sampler import point
from hyperviz.theory.validation import Unchecked


@in_float64
def of_network(
    params: network.Parameters,
    u_i: Unchecked,
    u_j: Unchecked,
    *,
    orders: int,
    activation_f: str = "relu",
    activation_g: str = "relu",
    alpha: float = 0.01,
) -> Float[AnyArray, " powers"]:
    """Compute the Taylor terms of one hypernetwork that is written out.

        K^(r)_ij = d^r/de^r h_i(w + e nabla h_j) at e = 0,    r = 0 .. orders

    Args:
        params: its weights, as `network.init` makes them.
        u_i, u_j, orders, activation_f, activation_g, alpha: as in `terms`.

    Returns:
        K^(0..orders), (orders + 1,), of the weights' type.

    Raises:
        InvalidInput: an activation of another name.

    References:
        eq. 5.

    Example:
        >>> import jax, numpy as np
        >>> from hyperviz.theory import network
        >>> sizes = {"input_f": 2, "input_g": 2, "depth_f": 2, "depth_g": 1, "width_f": 4, "width_g": 1}
        >>> params, u = network.init(jax.random.key(0), **sizes), (np.array([1.0, 0.0]), np.array([0.0, 1.0]))
        >>> found = of_network(params, u, u, orders=3)
        >>> bool(np.isclose(found[0], network.apply(params, u[0][None], u[1][None])[0]))  # K^(0) is h itself
        True
    """
    settings = {"activation_f": activation_f, "activation_g": activation_g, "alpha": alpha}
    orders, params = validation.at_least("orders", orders, 0), checked(params)
    sigma, phi = activations.activation(activation_f, alpha), smooth_activations.activation_g(activation_g, alpha)
    (x_j, z_j), (x_i, z_i) = ([jnp.asarray(v) for v in point(name, u)] for name, u in (("u_j", u_j), ("u_i", u_i)))
    direction = jax.grad(lambda w: network.apply(w, x_j, z_j, **settings)[0])(params)

    def constant(v):
        return jnp.zeros((orders + 1, len(v)), v.dtype).at[0].set(v)

    def moved(W, D, q):
        """Return (W + e D) q / sqrt(fan-in), power by power."""
        y = q @ W.swapaxes(-1, -2)
        return y.at[..., 1:, :].add(q[:-1] @ D.swapaxes(-1, -2)) / math.sqrt(q.shape[-1])

    q = constant(x_i[0])
    for W, D in zip(params.hidden, direction.hidden, strict=True):
        q = jets.through(sigma, moved(W, D, q))
    a = constant(z_i[0])
    for layer, (W, D) in enumerate(zip(params.generator, direction.generator, strict=True)):
        a = jets.through(phi, a) if layer else a
        V = jnp.moveaxis(moved(W, D, q), 1, 0)  # (power, rows, columns)
        y = [jnp.einsum("rij,rj->i", V[: t + 1], a[t::-1]) for t in range(orders + 1)]
        a = jnp.stack(y) / math.sqrt(a.shape[-1])
    return matrix_free.factorial(a[:, 0])
