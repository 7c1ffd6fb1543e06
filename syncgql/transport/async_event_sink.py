"""AsyncEventSink: passes events to asyncio code on the loop of the transport."""

from __future__ import annotations

import asyncio
from collections import deque

from ..result import ExecutionResult


class AsyncEventSink:
    """A bounded queue of events for a stream and a consumer, which awaits ``get()``, on the same loop.

    Args:
        buffer_size: the number of events that may wait.
        blocks: whether the stream stops reading while the buffer is full.
    """

    def __init__(self, buffer_size: int, *, blocks: bool = False) -> None:
        self.blocks = blocks
        self._buffer_size = buffer_size
        self._events: deque[ExecutionResult] = deque()
        self.finished = False
        self.received = 0
        self._error: Exception | None = None
        self._changed = asyncio.Event()

    @property
    def full(self) -> bool:
        return len(self._events) >= self._buffer_size

    async def wait_for_room(self) -> None:
        while len(self._events) > self._buffer_size // 2 and not self.finished:
            self._changed.clear()
            await self._changed.wait()

    def put(self, result: ExecutionResult, /) -> bool:
        if self.finished:
            return False
        self.received += 1
        self._events.append(result)
        self._changed.set()
        return True

    def finish(self, error: Exception | None = None) -> None:
        if not self.finished:
            self.finished = True
            self._error = error
        self._changed.set()

    def reconnected(self, seconds: float) -> None:
        """Do nothing; a transport without a client only logs reconnects."""

    def resubscribed(self) -> None:
        """Do nothing; only clients resubscribe with other variables."""

    async def get(self) -> ExecutionResult | None:
        """Return the next event, or None after the last one; raise the error that ended the stream, if there is one."""
        while not self._events:
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            if self.finished:
                return None
            self._changed.clear()
            await self._changed.wait()
        event = self._events.popleft()
        self._changed.set()
        return event
