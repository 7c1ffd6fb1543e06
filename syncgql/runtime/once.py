"""Once: a value that many threads want and one of them makes."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Makes a value at the first call and keeps it.

    Threads that come while it is being made wait for that attempt and share its outcome. A failure is not kept: the
    next call tries again. Works across a fork: what the parent was making is made anew in the child.
    """

    def __init__(self) -> None:
        self._made: list[T] = []
        self._attempts: dict[int, Future[T]] = {}

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
        """Return the value, made by *make* if there is none; raises what *make* raises.

        Every waiting thread gets an exception object of its own.
        """
        while not self._made:
            mine: Future[T] = Future()
            # setdefault is atomic: one thread gets its own future back and is the one that makes the value.
            attempt = self._attempts.setdefault(os.getpid(), mine)
            if attempt is mine:
                self._attempt(make, mine)
            else:
                self._wait(attempt)
        return self._made[0]

    def _attempt(self, make: Callable[[], T], attempt: Future[T]) -> None:
        try:
            if not self._made:  # another attempt may have ended just before this one was entered
                self.put(make())
            attempt.set_result(self._made[0])
        except BaseException as error:
            attempt.set_exception(error)
            raise
        finally:
            self._attempts.pop(os.getpid(), None)

    def _wait(self, attempt: Future[T]) -> None:
        error = attempt.exception()
        if isinstance(error, Exception):
            own = copy.copy(error)
            own.__cause__, own.__context__ = error.__cause__, None
            raise own
        # Otherwise it was made; or the thread that made it was interrupted, and this one tries in its place.
