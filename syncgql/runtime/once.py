"""Once: a value that many threads want and one of them makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from .single_flight import SingleFlight

T = TypeVar("T")


class Once(Generic[T]):
    """Makes a value at the first call and keeps it.

    Threads that come while it is being made wait for that attempt and share its outcome. A failure is not kept: the
    next call tries again. A forked child makes for itself what the parent was making.
    """

    def __init__(self) -> None:
        self._made: list[T] = []
        self._flights: SingleFlight[T] = SingleFlight()

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
        if not self._made:
            self._flights.run(None, lambda: self._make(make))
        return self._made[0]

    def _make(self, make: Callable[[], T]) -> T:
        if not self._made:  # another thread may have ended just before this one began
            self.put(make())
        return self._made[0]
