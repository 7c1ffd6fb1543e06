"""Deadline: when a call must be over, which option says so and where the call goes."""

from __future__ import annotations

import time

from .exceptions import TransportTimeout


class Deadline:
    """The end of the time that a call may take; the time runs from when this is made.

    Args:
        seconds: how long the call may take; None for no limit.
        name: the option that says so: ``execute_timeout`` of the client, or ``timeout`` of the call.
        where: where the call goes, for the error; without secrets.
    """

    __slots__ = ("_end", "name", "seconds", "where")

    def __init__(self, seconds: float | None = None, name: str = "timeout", where: str = "") -> None:
        self.seconds = seconds
        self.name = name
        self.where = where
        # asyncio's loops use the same clock.
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        """Return the seconds that are left, 0 or less when none are; None for no limit."""
        return None if self._end is None else self._end - time.monotonic()

    def allows(self, seconds: float) -> bool:
        """Whether more than so many seconds are left."""
        return self._end is None or time.monotonic() + seconds < self._end

    def restarted(self) -> Deadline:
        """Return the same limit for work that begins now."""
        return Deadline(self.seconds, self.name, self.where)

    def exceeded(self) -> TransportTimeout:
        """Return the error for a call that ran out of time."""
        seconds = self.seconds or 0.0
        advice = ADVICE.get(self.name, f"Give {self.name}= a higher value?")
        what = f"the call to {self.where}" if self.where else "the work"
        message = f"{self.name} ran out after {seconds:g} s; {what} was cancelled. {advice}"
        return TransportTimeout(message, limit=self.name, seconds=seconds)


ADVICE = {
    "execute_timeout": "Give the client a higher execute_timeout=, or this call a timeout= of its own?",
    "timeout": "Give this call a higher timeout=?",
}

NO_DEADLINE = Deadline()
