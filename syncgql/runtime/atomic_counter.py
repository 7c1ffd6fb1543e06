"""AtomicCounter: a counter that any thread can increment."""

from __future__ import annotations

import os
import threading


class AtomicCounter:
    """A counter per process that any thread can increment; a forked child starts at 0."""

    def __init__(self) -> None:
        # By process id, because a fork copies a lock that another thread may hold. ``setdefault`` is atomic.
        self._counts: dict[int, _Count] = {}

    def increment(self) -> None:
        """Add one to the value."""
        count = self._counts.setdefault(os.getpid(), _Count())
        with count.lock:
            count.value += 1

    @property
    def value(self) -> int:
        """The current value."""
        count = self._counts.get(os.getpid())
        return 0 if count is None else count.value


class _Count:
    __slots__ = ("lock", "value")

    def __init__(self) -> None:
        self.value = 0
        self.lock = threading.Lock()
