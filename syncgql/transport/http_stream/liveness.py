"""StreamLiveness: detects a stream on which nothing arrives any more."""

from __future__ import annotations

from collections.abc import Callable

from ...request import Unset
from ..recovery.keep_alive import KeepAlive
from .options import StreamOptions

LIMIT = "keep_alive_timeout"

MISSED_HEARTBEATS = 3
"""The number of regular heartbeats that may be missing."""

SHORTEST_SILENCE = 15.0
"""The shortest limit on silence that is derived from heartbeats, in seconds."""


class StreamLiveness:
    """Watches one stream.

    Any bytes count as a sign of life. The interval of regular heartbeats shortens the default limit.

    Args:
        options: the options of the transport.
        has_heartbeats: whether the server sends heartbeats at regular intervals.
        give_up: called at most once, with the limit that expired and the time since the last bytes, both in seconds.
    """

    def __init__(
        self, options: StreamOptions, give_up: Callable[[float, float], object], *, has_heartbeats: bool
    ) -> None:
        self._keep_alive = KeepAlive(lambda limit, seconds, silent_for: give_up(seconds, silent_for))
        self._limit = options.longest_silence
        self._learns = has_heartbeats and isinstance(options.keep_alive_timeout, Unset)
        self._last_heartbeat: float | None = None
        self._interval = 0.0
        if self._limit is not None:
            self._keep_alive.watch(LIMIT, self._limit)

    def received(self) -> None:
        """Record that bytes arrived."""
        self._keep_alive.last_received = self._keep_alive.time()

    def heartbeat(self) -> None:
        """Record a heartbeat in the bytes that were received last."""
        if not self._learns:
            return
        now, last = self._keep_alive.last_received, self._last_heartbeat
        self._last_heartbeat = now
        if last is None:
            return
        self._interval = max(self._interval, now - last)
        limit = max(SHORTEST_SILENCE, MISSED_HEARTBEATS * self._interval)
        if limit != self._limit:
            self._limit = limit
            self._keep_alive.watch(LIMIT, limit)

    def pause(self) -> None:
        """Stop watching, because the stream is not read."""
        self._keep_alive.pause()
        self._last_heartbeat = None  # the next heartbeat arrives late

    def resume(self) -> None:
        """Continue watching."""
        self._keep_alive.resume()

    def stop(self) -> None:
        """Stop all timers."""
        self._keep_alive.stop()
