"""Flights: queries and mutations on their way, which any thread may cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..deadline import Deadline
from ..exceptions import TransportError
from ..result import ExecutionResult
from ..runtime.runtime import Runtime
from ..transport.base import AsyncRoundTrip


class Flight:
    """One query or mutation on the loop.

    Args:
        runtime: runs it.
        round_trip: sends the request and reads the answer.
        deadline: when it is cancelled.
        landed: called once, when there is an outcome: on the loop thread, or in here if the client is closed.
    """

    __slots__ = ("_call", "_deadline", "_parse", "_runtime")

    def __init__(
        self,
        runtime: Runtime[Any],
        round_trip: AsyncRoundTrip[ExecutionResult],
        deadline: Deadline,
        landed: Callable[[Flight], object],
    ) -> None:
        self._runtime = runtime
        self._deadline = deadline
        self._parse = round_trip.parse
        self._call = runtime.hold(round_trip.send(round_trip.request, deadline), deadline, lambda: landed(self))

    def post(self, callback: Callable[[], object]) -> None:
        """Schedule a call on the loop that this flight uses; does nothing if the loop has ended."""
        self._runtime.thread.post(callback)

    def start(self) -> None:
        """Send the request, with the time that is left."""
        self.post(self._call.start)

    def begin(self) -> bool:
        """Send the request, on the loop; its time begins now. Return False if the flight has ended before."""
        self._deadline.restart()
        self._call.start()
        return not self._call.is_done

    def cancel(self) -> None:
        """End it, on the wire too; takes no lock and does not wait."""
        self._runtime.thread.post(self._call.cancel, _cancelled())

    def outcome(self) -> ExecutionResult:
        """Return the answer, or raise why there is none; once, after it has landed."""
        return self._parse(self._call.outcome())


class Flights:
    """The flights of any number of threads, which end together.

    There is no lock, because a finalizer may cancel. A thread adds its flight first and looks second whether it is
    cancelled; ``cancel`` sets the flag first and looks for flights second. So one of the two sees the other.
    """

    def __init__(self) -> None:
        self._flights: set[Flight] = set()
        self._is_cancelled = False

    def add(self, flight: Flight) -> Flight:
        """Add a flight that has begun."""
        self._flights.add(flight)
        if self._is_cancelled:
            flight.cancel()
        return flight

    def discard(self, flight: Flight) -> None:
        """Remove a flight that has landed."""
        self._flights.discard(flight)

    def check(self) -> None:
        """Raise a ``TransportError`` after ``cancel()``."""
        if self._is_cancelled:
            raise _cancelled()

    def cancel(self) -> None:
        """End all flights, now and later; takes no lock and does not wait."""
        self._is_cancelled = True
        for flight in self._flights.copy():
            flight.cancel()


def _cancelled() -> TransportError:
    return TransportError("The call was cancelled, because nothing waits for its result any more.")
