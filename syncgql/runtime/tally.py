"""Tally: a counter that any thread can increase."""

from __future__ import annotations

import os
import threading


class Tally:
    """A counter per process that any thread can increase; a forked child starts at 0."""

    def __init__(self) -> None:
        # By process id, because a fork copies a lock that another thread may hold. ``setdefault`` is atomic.
        self._counters: dict[int, _Counter] = {}

    def add(self) -> None:
        """Increase the count by one."""
        counter = self._counters.setdefault(os.getpid(), _Counter())
        with counter.lock:
            counter.count += 1

    @property
    def count(self) -> int:
        """The current count."""
        counter = self._counters.get(os.getpid())
        return 0 if counter is None else counter.count


class _Counter:
    __slots__ = ("count", "lock")

    def __init__(self) -> None:
        self.count = 0
        self.lock = threading.Lock()
