"""Prefetch: an iterator that takes items ahead of its consumer, in a thread."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from typing import Any, Generic, TypeVar, cast

from .owner_process import OwnerProcess
from .sliced_queue import SlicedQueue
from .worker_pool import WorkerPool

T = TypeVar("T")


class Arrival(Generic[T]):
    """An item, or the error in its place.

    The error's traceback refers to the frames that raise it, so the reference is dropped then; otherwise the frames
    would form a cycle that only the garbage collector frees.
    """

    __slots__ = ("_error", "_item")

    def __init__(self, item: T | None, error: BaseException | None = None) -> None:
        self._item = item
        self._error = error

    def take(self) -> T | None:
        """Return the item or raise the error; once."""
        if self._error is None:
            return self._item
        error, self._error = self._error, None
        try:
            raise error
        finally:
            del error


class Prefetch(Iterator[T], Generic[T]):
    """Takes items from an iterator in a separate thread, a few ahead of the consumer.

    The thread starts when the first item is requested, and ends with the iterator or after ``stop``. It refers only to
    two queues of this object, so dropping this object after ``stop`` frees everything.

    Args:
        items: the iterator; only the thread uses it.
        ahead: the number of items to take before they are requested, at least 1.
    """

    def __init__(self, items: Iterator[T], ahead: int) -> None:
        self._items = items
        self._ahead = ahead
        self._arrivals: SlicedQueue[Arrival[T]] = SlicedQueue()
        # One token for each item that may be taken; False ends the thread.
        self._room: SlicedQueue[bool] = SlicedQueue()
        self._owner: OwnerProcess | None = None

    def __next__(self) -> T:
        """Return the next item.

        Raises:
            StopIteration: the iterator has ended.
            RuntimeError: the iterator was created in another process.
            Exception: what the iterator raised.
        """
        if self._owner is None:
            self._owner = self._start()
        self._owner.check()
        try:
            item = self._arrivals.get().take()
        except BaseException:
            self._arrivals.put(_end())
            raise
        self._room.put(True)
        return cast("T", item)

    def stop(self) -> None:
        """Make the thread take no more items. Finalizers call this, so it takes no lock and never waits."""
        self._room.put(False)
        self._arrivals.put(_end())

    def _start(self) -> OwnerProcess:
        for _ in range(self._ahead):
            self._room.put(True)
        context = contextvars.copy_context()
        WorkerPool("syncgql-prefetch", 1).submit(context.run, _work, self._items, self._room, self._arrivals)
        return OwnerProcess()


def _work(items: Iterator[T], room: SlicedQueue[bool], arrivals: SlicedQueue[Arrival[T]]) -> None:
    while room.get():
        try:
            item = next(items)
        except BaseException as error:
            arrivals.put(Arrival(None, error))
            return
        arrivals.put(Arrival(item))


def _end() -> Arrival[Any]:
    return Arrival(None, StopIteration())
