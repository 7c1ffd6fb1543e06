"""LagMeter: measures how long callbacks keep a loop from its sockets."""

from __future__ import annotations

import selectors
import time
from typing import Any


class LagMeter:
    """Measures the lag of a loop: the longest time for which it ran callbacks and did not poll its sockets.

    It measures nothing before ``start()``, so that loops whose lag is not read call the selector directly.

    Args:
        selector: the selector of the loop.

    Attributes:
        longest: the longest time in seconds; may be read in any thread.
    """

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self.longest = 0.0
        self._selector = selector
        self._select = selector.select
        self._polled_at = 0.0

    def start(self) -> None:
        """Begin to measure; called on the loop. Does nothing the second time."""
        if not self._polled_at:
            self._polled_at = time.monotonic()
            # A subclass would need a Python frame in each iteration of each loop, and could not be defined before
            # gevent replaces the selectors.
            self._selector.select = self._measured_select  # type: ignore[method-assign]

    def _measured_select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        lag = time.monotonic() - self._polled_at
        if lag > self.longest:
            self.longest = lag
        try:
            return self._select(timeout)
        finally:
            self._polled_at = time.monotonic()
