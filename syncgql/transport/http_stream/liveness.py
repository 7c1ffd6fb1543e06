"""StreamLiveness: detects a stream on which nothing arrives any more."""

from __future__ import annotations

from collections.abc import Callable

from ...request import Unset
from ..recovery.keep_alive import KeepAlive
from ..recovery.loss import ConnectionLoss
from .options import StreamOptions

LIMIT = "keep_alive_timeout"

MISSED_HEARTBEATS = 3
"""The number of regular heartbeats that may be missing."""

SHORTEST_SILENCE = 15.0
"""The shortest limit on silence that is derived from heartbeats, in seconds."""

LONG_PAUSE = 1.0
"""The seconds of a pause after which the stream is behind its server."""

CAUGHT_UP_SECONDS = 1.0
"""Bytes that take more seconds to arrive were not waiting to be read."""

DRAINED_SECONDS = 60.0
"""After this many seconds without a pause, the backlog of the last pause has been read."""


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
        self._paused_at = self._resumed_at = 0.0
        self._behind_since: float | None = None
        if self._limit is not None:
            self._keep_alive.watch(LIMIT, self._limit)

    def received(self) -> None:
        """Record that bytes arrived."""
        now = self._keep_alive.time()
        if self._behind_since is not None and (
            now - self._keep_alive.last_received > CAUGHT_UP_SECONDS or now - self._resumed_at > DRAINED_SECONDS
        ):
            self._behind_since = None
        self._keep_alive.last_received = now

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
        self._paused_at = self._keep_alive.time()
        self._last_heartbeat = None  # the next heartbeat arrives late

    def resume(self) -> None:
        """Continue watching."""
        self._keep_alive.resume()
        self._resumed_at = self._keep_alive.last_received
        if self._behind_since is None and self._resumed_at - self._paused_at >= LONG_PAUSE:
            self._behind_since = self._paused_at

    def dated(self, loss: ConnectionLoss) -> ConnectionLoss:
        """Return a loss that happens now, and before which the stream may not have been read to its end."""
        if self._behind_since is None:
            return loss
        return loss._replace(silent_for=max(loss.silent_for, self._keep_alive.time() - self._behind_since))

    def stop(self) -> None:
        """Stop all timers."""
        self._keep_alive.stop()
