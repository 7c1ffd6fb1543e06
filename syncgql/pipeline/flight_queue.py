"""FlightQueue: starts flights in order, up to a limit."""

from __future__ import annotations

from collections import deque

from .flights import Flight


class FlightQueue:
    """The flights of one thread that wait for their turn. The loop thread starts the next one when a flight lands.

    There is no lock. The thread first adds a flight and then checks whether there is room; the loop thread first makes
    room and then checks whether a flight is waiting. So at least one of them sees that a flight can start.

    Args:
        limit: the maximum number of flights at the same time.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[Flight] = deque()
        self._under_way: set[Flight] = set()
        self._is_posted = False

    def add(self, flight: Flight) -> None:
        """Start a flight now, or when its turn comes."""
        self._waiting.append(flight)
        if not self._is_posted and len(self._under_way) < self._limit:
            self._is_posted = True
            flight.post(self._fill)

    def landed(self, flight: Flight) -> None:
        """Start the next flight after one has landed; called in the thread where it landed."""
        if flight in self._under_way:  # otherwise, the flight was cancelled while it was waiting
            self._under_way.discard(flight)
            self._fill()

    def clear(self) -> None:
        """Start no more flights; takes no lock and does not wait."""
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
