"""Tokens: a number of tokens that threads take and return."""

from __future__ import annotations

import threading


class Tokens:
    """A number of tokens, between 0 and a limit.

    Args:
        limit: the initial and maximum number of tokens.

    Attributes:
        left: the current number of tokens.
    """

    def __init__(self, limit: int) -> None:
        self.left = limit
        self._limit = limit
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        """Take *count* tokens; return False if there are not enough."""
        with self._lock:
            if self.left < count:
                return False
            self.left -= count
            return True

    def give(self) -> None:
        """Return a token, unless all tokens have been returned."""
        if self.left < self._limit:  # takes no lock while no token is taken
            with self._lock:
                self.left = min(self.left + 1, self._limit)
