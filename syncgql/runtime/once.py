"""Once: a value that one thread computes for all threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from .single_flight import SingleFlight

T = TypeVar("T")


class Once(Generic[T]):
    """Computes a value on the first call and keeps it.

    Threads that call it in the meantime wait for this attempt and share its outcome. A failure is not kept; the next
    call tries again. After a fork during an attempt, the child starts its own attempt.
    """

    def __init__(self) -> None:
        self._values: list[T] = []
        self._single_flight: SingleFlight[T] = SingleFlight()

    def __reduce__(self) -> tuple[Any, ...]:
        return Once, ()

    def put(self, value: T) -> None:
        """Replace the value."""
        self._values[:] = [value]

    def get(self, make: Callable[[], T]) -> T:
        """Return the value; call *make* to compute it if there is none.

        Raises:
            RecursionError: *make* itself called ``get``.
            Exception: *make* raised it; each waiting thread raises its own copy.
        """
        if not self._values:
            self._single_flight.run(None, lambda: self._make(make))
        return self._values[0]

    def _make(self, make: Callable[[], T]) -> T:
        if not self._values:  # another thread's attempt may have ended just before this one began
            self.put(make())
        return self._values[0]
