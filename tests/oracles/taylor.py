"""K^(r) of one materialised hypernetwork, as its definition reads: nested derivatives along the gradient."""

import math

import jax
import jax.numpy as jnp

PHI = {
    "relu": lambda y: math.sqrt(2) * jnp.where(y > 0, y, 0),
    "leaky_relu": lambda y: math.sqrt(2 / 1.09) * jnp.where(y > 0, y, 0.3 * y),
    "tanh": lambda y: 1.5925374197228312 * jnp.tanh(y),
}


def weights(key, L, H, n, m, n0, m0):
    """W^1 .. W^(L-1) of f, and W^L as one (rows, columns, n) tensor for each layer of g; standard normal."""
    f, g = [n0] + [n] * (L - 1), [m0] + [m] * (H - 1) + [1]
    shapes = [(f[k + 1], f[k]) for k in range(L - 1)] + [(g[k + 1], g[k], f[-1]) for k in range(H)]
    return [jax.random.normal(jax.random.fold_in(key, k), s, jnp.float64) for k, s in enumerate(shapes)]


def output(w, L, x, z, f="relu", g="relu"):
    """h(x, z)."""
    q = x
    for W in w[: L - 1]:
        q = PHI[f](W @ q / math.sqrt(len(q)))
    a = z
    for k, W in enumerate(w[L - 1 :]):
        a = (W @ q / math.sqrt(len(q))) @ (a if k == 0 else PHI[g](a)) / math.sqrt(len(a))
    return a[0]


def terms(w, L, u_i, u_j, orders, **phi):
    """h_i, then its derivatives along grad h_j, one inside the other."""
    direction = jax.grad(lambda w: output(w, L, *u_j, **phi))(w)

    def further(function):
        return lambda w: jax.jvp(function, (w,), (direction,))[1]

    found, function = [], lambda w: output(w, L, *u_i, **phi)
    for _ in range(orders + 1):
        found.append(function(w))
        function = further(function)
    return jnp.stack(found)
