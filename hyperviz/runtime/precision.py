"""Set float64 at the entries of the library, whatever precision the caller's process has chosen."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import jax
import numpy as np
from jax.core import Tracer

P = ParamSpec("P")
R = TypeVar("R")


def traced(*values: Any) -> bool:
    """Return whether a transformation (jit, vmap, grad) is at work: values cannot be looked at then."""
    return any(isinstance(v, Tracer) for v in values)


def in_float64(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function, run with JAX's float64 in the calling thread alone; float64 arrays come as NumPy's then.

    Under the caller's own transformation (jit, vmap, grad) his precision holds: JAX cannot change it half-way. The
    kernels then lose half of float32's digits near equal points, and JAX warns of it: enable float64 there.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        on = jax.config.jax_enable_x64  # pyright: ignore[reportAttributeAccessIssue]: of this thread
        if on or traced(*jax.tree.leaves((args, kwargs))):
            return function(*args, **kwargs)
        with jax.enable_x64(True):
            return jax.tree.map(_usable, function(*args, **kwargs))

    return run


def _usable(value: Any) -> Any:
    """Return a float64 array as NumPy's.

    JAX in the caller's process would cut it to float32, and warn at each operation.
    """
    return np.asarray(value) if isinstance(value, jax.Array) and value.dtype == np.float64 else value
