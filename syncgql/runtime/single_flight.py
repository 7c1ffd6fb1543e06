"""SingleFlight: work that several threads request at once and one of them does."""

from __future__ import annotations

import concurrent.futures
import os
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from ..deadline import NO_DEADLINE, Deadline
from ..exceptions import own_copy
from .slices import SLICE

T = TypeVar("T")


class WorkResult(Generic[T]):
    """The result of work that threads may share.

    Attributes:
        value: what the work returned.
        is_shared: whether other threads received the same value.
    """

    __slots__ = ("is_shared", "value")

    def __init__(self, value: T, is_shared: bool) -> None:
        self.value = value
        self.is_shared = is_shared


class SingleFlight(Generic[T]):
    """Does work once for all threads that request it with the same key at the same time.

    The first thread does the work, and the others wait for its outcome. If it fails for a reason that only concerns
    this thread, such as Ctrl-C, another thread does the work. A forked child does not wait for threads of its parent.

    There is no lock: ``dict.setdefault()`` is atomic, so one thread gets its own entry back and does the work.

    Args:
        is_own: returns whether an exception concerns only the thread that did the work.
    """

    def __init__(self, is_own: Callable[[Exception], bool] = lambda error: False) -> None:
        self._is_own = is_own
        self._in_progress: dict[tuple[int, Hashable], _Work[T]] = {}

    def run(self, key: Hashable, work: Callable[[], T], deadline: Deadline = NO_DEADLINE) -> WorkResult[T]:
        """Return the result of *work*, called in this thread or in another one.

        Args:
            key: identifies the work.
            work: a function that does the work.
            deadline: the time at which this thread stops waiting for another.

        Raises:
            RecursionError: *work* itself requests the same work.
            TransportTimeout: the deadline passed.
            Exception: *work* raised it; each waiting thread raises its own copy.
        """
        while True:
            mine: _Work[T] = _Work()
            current = self._in_progress.setdefault((os.getpid(), key), mine)
            if current is mine:
                value = self._do(key, work, mine.outcome)
                return WorkResult(value, not mine.belongs_to("the first"))
            if current.thread == mine.thread:
                raise RecursionError("The value was requested by the function that computes it.")
            if not current.belongs_to("the others"):
                continue  # the work is done, and the first thread uses the value without a copy
            _wait(current.outcome, deadline)
            error = current.outcome.exception()
            if error is None:
                return WorkResult(current.outcome.result(), True)
            if isinstance(error, Exception) and not self._is_own(error):
                raise own_copy(error)

    def _do(self, key: Hashable, work: Callable[[], T], outcome: Future[T]) -> T:
        try:
            value = work()
        except BaseException as error:
            self._forget(key)
            outcome.set_exception(error)
            raise
        self._forget(key)
        outcome.set_result(value)
        return value

    def _forget(self, key: Hashable) -> None:
        # Done before the outcome is set, so that a thread that sees the outcome and tries again does not find this
        # entry.
        self._in_progress.pop((os.getpid(), key), None)

    def __reduce__(self) -> tuple[Any, ...]:
        return SingleFlight, (self._is_own,)


class _Work(Generic[T]):
    """Work that a thread is doing."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.outcome: Future[T] = Future()
        self._owner: dict[None, str] = {}

    def belongs_to(self, owner: str) -> bool:
        """Claim the value for the first thread or for the others, and return whether it belongs to them.

        The first claim counts. ``setdefault()`` is atomic, so both sides see the same owner.
        """
        return self._owner.setdefault(None, owner) == owner


def _wait(outcome: Future[Any], deadline: Deadline) -> None:
    while not outcome.done():
        left = deadline.left()
        if left is not None and left <= 0:
            raise deadline.exceeded()
        concurrent.futures.wait([outcome], SLICE if left is None else min(left, SLICE))
