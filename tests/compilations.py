"""Counts what XLA compiles, as JAX reports it."""

from contextlib import contextmanager

from jax import monitoring

EVENT = "/jax/core/compile/backend_compile_duration"


@contextmanager
def counted():
    """A list that grows by one entry for each compilation."""
    seen = []

    def listen(event, *_, **__):
        if event == EVENT:
            seen.append(event)

    monitoring.register_event_duration_secs_listener(listen)
    try:
        yield seen
    finally:
        monitoring.unregister_event_duration_listener(listen)
