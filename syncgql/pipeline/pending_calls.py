"""PendingCall and PendingCalls: queries and mutations without an outcome yet, which any thread may cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..deadline import Deadline
from ..exceptions import TransportError
from ..result import ExecutionResult
from ..runtime.runtime import Runtime
from ..transport.base import AsyncRoundTrip


class PendingCall:
    """One query or mutation, which runs on the loop once it is started.

    Args:
        runtime: runs it.
        round_trip: sends the request and parses the response.
        deadline: the time at which it is cancelled.
        on_done: called once, when there is an outcome: on the loop thread, or by this initializer if the client is
            closed.
    """

    __slots__ = ("_call", "_deadline", "_parse", "_runtime")

    def __init__(
        self,
        runtime: Runtime[Any],
        round_trip: AsyncRoundTrip[ExecutionResult],
        deadline: Deadline,
        on_done: Callable[[PendingCall], object],
    ) -> None:
        self._runtime = runtime
        self._deadline = deadline
        self._parse = round_trip.parse
        self._call = runtime.prepare(round_trip.send(round_trip.request, deadline), deadline, lambda: on_done(self))

    def post(self, callback: Callable[[], object]) -> None:
        """Schedule *callback* on the loop that this call uses; does nothing if the loop has ended."""
        self._runtime.thread.post(callback)

    def start(self) -> None:
        """Send the request, with the remaining time."""
        self.post(self._call.start)

    def start_on_loop(self) -> bool:
        """Send the request, on the loop; its time limit starts now. Return False if there is an outcome already."""
        self._deadline.restart()
        self._call.start()
        return not self._call.is_done

    def cancel(self) -> None:
        """Cancel the call and its request; takes no lock and does not wait."""
        self._runtime.thread.post(self._call.cancel, _cancelled())

    def outcome(self) -> ExecutionResult:
        """Return the result or raise the exception. May be called once, when the call is done."""
        return self._parse(self._call.outcome())


class PendingCalls:
    """The calls of any number of threads, which end together.

    There is no lock, because a finalizer may cancel. A thread first adds its call and then checks the flag;
    ``cancel`` first sets the flag and then looks for calls. So at least one of them sees the other.
    """

    def __init__(self) -> None:
        self._calls: set[PendingCall] = set()
        self._is_cancelled = False

    def add(self, call: PendingCall) -> PendingCall:
        """Add a call and return it."""
        self._calls.add(call)
        if self._is_cancelled:
            call.cancel()
        return call

    def discard(self, call: PendingCall) -> None:
        """Remove a call that is done."""
        self._calls.discard(call)

    def check(self) -> None:
        """Raise a ``TransportError`` after ``cancel()``."""
        if self._is_cancelled:
            raise _cancelled()

    def cancel(self) -> None:
        """Cancel all calls, including those that are added later; takes no lock and does not wait."""
        self._is_cancelled = True
        for call in self._calls.copy():
            call.cancel()


def _cancelled() -> TransportError:
    return TransportError("The call was cancelled, because nothing waits for its result anymore.")
