"""Deadline: the time that a blocking call has."""

from __future__ import annotations

import time

from ...exceptions import TransportTimeout

Timeout = float | tuple[float | None, float | None] | None

CONNECT_SECONDS = 30.0
"""How long connecting may take when nobody says otherwise; the same as over aiohttp."""


class Deadline:
    """Counts down from now.

    Args:
        seconds: how long everything together may take, ``execute_timeout``; None for no limit.
        timeout: how long connecting and each silence of the server may take: one number for both, or two; None for
            30 s to connect and no limit to silence.
    """

    def __init__(self, seconds: float | None, timeout: Timeout) -> None:
        self.seconds = seconds
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
        if self.seconds is None:
            return None
        left = self.seconds - self.elapsed
        if left <= 0:
            raise self._expired(self.seconds)
        return left

    def next_wait(self) -> float | None:
        """Return how long the next wait for the server may take; raises what ``remaining`` raises."""
        return min((limit for limit in (self.remaining(), self.silence) if limit is not None), default=None)

    def allows(self, seconds: float) -> bool:
        """Whether so many seconds are left."""
        return self.seconds is None or self.elapsed + seconds < self.seconds

    def error(self, where: str, *, is_connecting: bool) -> TransportTimeout:
        """Return the error for a wait that was given up: it was the whole time, or else the limit of that wait."""
        if self.seconds is not None and self.elapsed >= self.seconds:
            return self._expired(self.seconds)
        seconds = (self.connect if is_connecting else self.silence) or 0.0
        what = "did not accept a connection" if is_connecting else "was silent"
        message = f"{where} {what} for {seconds:g} s. Give timeout= a higher value?"
        return TransportTimeout(message, limit="timeout", seconds=seconds)

    def _expired(self, seconds: float) -> TransportTimeout:
        message = f"execute_timeout ran out after {seconds:g} s. Give execute_timeout= a higher value?"
        return TransportTimeout(message, limit="execute_timeout", seconds=seconds)
