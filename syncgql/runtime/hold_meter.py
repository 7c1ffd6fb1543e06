"""HoldMeter: measures for how long callbacks held a loop."""

from __future__ import annotations

import selectors
import time
from typing import Any


class HoldMeter:
    """Measures the longest time for which a loop ran callbacks without looking at its sockets.

    It measures nothing before ``start()``, so that a loop is not slowed down for a number that is not read: it then
    calls the selector directly.

    Args:
        selector: the selector of the loop.

    Attributes:
        longest: the longest time in seconds; may be read in any thread.
    """

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self.longest = 0.0
        self._selector = selector
        self._select = selector.select
        self._since = 0.0

    def start(self) -> None:
        """Begin to measure; called on the loop. Does nothing the second time."""
        if not self._since:
            self._since = time.monotonic()
            # A subclass would need a Python frame in each iteration of each loop, and could not be defined before
            # gevent replaces the selectors.
            self._selector.select = self._measured_select  # type: ignore[method-assign]

    def _measured_select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        held = time.monotonic() - self._since
        if held > self.longest:
            self.longest = held
        try:
            return self._select(timeout)
        finally:
            self._since = time.monotonic()
