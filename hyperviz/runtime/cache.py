"""What was computed and may be asked for again, within a bound of bytes: the least recently used goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What knows its size."""

    @property
    def nbytes(self) -> int:
        """In bytes."""
        ...


Value = TypeVar("Value", bound=Sized)


class Kept(Generic[Value]):
    """A cache of at most `limit` bytes, shared by all viewers; what is larger than that alone is not kept."""

    def __init__(self, limit: int):
        self.limit, self._found, self._lock = limit, OrderedDict[Hashable, Value](), threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value, now the most recently used, or None."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keeps a value, and drops the oldest ones until all fit."""
        with self._lock:
            self._found.pop(key, None)
            if value.nbytes <= self.limit:
                self._found[key] = value
            while self._size() > self.limit:
                self._found.popitem(last=False)

    @property
    def nbytes(self) -> int:
        """What is kept now."""
        with self._lock:
            return self._size()

    def clear(self) -> None:
        """Drops everything."""
        with self._lock:
            self._found.clear()

    def _size(self) -> int:
        return sum(value.nbytes for value in self._found.values())
