"""One gradient step of a hypernetwork that is written out, beside the partial sums of equation 5."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import jax
import numpy as np

from hyperviz.studies.taylor_settings import TaylorSettings, points
from hyperviz.theory import network, taylor
from hyperviz.theory.execution import alone
from hyperviz.theory.frames import ORDERS

WIDEST_F, WIDEST_G, STEPS = 256, 32, 41


class Step(NamedTuple):
    """h_i after a step of size mu along -grad h_j."""

    width_f: int
    width_g: int
    sizes: np.ndarray  # (STEPS,) mu
    after: np.ndarray  # (STEPS,) h_i(w - mu grad h_j)
    sums: np.ndarray  # (ORDERS + 1, STEPS) partial sums of equation 5, up to order 0, 1, ..


def stream(settings: TaylorSettings) -> Iterator[dict]:
    """The step, where it is asked for; compiled for the network's shape."""
    if settings.step == "on":
        yield {}  # the rest of the page is shown before this compiles
        yield {"step": step(settings)}


def step(settings: TaylorSettings) -> Step:
    """Sizes from 0 to n^a for a network of width at most 256, with residual 1: mu dl/dh_j = mu."""
    n, m = min(settings.width_f, WIDEST_F), min(settings.width_g, WIDEST_G)
    depths = {"depth_f": settings.depth_f, "depth_g": settings.depth_g}
    params = network.init(jax.random.key(settings.seed), input_f=2, input_g=2, **depths, width_f=n, width_g=m)
    params = jax.tree.map(lambda w: w.astype("float64"), params)
    phi = {"activation_f": settings.activation_f, "activation_g": settings.activation_g}
    u_i, u_j = points(settings)
    sizes = np.linspace(0, n**settings.exponent, STEPS)
    after, terms = alone(jax.jit(partial(_compared, u_i, u_j, phi)))(params, sizes)
    powers = np.stack([(-sizes) ** r / math.factorial(r) for r in range(ORDERS + 1)])
    return Step(n, m, sizes, np.asarray(after), np.cumsum(np.asarray(terms)[:, None] * powers, 0))


def _compared(u_i, u_j, phi, params, sizes):
    """h_i after each step, and the terms K^(r)."""
    gradient = jax.grad(lambda w: network.apply(w, *(v[None] for v in u_j), **phi)[0])(params)

    def after(size):
        moved = jax.tree.map(lambda w, d: w - size * d, params, gradient)
        return network.apply(moved, *(v[None] for v in u_i), **phi)[0]

    return jax.lax.map(after, sizes), taylor.of_network(params, u_i, u_j, orders=ORDERS, **phi)
