"""Flights: queries and mutations in flight, which any thread may cancel."""

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
        round_trip: sends the request and parses the response.
        deadline: the time at which it is cancelled.
        landed: called once, when there is an outcome: on the loop thread, or by this call if the client is closed.
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
        """Send the request, with the remaining time."""
        self.post(self._call.start)

    def begin(self) -> bool:
        """Send the request, on the loop; its time limit starts now. Return False if the flight has already ended."""
        self._deadline.restart()
        self._call.start()
        return not self._call.is_done

    def cancel(self) -> None:
        """Cancel the flight and its request; takes no lock and does not wait."""
        self._runtime.thread.post(self._call.cancel, _cancelled())

    def outcome(self) -> ExecutionResult:
        """Return the result or raise the exception. Call this once, after the flight has landed."""
        return self._parse(self._call.outcome())


class Flights:
    """The flights of any number of threads, which end together.

    There is no lock, because a finalizer may cancel. A thread first adds its flight and then checks the flag;
    ``cancel`` first sets the flag and then looks for flights. So at least one of them sees the other.
    """

    def __init__(self) -> None:
        self._flights: set[Flight] = set()
        self._is_cancelled = False

    def add(self, flight: Flight) -> Flight:
        """Add a flight that has started."""
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
        """Cancel all flights, including those that are added later; takes no lock and does not wait."""
        self._is_cancelled = True
        for flight in self._flights.copy():
            flight.cancel()


def _cancelled() -> TransportError:
    return TransportError("The call was cancelled, because nothing waits for its result anymore.")
