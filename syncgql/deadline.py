"""Deadline: when a call must be over, which option says so and where the call goes."""

from __future__ import annotations

import time

from .exceptions import TransportTimeout


class Deadline:
    """The end of the time that a call may take; the time runs from when this is made.

    What carries the call notes here how far it has come, so that the error can say where the time went. These notes are
    written and read on one thread.

    Args:
        seconds: how long the call may take; None for no limit.
        name: the option that says so: ``timeout``, or gql's name for that of the client, ``execute_timeout``.
        where: where the call goes, for the error; without secrets.
        counts_queueing: whether the time for which the call waits for a free connection counts.

    Attributes:
        is_connecting: whether the call asked for a connection. Like the next two, it is set and never reset.
        is_connected: whether the call had a connection; from then on the server may have received it.
        is_answered: whether a response began.
        queue: how long the call waited for a connection of the pool; None if it did not.
    """

    __slots__ = (
        "_counts_queueing",
        "_end",
        "is_answered",
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
        # asyncio's loops use the same clock.
        self._end = None if seconds is None else time.monotonic() + seconds
        self._counts_queueing = counts_queueing
        self.is_connecting = False
        self.is_connected = False
        self.is_answered = False
        self.queue: Queueing | None = None

    def left(self) -> float | None:
        """Return the seconds that are left, 0 or less when none are; None for no limit."""
        if self._end is None:
            return None
        now = time.monotonic()
        if self.queue is None or self._counts_queueing:
            return self._end - now
        return self._end + self.queue.seconds(now) - now

    def allows(self, seconds: float) -> bool:
        """Whether more than so many seconds are left."""
        left = self.left()
        return left is None or seconds < left

    def restarted(self) -> Deadline:
        """Return the same limit for work that begins now."""
        return Deadline(self.seconds, self.name, self.where, counts_queueing=self._counts_queueing)

    def queued(self, pool_size: int) -> None:
        """Note that the call waits for one of so many connections, all of them in use."""
        self.queue = self.queue or Queueing()
        self.queue.begin(pool_size)

    def dequeued(self) -> None:
        """Note that the call may have a connection."""
        if self.queue is not None:
            self.queue.end()

    @property
    def sent(self) -> bool | None:
        """Whether the server received the call: False before there is a connection, None when that is unknown."""
        if self.is_answered:
            return True
        return False if self.is_connecting and not self.is_connected else None

    def exceeded(self) -> TransportTimeout:
        """Return the error for a call that ran out of time."""
        seconds = self.seconds or 0.0
        advice = ADVICE.get(self.name, f"Give {self.name}= a higher value?")
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
    """For how long a call has waited for a free connection."""

    __slots__ = ("_ended", "_since", "pool_size")

    def __init__(self) -> None:
        self.pool_size = 0
        self._ended = 0.0
        self._since: float | None = None

    def begin(self, pool_size: int) -> None:
        """The call waits for one of so many connections."""
        self.pool_size = pool_size
        self._since = time.monotonic()

    def end(self) -> None:
        """The call does not wait any longer."""
        self._ended = self.seconds(time.monotonic())
        self._since = None

    @property
    def is_waiting(self) -> bool:
        """Whether the call is waiting now."""
        return self._since is not None

    def seconds(self, now: float) -> float:
        """Return how long it has waited, all in all."""
        return self._ended if self._since is None else self._ended + now - self._since

    def __str__(self) -> str:
        which = "the only connection" if self.pool_size == 1 else f"one of {self.pool_size} connections"
        return f"waited {self.seconds(time.monotonic()):.1f} s for {which} of the pool"


ADVICE = {
    "execute_timeout": "Give the client a higher execute_timeout=, or this call a timeout= of its own?",
    "timeout": "Give the client or this call a higher timeout=?",
}

NO_DEADLINE = Deadline()
