"""Take one gradient step of a hypernetwork that is written out, beside the partial sums of equation 5."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import numpy as np

from hyperviz.runtime.compilation import compiled, in_background
from hyperviz.studies.common import streaming
from hyperviz.studies.taylor.predictions import points
from hyperviz.studies.taylor.settings import TaylorSettings
from hyperviz.theory import network
from hyperviz.theory.taylor import written_out
from hyperviz.theory.taylor.bartlett import ORDERS

WIDEST_F, WIDEST_G, STEPS = 256, 32, 41


class Step(NamedTuple):
    """Hold h_i after a step of size mu along -grad h_j."""

    width_f: int
    width_g: int
    sizes: np.ndarray  # (STEPS,) mu
    after: np.ndarray  # (STEPS,) h_i(w - mu grad h_j)
    sums: np.ndarray  # (ORDERS + 1, STEPS) partial sums of equation 5, up to order 0, 1, ..


class Sizes(NamedTuple):
    """Hold the sizes of the network that is written out."""

    depth_f: int
    depth_g: int
    width_f: int
    width_g: int


def stream(settings: TaylorSettings) -> Iterator[dict]:
    """Yield the step, where it is asked for.

    It is compiled in the background for the network's shape, so that a slider is free.
    """
    if settings.step == "on":
        program = _program(_sizes(settings), settings.activation_f, settings.activation_g)
        while not program.done():
            yield {}
            time.sleep(streaming.STEP)
        yield {"step": step(settings)}


def step(settings: TaylorSettings) -> Step:
    """Return steps of sizes from 0 to n^a for a network of width at most 256, with residual 1: mu dl/dh_j = mu."""
    sizes = _sizes(settings)
    params = _network(jax.random.key(settings.seed), sizes)
    steps = np.linspace(0, sizes.width_f**settings.exponent, STEPS)
    program = _program(sizes, settings.activation_f, settings.activation_g).result()
    after, terms = program(*points(settings), params, steps)
    powers = np.stack([(-steps) ** r / math.factorial(r) for r in range(ORDERS + 1)])
    return Step(
        sizes.width_f, sizes.width_g, steps, np.asarray(after), np.cumsum(np.asarray(terms)[:, None] * powers, 0)
    )


def _sizes(settings: TaylorSettings) -> Sizes:
    n, m = min(settings.width_f, WIDEST_F), min(settings.width_g, WIDEST_G)
    return Sizes(settings.depth_f, settings.depth_g, n, m)


def _network(key, sizes: Sizes) -> network.Parameters:
    params = network.init(key, input_f=2, input_g=2, **sizes._asdict())
    return jax.tree.map(lambda w: w.astype("float64"), params)


@lru_cache(maxsize=64)
def _program(sizes: Sizes, activation_f: str, activation_g: str) -> Future[Callable]:
    """Return the future of the program that takes (u_i, u_j, params, sizes) to what `_compared` finds."""
    return in_background(_prepare, sizes, activation_f, activation_g)


def _prepare(sizes: Sizes, activation_f: str, activation_g: str) -> Callable:
    phi = {"activation_f": activation_f, "activation_g": activation_g}
    params = jax.eval_shape(lambda key: _network(key, sizes), jax.random.key(0))
    _compared.prepare(*points(TaylorSettings()), params, np.zeros(STEPS), **phi)
    return partial(_compared, **phi)


@compiled(static_argnames=("activation_f", "activation_g"))
def _compared(u_i, u_j, params, sizes, *, activation_f: str, activation_g: str):
    """Return h_i after each step, and the terms K^(r)."""
    phi: dict[str, Any] = {"activation_f": activation_f, "activation_g": activation_g}
    gradient = jax.grad(lambda w: network.apply(w, *(v[None] for v in u_j), **phi)[0])(params)

    def after(size):
        moved = jax.tree.map(lambda w, d: w - size * d, params, gradient)
        return network.apply(moved, *(v[None] for v in u_i), **phi)[0]

    return jax.lax.map(after, sizes), written_out.of_network(params, u_i, u_j, orders=ORDERS, **phi)
