"""Define the exceptions that hyperviz raises on purpose; each says what was expected, what came, what to do."""


class HypervizError(ValueError):
    """Report anything a user can put right: caught and shown as one sentence, never as a traceback."""


class InvalidInput(HypervizError):
    """Report an argument of the wrong type, shape or range."""


class OutOfRange(HypervizError):
    """Report a result that its floating-point type cannot hold."""


class NotPositiveDefinite(HypervizError):
    """Report a kernel system that could not be factored; the message names the ridge that would do."""


class DataMissing(HypervizError):
    """Report a data set that is not on this machine and cannot be fetched, or a file of it that is something else."""


def out_of_memory(error: BaseException) -> bool:
    """Return whether the machine, or its accelerator as XLA says it, has no memory left."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)
