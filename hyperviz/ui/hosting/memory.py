"""Keep the server's memory small: glibc's own habits cost more than what is computed."""

from __future__ import annotations

import contextlib
import ctypes

ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h
ARENAS = 2  # else eight a core: 30 viewers' threads hold 1,354 MB with them, 1,078 with two, and are answered as fast


def few_arenas() -> None:
    """Have all threads allocate from a few arenas; before the threads begin, and nothing where there is no glibc."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return the compiler's memory to the system: glibc keeps it (340 MB after the Taylor terms alone)."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
