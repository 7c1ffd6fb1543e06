"""Channel: from the loop thread to one consumer, bounded.

Events cross through a ``queue.SimpleQueue``: its ``put`` never waits and its ``get`` is one uncontended C lock, which
beats every hand-made batch. The loop side alone checks the limit, so no lock is needed around the two.
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Callable
from typing import Generic, Literal, TypeVar, get_args

from ..exceptions import SubscriptionOverflow

T = TypeVar("T")

Overflow = Literal["block", "raise", "drop_oldest"]


class End:
    """The mark behind the last event; *error* is what the consumer is to see, None for a clean end."""

    __slots__ = ("error",)

    def __init__(self, error: Exception | None) -> None:
        self.error = error


class Channel(Generic[T]):
    """A bounded queue of events that the loop thread fills and one consumer drains.

    Args:
        buffer_size: how many events may wait.
        overflow: what happens when it is full: ``block`` asks the producer to wait for room, ``raise`` ends the channel
            with ``SubscriptionOverflow`` behind the buffered events, ``drop_oldest`` drops the oldest.
        post: has the loop call a function soon, from any thread.

    Raises:
        ValueError: buffer_size is below 1, or overflow is no such policy.
    """

    def __init__(self, buffer_size: int, overflow: Overflow, post: Callable[[Callable[[], object]], object]) -> None:
        if isinstance(buffer_size, bool) or not isinstance(buffer_size, int) or buffer_size < 1:
            raise ValueError(f"buffer_size must be a whole number of events, 1 or more, not {buffer_size!r}.")
        if overflow not in get_args(Overflow):
            raise ValueError(f"overflow must be one of {get_args(Overflow)}, not {overflow!r}.")
        self.buffer_size = buffer_size
        self.overflow = overflow
        self.received = 0
        self.delivered = 0
        self.dropped = 0
        self.finished = False
        self._post = post
        self._queue: queue.SimpleQueue[T | End] = queue.SimpleQueue()
        self._room: asyncio.Event | None = None

    # -- on the loop thread

    @property
    def blocks(self) -> bool:
        """Whether the producer is to wait for room, and therefore to read from a socket of its own."""
        return self.overflow == "block"

    def reconnected(self, seconds: float) -> None:
        """Take note that events of so many seconds are missing here."""

    def restarted(self) -> None:
        """Take note that the events from here on are those of other variables."""

    def put(self, item: T) -> bool:
        """Add an event; False means that no more are wanted."""
        if self.finished:
            return False
        self.received += 1
        if self._queue.qsize() >= self.buffer_size and self.overflow != "block":
            if self.overflow == "raise":
                self.dropped += 1
                self.finish(self._overflow_error())
                return False
            self._drop_oldest()
        self._queue.put(item)
        return True

    def finish(self, error: Exception | None = None) -> None:
        """Put the end mark behind what is buffered; the first one counts."""
        if not self.finished:
            self.finished = True
            self._queue.put(End(error))

    @property
    def full(self) -> bool:
        return self._queue.qsize() >= self.buffer_size

    async def wait_for_room(self) -> None:
        """Return when half of the buffer is free, or the channel has ended."""
        room = self._room = asyncio.Event()
        try:
            # Looked at after _room is set: a consumer who drained before that did not know that it should wake us.
            while self._queue.qsize() > self.buffer_size // 2 and not self.finished:
                room.clear()
                await room.wait()
        finally:
            self._room = None

    def wake(self) -> None:
        if self._room is not None:
            self._room.set()

    def _drop_oldest(self) -> None:
        try:
            self._queue.get_nowait()
        except queue.Empty:  # the consumer was faster
            return
        self.dropped += 1

    def _overflow_error(self) -> SubscriptionOverflow:
        return SubscriptionOverflow(
            f"The consumer fell behind: {self.buffer_size} events were waiting and another came. Consume faster, raise "
            f'buffer_size=, or choose overflow="block" or "drop_oldest".',
            buffered=self.buffer_size,
            limit=self.buffer_size,
        )

    # -- in the consumer's thread

    def get(self, timeout: float | None = None) -> T | End:
        """Return the next event, or the End, which stays for every later reader.

        Raises:
            TimeoutError: none came within *timeout* seconds.
        """
        try:
            item = self._queue.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(item, End):
            self._queue.put(item)
            return item
        self.delivered += 1
        if self._room is not None and self._queue.qsize() <= self.buffer_size // 2:
            self._post(self.wake)
        return item

    def close(self) -> None:
        """Let go of what is buffered and wake whoever waits with a clean end; callable from any thread."""
        self.finished = True
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                break
        self._queue.put(End(None))
        if self._room is not None:
            self._post(self.wake)

    def __repr__(self) -> str:
        return f"<Channel {self._queue.qsize()}/{self.buffer_size} {self.overflow}>"
