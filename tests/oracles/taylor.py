"""K^(r) of one materialised hypernetwork, as its definition reads: nested derivatives along the gradient."""

import math

import jax
import jax.numpy as jnp

TANH = 1.5925374197228312  # 1 / sqrt(E[tanh(g)^2]), g ~ N(0, 1)


def activate(y, alpha):
    """Leaky ReLU of slope alpha below zero, second moment kept; None: tanh."""
    return TANH * jnp.tanh(y) if alpha is None else jnp.sqrt(2 / (1 + alpha**2)) * jnp.where(y > 0, y, alpha * y)


def weights(key, L, H, n, m, n0, m0):
    """W^1 .. W^(L-1) of f, and W^L as one (rows, columns, n) tensor for each layer of g; standard normal."""
    f, g = [n0] + [n] * (L - 1), [m0] + [m] * (H - 1) + [1]
    shapes = [(f[k + 1], f[k]) for k in range(L - 1)] + [(g[k + 1], g[k], f[-1]) for k in range(H)]
    return [jax.random.normal(jax.random.fold_in(key, k), s, jnp.float64) for k, s in enumerate(shapes)]


def output(w, L, x, z, alpha_f=0.0, alpha_g: float | None = 0.0):
    """h(x, z)."""
    q = x
    for W in w[: L - 1]:
        q = activate(W @ q / math.sqrt(len(q)), alpha_f)
    a = z
    for k, W in enumerate(w[L - 1 :]):
        a = (W @ q / math.sqrt(len(q))) @ (a if k == 0 else activate(a, alpha_g)) / math.sqrt(len(a))
    return a[0]


def terms(w, L, u_i, u_j, orders, *alphas):
    """h_i, then its derivatives along grad h_j, one inside the other."""
    direction = jax.grad(lambda w: output(w, L, *u_j, *alphas))(w)

    def further(function):
        return lambda w: jax.jvp(function, (w,), (direction,))[1]

    found, function = [], lambda w: output(w, L, *u_i, *alphas)
    for _ in range(orders + 1):
        found.append(function(w))
        function = further(function)
    return jnp.stack(found)
