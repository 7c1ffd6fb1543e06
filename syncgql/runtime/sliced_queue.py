"""SlicedQueue: a queue between threads; Ctrl-C always interrupts its consumer."""

from __future__ import annotations

import queue
from collections import deque
from typing import Generic, TypeVar

from ..deadline import NO_DEADLINE, Deadline
from .doorbell import Doorbell
from .slices import SLICE

T = TypeVar("T")

Empty = queue.Empty


class SlicedQueue(Generic[T]):
    """An unbounded queue with one consumer. ``put`` never waits, so finalizers and the loop thread can call it."""

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._bell = Doorbell()

    def put(self, item: T) -> None:
        """Add an item."""
        self._items.append(item)
        self._bell.ring()

    def is_empty(self) -> bool:
        """Return whether there is no item."""
        return not self._items

    def get(self, deadline: Deadline = NO_DEADLINE) -> T:
        """Return the next item, waiting for it in slices (see ``slices``).

        Args:
            deadline: when to stop waiting.

        Raises:
            Empty: the deadline passed.
        """
        while not self._items:
            left = deadline.left()
            if not self._bell.wait(SLICE if left is None else max(0.0, min(SLICE, left))) and not deadline.allows(0):
                raise Empty
        return self._items.popleft()
