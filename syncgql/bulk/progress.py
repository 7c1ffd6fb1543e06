"""Progress: reports the progress of a bulk operation."""

from __future__ import annotations

from collections.abc import Callable


class Progress:
    """Reports the progress of one bulk operation to a function.

    Args:
        report: called with the current count and the total.
        total: the total count; None if it is unknown.
    """

    def __init__(self, report: Callable[[int, int | None], object], total: int | None = None) -> None:
        self._report = report
        self.done = 0
        self.total = total

    def add(self, done: int) -> None:
        """Increase the count by *done* and report it."""
        self.done += done
        self._report(self.done, self.total)

    def close(self) -> None:
        """Remove the display, whether or not the operation is complete; closing again does nothing."""
