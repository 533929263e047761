"""Name a GPU that JAX was installed for and that is not there: one sentence in the place of JAX's traceback."""

from __future__ import annotations

import logging

SAID = "hyperviz: no GPU can be used here, though JAX was installed for one; it computes on the CPU (%s)."
OF_JAX = "jax._src.xla_bridge"  # the logger that tells of plugins: jax 0.10.2


def say_in_a_sentence() -> None:
    """Have JAX tell in one line that its plugin found no GPU; it goes on with the CPU by itself.

    jax[cuda13] without a GPU logs three chained tracebacks, 63 lines, at the first computation.
    """
    logging.getLogger(OF_JAX).addFilter(_shortened)


def _shortened(record: logging.LogRecord) -> bool:
    if record.exc_info and record.getMessage().startswith("Jax plugin configuration error"):
        reason = str(record.exc_info[1]).strip().split("\n")[-1]
        record.msg, record.args, record.exc_info, record.exc_text = SAID, (reason.rstrip("."),), None, None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True
