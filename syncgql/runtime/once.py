"""Once: a value that many threads want and one of them makes."""

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
    """Makes a value at the first call and keeps it.

    Threads that come while it is being made wait for that attempt and share its outcome. A failure is not kept: the
    next call tries again. Works across a fork: what the parent was making is made anew in the child.
    """

    def __init__(self) -> None:
        self._made: list[T] = []
        self._attempts: dict[int, _Attempt[T]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Once, ()

    @property
    def made(self) -> bool:
        """Whether the value is there."""
        return bool(self._made)

    def put(self, value: T) -> None:
        """Keep *value* in place of what was made."""
        self._made[:] = [value]

    def get(self, make: Callable[[], T]) -> T:
        """Return the value, made by *make* if there is none.

        Raises:
            RecursionError: *make* itself asked for the value.
            Exception: what *make* raises; every waiting thread gets an object of its own.
        """
        while not self._made:
            mine: _Attempt[T] = _Attempt()
            # setdefault is atomic: one thread gets its own attempt back and is the one that makes the value.
            attempt = self._attempts.setdefault(os.getpid(), mine)
            if attempt is mine:
                self._attempt(make, mine.outcome)
            elif attempt.thread == mine.thread:
                raise RecursionError("It was asked for while it was being made, by what makes it.")
            else:
                self._wait(attempt.outcome)
        return self._made[0]

    def _attempt(self, make: Callable[[], T], outcome: Future[T]) -> None:
        try:
            if not self._made:  # another attempt may have ended just before this one was entered
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
        # Otherwise it was made; or the thread that made it was interrupted, and this one tries in its place.


class _Attempt(Generic[T]):
    """A thread making the value."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.outcome: Future[T] = Future()
