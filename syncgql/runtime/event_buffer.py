"""EventBuffer: a bounded queue of events from the loop thread to one consumer.

Theory of operation. The loop thread puts events, one consumer gets them, and any thread may close the buffer, including
one in which the garbage collector runs a finalizer. There is no lock, because a finalizer may interrupt a thread that
holds it.

- *Events pass through a* ``queue.SimpleQueue``. Its ``put`` never waits and is reentrant: a finalizer that runs inside
  it may close another buffer, with which ``queue.Queue`` would deadlock. Its ``get`` takes one uncontended C lock,
  which is faster than passing events in batches.
- *Each counter has one writer.* The loop thread writes ``received`` and ``_overflowed``; the consumer writes
  ``delivered`` and ``_discarded``.
- *Closing wins.* ``close`` sets a flag before it removes the events and puts an ``End``. An event that the loop thread
  puts at the same moment may come before or after the ``End``, so ``get`` checks the flag.
- *A wait with a limit uses a* ``Doorbell``, which says why.
- *No wake-up is lost.* A producer that waits for room registers its request before it checks the size. A consumer that
  makes room after that check wakes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeVar, get_args

from ..checks import check_count
from ..deadline import Deadline
from ..exceptions import SubscriptionForked, SubscriptionOverflow, TransportProtocolError
from .event_markers import End, Gap, Marker, Resubscribed
from .slices import SLICE

if TYPE_CHECKING:
    from .doorbell import Doorbell

T = TypeVar("T")

# Not a TimeoutError, which a signal handler of the user may raise during the wait.
Empty = queue.Empty

Overflow = Literal["block", "raise", "drop_oldest"]

NO_PROCESS = -1
"""The process id of buffers that a fork has left behind."""


class SubscriptionStats(NamedTuple):
    """Counts of events since the subscription began: received = delivered + dropped + buffered.

    Attributes:
        received: events that the server sent.
        delivered: events that the consumer took.
        dropped: events that were dropped because the buffer was full, or with the rest of it at ``close()``.
        buffered: events that wait for the consumer.
        reconnects: how often the subscription was sent again after its connection was lost.
        missing_seconds: the seconds for which events are missing because of that, counted from the last sign of life
            of each lost connection.
        down_for: the seconds since the last sign of life of a lost connection that is being re-established; None while
            the subscription is connected, and after it has ended.
    """

    received: int
    delivered: int
    dropped: int
    buffered: int
    reconnects: int
    missing_seconds: float = 0.0
    down_for: float | None = None


def check_buffer(buffer_size: int, overflow: Overflow) -> None:
    """Check the options of a buffer.

    Raises:
        TypeError: *buffer_size* is not a whole number.
        ValueError: *buffer_size* is less than 1, or *overflow* is not a known policy.
    """
    check_count("buffer_size", buffer_size, least=1, of="events")
    if overflow not in get_args(Overflow):
        raise ValueError(f"overflow must be one of {get_args(Overflow)}, not {overflow!r}.")


class EncodedEvent(Generic[T]):
    """An event that is decoded in the thread that takes it from the buffer.

    Args:
        text: the text of the event.
        decode: decodes the text. It raises ``TransportProtocolError`` for a malformed text, which ends the buffer.
    """

    __slots__ = ("_decode", "_text")

    def __init__(self, text: str, decode: Callable[[str], T]) -> None:
        self._text = text
        self._decode = decode

    def decode(self) -> T:
        """Return the event."""
        return self._decode(self._text)


class EventBuffer(Generic[T]):
    """A bounded queue of events that the loop thread fills and one consumer drains.

    Args:
        buffer_size: the number of events that may wait.
        overflow: what to do when the buffer is full: ``block`` asks the producer to wait for room, ``raise`` ends the
            buffer with ``SubscriptionOverflow`` after the buffered events, ``drop_oldest`` drops the oldest event.
        post: a function that schedules a call on the loop, from any thread.

    Attributes:
        full: with ``block``, whether the last event filled the buffer, so that the producer waits for room.

    Raises:
        TypeError: *buffer_size* is not a whole number.
        ValueError: *buffer_size* is less than 1, or *overflow* is not a known policy.
    """

    __slots__ = (
        "_asked_for_more",
        "_bell",
        "_discarded",
        "_get",
        "_markers_put",
        "_markers_taken",
        "_overflowed",
        "_overtaken",
        "_pid",
        "_post",
        "_put",
        "_queue",
        "_room",
        "_size",
        "blocks",
        "buffer_size",
        "closed",
        "delivered",
        "finished",
        "full",
        "missing_seconds",
        "overflow",
        "received",
        "reconnects",
    )

    def __init__(self, buffer_size: int, overflow: Overflow, post: Callable[[Callable[[], object]], object]) -> None:
        check_buffer(buffer_size, overflow)
        self.buffer_size = buffer_size
        self.overflow = overflow
        self.received = 0
        self.delivered = 0
        self.reconnects = 0
        self.missing_seconds = 0.0
        self.finished = False
        self.full = False
        self.closed = False
        self._overflowed = 0
        self._discarded = 0
        self._markers_put = 0
        self._markers_taken = 0
        # Markers before events that were dropped; the consumer receives them first.
        self._overtaken: list[Marker] = []
        self._post = post
        self._pid = os.getpid()
        self._queue: queue.SimpleQueue[T | EncodedEvent[T] | Marker] = queue.SimpleQueue()
        # The following four are used for every event.
        self._put: Callable[[T | EncodedEvent[T] | Marker], None] = self._queue.put
        self._get = self._queue.get
        self._size = self._queue.qsize
        self.blocks = overflow == "block"
        self._room: asyncio.Event | None = None
        self._asked_for_more = False  # whether a call of _wake is scheduled
        self._bell: Doorbell | None = None  # for waits with a limit

    @property
    def stats(self) -> SubscriptionStats:
        """The counts at this moment; the events that a closed buffer discarded count as dropped."""
        # Reads delivered before received, so that delivered is never greater.
        delivered, dropped = self.delivered, self._overflowed + self._discarded
        received = self.received
        if self.closed:
            dropped = received - delivered
        buffered = received - delivered - dropped
        return SubscriptionStats(received, delivered, dropped, buffered, self.reconnects, self.missing_seconds)

    # -- on the loop thread

    def reconnected(self, seconds: float) -> None:
        """Put a marker: events of *seconds* are missing here."""
        self.reconnects += 1
        self.missing_seconds += seconds
        self._put_marker(Gap(seconds))

    def resubscribed(self) -> None:
        """Put a marker: the following events have other variables."""
        self._put_marker(Resubscribed())

    def put(self, item: T | EncodedEvent[T]) -> bool:
        """Add an event; return False if no more events are accepted."""
        if self.finished:
            return False
        self.received += 1
        size = self._size()
        if self.blocks:
            self.full = size + 1 >= self.buffer_size
        elif size >= self.buffer_size:
            return self._put_when_full(item)
        self._put(item)
        return True

    def finish(self, error: Exception | None = None) -> None:
        """Put the end marker after the buffered events. Does nothing if there is one already."""
        if not self.finished:
            self.finished = True
            self._put(End(error))

    def abandon(self) -> None:
        """Accept no more events, and do not wake a waiting consumer."""
        self.finished = True

    async def wait_for_room(self) -> None:
        """Wait until half of the buffer is free, or the buffer has ended."""
        room = self._room = asyncio.Event()
        try:
            while True:
                # Set before the size is checked: a consumer that makes room after the check wakes this task.
                room.clear()
                self._asked_for_more = False
                if self._size() <= self.buffer_size // 2 or self.finished:
                    return
                await room.wait()
        finally:
            self._room = None
            self.full = False

    def _put_marker(self, marker: Marker) -> None:
        if not self.finished:
            self._markers_put += 1
            self._put(marker)

    def _put_when_full(self, item: T | EncodedEvent[T]) -> bool:
        markers = self._markers_put - self._markers_taken - len(self._overtaken)
        if self._size() - markers < self.buffer_size:
            self._put(item)
            return True
        if self.overflow == "raise":
            self._overflowed += 1
            self.finish(self._overflow_error())
            return False
        if not self._drop_oldest():
            return False
        self._put(item)
        return True

    def _drop_oldest(self) -> bool:
        while True:
            try:
                oldest = self._queue.get_nowait()
            except queue.Empty:  # the consumer was faster
                return True
            if isinstance(oldest, End):  # closed in the meantime; a waiting consumer must receive the marker
                self._put(oldest)
                return False
            if not isinstance(oldest, Marker):
                self._overflowed += 1
                return True
            self._overtaken.append(oldest)

    def _overflow_error(self) -> SubscriptionOverflow:
        return SubscriptionOverflow(
            f"The consumer fell behind: {self.buffer_size} events were waiting when another arrived. Consume faster, "
            f'raise buffer_size=, or choose overflow="block" or "drop_oldest".',
            buffered=self.buffer_size,
            limit=self.buffer_size,
        )

    def _wake(self) -> None:
        if self._room is not None:
            self._room.set()

    # -- in the consumer's thread

    def get(self, timeout: float | None = None) -> T | Marker:
        """Return the next event, decoded, or the next marker. An ``End`` stays in the buffer and is returned again.

        Raises:
            Empty: none arrived within *timeout* seconds.
            SubscriptionForked: the buffer was created in another process.
        """
        size = self._size()
        if not size:
            self.check_process()  # a system call, which is skipped if there is an event
        if self._overtaken:
            item: T | EncodedEvent[T] | Marker = self._overtaken.pop(0)
        else:
            # close() may remove the events at any moment, and then puts an End.
            item = self._get() if size else self._wait(timeout)
        if isinstance(item, Marker) or self.closed:
            if isinstance(item, End) or self.closed:
                return self._end(item)
            self._markers_taken += 1
        else:
            self.delivered += 1
        if self._room is not None:
            self._make_room()
        return self._decoded(item) if isinstance(item, EncodedEvent) else item

    def check_process(self) -> None:
        """Raise ``SubscriptionForked`` in a process that did not create the buffer."""
        if self._pid != os.getpid():
            raise SubscriptionForked(
                "This subscription was opened in another process, before a fork; subscribe again in this process."
            )

    def notify(self, function: Callable[[], object]) -> None:
        """Call *function* now, and after each entry that is put from now on, in any thread.

        Args:
            function: must not wait or take a lock, because a finalizer may put the end.
        """
        put = self._put

        def put_and_notify(item: T | EncodedEvent[T] | Marker) -> None:
            put(item)
            function()

        # Only merged subscriptions and waits with a limit pay for this. What was put before the assignment is there
        # already.
        self._put = put_and_notify
        function()

    def disown(self) -> None:
        """Discard events inherited from another process, whose consumer receives them."""
        self._pid = NO_PROCESS
        self._overtaken.clear()
        self._empty()

    def close(self) -> None:
        """Discard the events and wake a waiting consumer with a regular end. Takes no lock."""
        self.closed = self.finished = True
        self._empty()
        # An event that the loop thread puts at this moment may come before or after this marker; get() checks the flag.
        self._put(End(None))
        if self._room is not None:
            self._post(self._wake)

    def discard(self) -> None:
        """Count the event that was taken last as dropped."""
        self.delivered -= 1
        self._discarded += 1

    def _empty(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._queue.get_nowait()

    def _make_room(self) -> None:
        # Posted once per pause, because it costs a system call, and the loop thread may not run until the buffer is
        # empty.
        if not self._asked_for_more and self._size() <= self.buffer_size // 2:
            self._asked_for_more = True
            self._post(self._wake)

    def _decoded(self, event: EncodedEvent[T]) -> T | End:
        """Decode an event, after the producer was asked for more; a malformed one ends the buffer."""
        try:
            return event.decode()
        except TransportProtocolError as error:
            self.discard()
            self.close()
            return End(error)

    def _end(self, item: T | EncodedEvent[T] | Marker) -> End:
        end = item if isinstance(item, End) and not self.closed else End(None)
        self._put(end)
        return end

    def _wait(self, timeout: float | None) -> T | EncodedEvent[T] | Marker:
        """Return the next entry; check for signals while waiting (see ``slices``)."""
        if timeout is not None:
            return self._wait_until(Deadline(timeout))
        while True:
            try:
                return self._get(True, SLICE)
            except queue.Empty:
                pass

    def _wait_until(self, deadline: Deadline) -> T | EncodedEvent[T] | Marker:
        """Return the next entry, if one comes in time."""
        bell = self._bell
        while True:
            try:
                return self._get(False)
            except queue.Empty:
                left = deadline.left() or 0.0
                if left <= 0:
                    raise
            if bell is None:
                from .doorbell import Doorbell

                bell = self._bell = Doorbell()
                self.notify(bell.ring)
            bell.wait(min(SLICE, left))
