"""FlightQueue: begins flights in turn, several at a time."""

from __future__ import annotations

from collections import deque

from .flights import Flight


class FlightQueue:
    """The flights of one thread that wait for their turn. When one has landed, the loop thread begins the next itself.

    There is no lock. The thread adds a flight first and looks second whether there is room; the loop thread makes room
    first and looks second whether a flight waits. So one of the two sees that a flight can begin.

    Args:
        limit: how many flights are under way at the same time.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[Flight] = deque()
        self._under_way: set[Flight] = set()
        self._is_posted = False

    def add(self, flight: Flight) -> None:
        """Begin a flight now, or when it is its turn."""
        self._waiting.append(flight)
        if not self._is_posted and len(self._under_way) < self._limit:
            self._is_posted = True
            flight.post(self._fill)

    def landed(self, flight: Flight) -> None:
        """Begin the next flight instead of one that has landed; called where flights land."""
        if flight in self._under_way:  # otherwise it was cancelled before its turn
            self._under_way.discard(flight)
            self._fill()

    def clear(self) -> None:
        """Begin no more flights; takes no lock and does not wait."""
        self._waiting.clear()

    def _fill(self) -> None:
        self._is_posted = False
        while len(self._under_way) < self._limit:
            try:
                flight = self._waiting.popleft()
            except IndexError:
                return
            if flight.begin():
                self._under_way.add(flight)
