"""One compiled loop at a time in this process.

XLA's CPU runtime hangs for ever when as many compiled loops run at once as it has threads (seen with two on two
cores, jaxlib 0.10.2, with and without asynchronous dispatch). Viewers, the warm-up and a library's own threads all
come through here; the fair order among viewers is the app's matter.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import jax
from jax.core import Tracer

from hyperviz.runtime import execution


def traced(*values) -> bool:
    """Whether a transformation (jit, vmap, grad) is at work: values cannot be looked at then."""
    return any(isinstance(v, Tracer) for v in values)


Function = TypeVar("Function", bound=Callable)
Result = TypeVar("Result")
_turn = threading.RLock()
_compiler = ThreadPoolExecutor(1, "compile")


def alone(compiled: Function) -> Function:
    """The same function, run by one thread at a time and finished when it returns; untouched under a transformation."""

    @functools.wraps(compiled)
    def run(*arguments, **settings):
        if execution.traced(*jax.tree.leaves((arguments, settings))):
            return compiled(*arguments, **settings)
        with _turn:
            return jax.block_until_ready(compiled(*arguments, **settings))

    return run  # type: ignore[return-value]


def in_background(compile_: Callable[..., Result], *arguments) -> Future[Result]:
    """What it compiles, in time: one compilation after the other, beside the turns, so that nobody waits for one."""
    return _compiler.submit(compile_, *arguments)
