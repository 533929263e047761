"""Counts what XLA compiles and what is read from disk in its place, as JAX reports it."""

from contextlib import contextmanager

from jax import monitoring

from hyperviz.runtime.compilation import LOADED

COMPILED = "/jax/core/compile/backend_compile_duration"


@contextmanager
def _events(*names: str):
    seen = []

    def listen(event, *_, **__):
        if event in names:
            seen.append(event)

    monitoring.register_event_duration_secs_listener(listen)
    try:
        yield seen
    finally:
        monitoring.unregister_event_duration_listener(listen)


def counted():
    """A list that grows by one entry for each program that is compiled."""
    return _events(COMPILED)


def loaded():
    """A list that grows by one entry for each program that is read from disk."""
    return _events(LOADED)


def programs():
    """A list that grows by one entry for each program that is new to this process, wherever it is from."""
    return _events(COMPILED, LOADED)
