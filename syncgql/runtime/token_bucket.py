"""TokenBucket: a bucket of tokens that threads acquire and release."""

from __future__ import annotations

import threading


class TokenBucket:
    """A bucket of tokens, full at the beginning.

    Args:
        capacity: the maximum number of tokens.

    Attributes:
        left: the current number of tokens.
    """

    def __init__(self, capacity: int) -> None:
        self.left = capacity
        self._capacity = capacity
        self._lock = threading.Lock()

    def acquire(self, count: int) -> bool:
        """Remove *count* tokens; return False, without waiting, if there are not enough."""
        with self._lock:
            if self.left < count:
                return False
            self.left -= count
            return True

    def release(self) -> None:
        """Add a token, unless the bucket is full."""
        if self.left < self._capacity:  # acquires no lock while the bucket is full
            with self._lock:
                self.left = min(self.left + 1, self._capacity)
