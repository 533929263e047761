"""Let one step at a time use the accelerator: whoever has been shown the fewest pictures goes first."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import threading
from collections.abc import Iterator


class Gate:
    """Hold a fair lock: turns go by pictures already shown, then by time of asking."""

    def __init__(self) -> None:
        """Let nobody wait and nobody compute."""
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int]] = []
        self._count = itertools.count()
        self._busy = False

    @contextlib.contextmanager
    def turn(self, pictures: int) -> Iterator[None]:
        """Hold the accelerator for one step."""
        with self._changed:
            me = (pictures, next(self._count))
            heapq.heappush(self._waiting, me)
            self._changed.wait_for(lambda: not self._busy and self._waiting[0] == me)
            heapq.heappop(self._waiting)
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def waited_for(self) -> bool:
        """Return whether somebody waits."""
        return bool(self._waiting)


gate = Gate()
