"""Keep values in a cache bounded by bytes and shared by threads: the least recently used value goes first."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

from cachetools import LRUCache


class Sized(Protocol):
    """Have a size in bytes."""

    @property
    def nbytes(self) -> int:
        """Return the size in bytes."""
        ...


Value = TypeVar("Value", bound=Sized)


class ByteBoundedCache(Generic[Value]):
    """Keep values of at most `limit` bytes, shared by all viewers; a value larger than that alone is not kept."""

    def __init__(self, limit: int) -> None:
        self._lock = threading.Lock()
        self._values: LRUCache[Hashable, Value] = LRUCache(limit, getsizeof=lambda value: value.nbytes)

    def get(self, key: Hashable) -> Value | None:
        """Return the value, which is then the most recently used one, or None."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value, and drop the least recently used ones until all fit."""
        with self._lock:
            self._values.pop(key, None)
            if value.nbytes <= self._values.maxsize:
                self._values[key] = value

    @property
    def nbytes(self) -> int:
        """Return the size of all that is kept now."""
        with self._lock:
            return int(self._values.currsize)
