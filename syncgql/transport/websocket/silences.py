"""Silences: the times in which nothing was read from a socket.

A server closes the connection of a process that does not answer its pings: one that is stopped, on a suspended machine,
or too busy. When the process continues, it reads what arrived in the meantime, and then the close frame, all at once.
The time when the server sent the close frame is unknown, so events may be missing from the beginning of the silence.
"""

from __future__ import annotations

import math
import time

LONG_SECONDS = 1.0
"""The minimum length of a silence, in seconds."""

RECENT_SECONDS = 60.0
"""The seconds after a silence in which the process reads everything that arrived during it."""


class Silences:
    """The longest recent silence of one socket, in seconds of ``time.monotonic()``."""

    _began, _ended = 0.0, -math.inf

    def record(self, began: float, ended: float) -> None:
        """Record a silence, unless a recent one was longer."""
        if ended - began >= self._ended - self._began or ended - self._ended > RECENT_SECONDS:
            self._began, self._ended = began, ended

    def longest_since(self) -> float:
        """Return the seconds since the longest recent silence began; 0 if there is none."""
        now = time.monotonic()
        return now - self._began if now - self._ended <= RECENT_SECONDS else 0.0
