"""Deadline: the time that a blocking call has."""

from __future__ import annotations

import time

from ...exceptions import TransportTimeout
from ...limit import Limit

Timeout = float | tuple[float | None, float | None] | None

CONNECT_SECONDS = 30.0
"""How long connecting may take when nobody says otherwise; the same as over aiohttp."""


class Deadline:
    """Counts down from now.

    Args:
        limit: how long everything together may take.
        timeout: how long connecting and each silence of the server may take: one number for both, or two; None for
            30 s to connect and no limit to silence.
    """

    def __init__(self, limit: Limit, timeout: Timeout) -> None:
        self.limit = limit
        self.connect, self.silence = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        if timeout is None:
            self.connect = CONNECT_SECONDS
        self._start = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._start

    def remaining(self) -> float | None:
        """Return the seconds that are left, None for no limit.

        Raises:
            TransportTimeout: none are left.
        """
        if self.limit.seconds is None:
            return None
        left = self.limit.seconds - self.elapsed
        if left <= 0:
            raise self.limit.exceeded()
        return left

    def next_wait(self) -> float | None:
        """Return how long the next wait for the server may take; raises what ``remaining`` raises."""
        return min((limit for limit in (self.remaining(), self.silence) if limit is not None), default=None)

    def allows(self, seconds: float) -> bool:
        """Whether so many seconds are left."""
        return self.limit.seconds is None or self.elapsed + seconds < self.limit.seconds

    def error(self, where: str, *, is_connecting: bool) -> TransportTimeout:
        """Return the error for a wait that was given up: it was the whole time, or else the limit of that wait."""
        if self.limit.seconds is not None and self.elapsed >= self.limit.seconds:
            return self.limit.exceeded()
        seconds = (self.connect if is_connecting else self.silence) or 0.0
        what = "did not accept a connection" if is_connecting else "was silent"
        message = f"{where} {what} for {seconds:g} s. Give the transport a higher timeout=?"
        return TransportTimeout(message, limit="timeout", seconds=seconds)
