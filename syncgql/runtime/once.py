"""Once: a value that one thread computes for all threads."""

from __future__ import annotations

import concurrent.futures
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from ..exceptions import own_copy
from .slices import SLICE

T = TypeVar("T")


class Once(Generic[T]):
    """Computes a value on the first call and keeps it.

    Threads that call it in the meantime wait for this attempt and share its outcome. A failure is not kept; the next
    call tries again. Attempts are stored by process id in a dict, whose operations are atomic. So no lock is needed
    that a fork could leave locked, and a child that was forked during an attempt starts its own.
    """

    def __init__(self) -> None:
        self._made: list[T] = []
        self._attempts: dict[int, _Attempt[T]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Once, ()

    @property
    def made(self) -> bool:
        """Whether there is a value."""
        return bool(self._made)

    def put(self, value: T) -> None:
        """Replace the value."""
        self._made[:] = [value]

    def get(self, make: Callable[[], T]) -> T:
        """Return the value; call *make* to compute it if there is none.

        Raises:
            RecursionError: *make* itself called ``get``.
            Exception: *make* raised it; each waiting thread raises its own copy.
        """
        while not self._made:
            mine: _Attempt[T] = _Attempt()
            # setdefault() is atomic: only one thread gets its own attempt back, and it computes the value.
            attempt = self._attempts.setdefault(os.getpid(), mine)
            if attempt is mine:
                self._attempt(make, mine.outcome)
            elif attempt.thread == mine.thread:
                raise RecursionError("The value was requested by the function that computes it.")
            else:
                self._wait(attempt.outcome)
        return self._made[0]

    def _attempt(self, make: Callable[[], T], outcome: Future[T]) -> None:
        try:
            if not self._made:  # another attempt may have ended just before this one began
                self.put(make())
            outcome.set_result(self._made[0])
        except BaseException as error:
            outcome.set_exception(error)
            raise
        finally:
            self._attempts.pop(os.getpid(), None)

    def _wait(self, outcome: Future[T]) -> None:
        while not outcome.done():
            concurrent.futures.wait([outcome], SLICE)
        error = outcome.exception()
        if isinstance(error, Exception):
            raise own_copy(error)
        # Otherwise there is a value; or the other thread was interrupted, and this one makes the next attempt.


class _Attempt(Generic[T]):
    """A thread that computes the value."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.outcome: Future[T] = Future()
