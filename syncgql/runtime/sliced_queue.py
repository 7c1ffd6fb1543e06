"""SlicedQueue: a queue between threads; Ctrl-C always interrupts its consumer."""

from __future__ import annotations

import queue
from typing import Generic, TypeVar

from ..deadline import NO_DEADLINE, Deadline
from .slices import SLICE

T = TypeVar("T")

Empty = queue.Empty


class SlicedQueue(Generic[T]):
    """An unbounded queue. ``put`` never waits, so finalizers and the loop thread can call it."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[T] = queue.SimpleQueue()
        self.put = self._queue.put
        self.is_empty = self._queue.empty

    def get(self, deadline: Deadline = NO_DEADLINE) -> T:
        """Return the next item, waiting for it in slices (see ``slices``).

        Args:
            deadline: when to stop waiting.

        Raises:
            Empty: the deadline passed.
        """
        while True:
            left = deadline.left()
            try:
                return self._queue.get(True, SLICE if left is None else max(0.0, min(SLICE, left)))
            except queue.Empty:
                if not deadline.allows(0):
                    raise
