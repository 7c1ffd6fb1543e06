"""Deadline: the time at which a call must end, the option that sets it, and the call's target."""

from __future__ import annotations

import time

from .exceptions import TransportTimeout


class Deadline:
    """The time limit of a call, counted from the creation of this object.

    The transport records the progress of the call here, so that the error can say where the time went. The progress is
    written and read on one thread.

    Args:
        seconds: the time limit in seconds; None for no limit.
        name: the option that sets the limit: ``timeout``, or ``execute_timeout``, gql's name for that of the client.
        where: the target of the call, for the error message; without secrets.
        counts_queueing: whether the limit includes the time that the call waits for a free connection.
    """

    __slots__ = ("_counts_queueing", "_end", "_is_connected", "_is_connecting", "name", "queue", "seconds", "where")

    def __init__(
        self,
        seconds: float | None = None,
        name: str = "timeout",
        where: str = "",
        *,
        counts_queueing: bool = True,
    ) -> None:
        self.seconds = seconds
        self.name = name
        self.where = where
        # The event loops of asyncio use the same clock.
        self._end = None if seconds is None else time.monotonic() + seconds
        self._counts_queueing = counts_queueing
        self._is_connecting = False
        self._is_connected = False
        self.queue: Queueing | None = None

    def left(self) -> float | None:
        """Return the remaining seconds, 0 or less once the limit has expired; None for no limit."""
        if self._end is None:
            return None
        now = time.monotonic()
        if self.queue is None or self._counts_queueing:
            return self._end - now
        return self._end + self.queue.seconds(now) - now

    def allows(self, seconds: float) -> bool:
        """Return whether more than this number of seconds remains."""
        left = self.left()
        return left is None or seconds < left

    def restarted(self) -> Deadline:
        """Return a deadline with the same limit, counted from now."""
        return Deadline(self.seconds, self.name, self.where, counts_queueing=self._counts_queueing)

    def connecting(self) -> None:
        """Record that the call is about to acquire a connection."""
        self._is_connecting = True

    def connected(self) -> None:
        """Record that the call has a connection: from now on, the server may have received the request."""
        self._is_connected = True

    def queued(self, pool_size: int) -> None:
        """Record that the call waits for a connection, because all *pool_size* connections are in use."""
        self.queue = self.queue or Queueing()
        self.queue.begin(pool_size)

    def dequeued(self) -> None:
        """Record that the call no longer waits for a connection."""
        if self.queue is not None:
            self.queue.end()

    @property
    def sent(self) -> bool | None:
        """False while the server cannot have received the request; None once that is unknown."""
        return False if self._is_connecting and not self._is_connected else None

    def exceeded(self) -> TransportTimeout:
        """Return the error to raise once the limit has expired."""
        seconds = self.seconds or 0.0
        advice = ADVICE.get(self.name, f"Pass a higher {self.name}=.")
        call = f"the call to {self.where}" if self.where else "the work"
        if self.queue is None:
            what = f"{call} was cancelled"
        elif self.queue.is_waiting:
            what = f"{call} {self.queue}; it was not sent"
        else:
            what = f"{call} {self.queue} and was cancelled after that"
        message = f"{self.name} ran out after {seconds:g} s; {what}. {advice}"
        return TransportTimeout(message, limit=self.name, seconds=seconds, sent=self.sent)


class Queueing:
    """The time that a call has waited for a free connection."""

    __slots__ = ("_ended", "_since", "pool_size")

    def __init__(self) -> None:
        self.pool_size = 0
        self._ended = 0.0
        self._since: float | None = None

    def begin(self, pool_size: int) -> None:
        """Start to wait for one of *pool_size* connections."""
        self.pool_size = pool_size
        self._since = time.monotonic()

    def end(self) -> None:
        """Stop waiting."""
        self._ended = self.seconds(time.monotonic())
        self._since = None

    @property
    def is_waiting(self) -> bool:
        """Whether the call is waiting now."""
        return self._since is not None

    def seconds(self, now: float) -> float:
        """Return the total seconds that the call has waited until *now*."""
        return self._ended if self._since is None else self._ended + now - self._since

    def __str__(self) -> str:
        which = "the only connection" if self.pool_size == 1 else f"one of {self.pool_size} connections"
        return f"waited {self.seconds(time.monotonic()):.1f} s for {which} of the pool"


ADVICE = {
    "execute_timeout": "Pass a higher execute_timeout= to the client, or a timeout= to this call.",
    "timeout": "Pass a higher timeout= to the client or to this call.",
}

NO_DEADLINE = Deadline()
