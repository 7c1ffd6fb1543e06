"""Progress: tells how far a bulk operation has come."""

from __future__ import annotations

from collections.abc import Callable


class Progress:
    """Passes the progress of one bulk operation to a function.

    Args:
        tell: called with what is done and the total.
        total: how much there is to do; None if that is unknown.
    """

    def __init__(self, tell: Callable[[int, int | None], object], total: int | None = None) -> None:
        self._tell = tell
        self.done = 0
        self.total = total

    def add(self, done: int) -> None:
        """Tell that so many more are done."""
        self.done += done
        self._tell(self.done, self.total)

    def close(self) -> None:
        """End, complete or not; does nothing the second time."""
