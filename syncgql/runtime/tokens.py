"""Tokens: a counter of tokens that threads take and return."""

from __future__ import annotations

import threading


class Tokens:
    """A number of tokens, between 0 and a limit.

    Args:
        limit: how many there are at the beginning, and at most.

    Attributes:
        left: how many there are now.
    """

    def __init__(self, limit: int) -> None:
        self.left = limit
        self._limit = limit
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        """Take some; return False if there are not enough."""
        with self._lock:
            if self.left < count:
                return False
            self.left -= count
            return True

    def give(self) -> None:
        """Give one back, unless there are as many as at the beginning."""
        if self.left < self._limit:  # no lock as long as nothing was taken
            with self._lock:
                self.left = min(self.left + 1, self._limit)
