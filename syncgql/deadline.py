"""Deadline: the time at which a call must end, the option that sets it, and the call's target."""

from __future__ import annotations

import time

from .exceptions import TransportTimeout
from .messages import Duration

__all__ = ["Deadline"]


class Deadline:
    """The time by which a call must end. Its limit counts from the creation of the deadline.

    The client creates one for each call and passes it to the transport. A transport that blocks passes ``left()`` to
    the functions that take a timeout, and raises ``exceeded()`` when the time is up. If a transport records the
    progress of a call, in the attributes and with ``queued()`` and ``dequeued()``, the exception reports where the time
    went and whether the request was sent. Call all methods from one thread.

    Args:
        seconds: the maximum duration of the call in seconds; None for no limit.
        name: the name of the option that set the limit, for the exception.
        where: the destination of the call, for the exception; without credentials.
        counts_queueing: whether the time that the call waits for a free connection counts.

    Attributes:
        seconds: the argument of the same name.
        name: the argument of the same name.
        where: the argument of the same name.
        end: when the time is up, by ``time.monotonic()``, which is also the clock of asyncio's event loops; None if
            there is no limit. Unlike ``left()``, it is not extended by time in a queue that does not count.
        is_connecting: whether the call has asked for a connection. Like the next two, it is set and never reset.
        is_connected: whether the call has a connection, so that the server may receive the request.
        has_response: whether a response has begun.
        queue: the time that the call has waited for a free connection; None if it never waited.
    """

    __slots__ = (
        "_counts_queueing",
        "_followed",
        "end",
        "has_response",
        "is_connected",
        "is_connecting",
        "name",
        "queue",
        "seconds",
        "where",
    )

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
        self.end = None if seconds is None else time.monotonic() + seconds
        self._counts_queueing = counts_queueing
        self._followed: Deadline | None = None
        self.is_connecting = False
        self.is_connected = False
        self.has_response = False
        self.queue: Queueing | None = None

    def left(self) -> float | None:
        """Return the remaining seconds, 0 or less if the time is up; None if there is no limit."""
        if self.end is None:
            return None
        now = time.monotonic()
        queue = (self._followed or self).queue
        if queue is None or self._counts_queueing:
            return self.end - now
        return self.end + queue.seconds(now) - now

    def allows(self, seconds: float) -> bool:
        """Return whether more than *seconds* are left."""
        left = self.left()
        return left is None or seconds < left

    def restart(self) -> None:
        """Restart the time limit, because the call has waited for its turn until now."""
        self.end = None if self.seconds is None else time.monotonic() + self.seconds

    def restarted(self) -> Deadline:
        """Return a deadline with the same limit that starts now."""
        return Deadline(self.seconds, self.name, self.where, counts_queueing=self._counts_queueing)

    def renewed(self) -> Deadline:
        """Return a deadline that ends at the same time, for another attempt, without the progress of this one."""
        left = self.left()
        renewed = Deadline(self.seconds, self.name, self.where, counts_queueing=self._counts_queueing)
        renewed.end = None if left is None else time.monotonic() + left
        return renewed

    def follow(self, other: Deadline) -> None:
        """Report the progress of *other*, whose call includes this one from now on; the limit does not change."""
        self._followed = other

    def queued(self, pool_size: int) -> None:
        """Record that the call waits for one of the *pool_size* connections of a pool, which are all in use."""
        self.queue = self.queue or Queueing()
        self.queue.begin(pool_size)

    def dequeued(self) -> None:
        """Record that the call no longer waits for a connection of the pool."""
        if self.queue is not None:
            self.queue.end()

    @property
    def is_queued(self) -> bool:
        """Whether the call waits for a connection of the pool."""
        queue = (self._followed or self).queue
        return queue is not None and queue.is_waiting

    @property
    def sent(self) -> bool | None:
        """Whether the request was sent: True after a response began, False before there is a connection, or None."""
        progress = self._followed or self
        if progress.has_response:
            return True
        return False if progress.is_connecting and not progress.is_connected else None

    def exceeded(self) -> TransportTimeout:
        """Return the ``TransportTimeout`` to raise when the time is up; it says whether the request was sent."""
        seconds = self.seconds or 0.0
        advice = ADVICE.get(self.name, f"Pass a higher {self.name}=.")
        call = f"the call to {self.where}" if self.where else "the call"
        queue = (self._followed or self).queue
        if queue is None:
            what = f"{call} was cancelled"
        elif queue.is_waiting:
            what = f"{call} {queue}; it was not sent"
        else:
            what = f"{call} {queue} and was cancelled after that"
        message = f"{self.name} expired after {Duration(seconds)}; {what}. {advice}"
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
        return f"waited {Duration(self.seconds(time.monotonic()))} for {which} of the pool"


ADVICE = {
    "execute_timeout": "Pass a higher execute_timeout= to the client, or a timeout= to this call.",
    "timeout": "Pass a higher timeout= to the client or to this call.",
}

NO_DEADLINE = Deadline()
