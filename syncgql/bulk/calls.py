"""Calls: the interface that bulk operations use to send requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..deadline import NO_DEADLINE, Deadline
from ..exceptions import TransportError
from ..request import GraphQLRequest
from ..result import ExecutionResult

Outcome = Callable[[], ExecutionResult]
"""A function that returns the response to a request, or raises the reason why there is none; called at most once."""

Repeat = Callable[[GraphQLRequest, TransportError], bool]
"""A function that waits until a failed request may be sent again, or returns False if it may not."""


class Calls(Protocol):
    """The calls of one bulk operation, which share their options and end together."""

    def start(self, request: GraphQLRequest, on_done: Callable[[Outcome], object]) -> None:
        """Send a query or mutation without waiting for the response.

        At most as many requests as the concurrency of the bulk operation are in flight; the others wait for their turn.

        Args:
            request: what to send.
            on_done: called once with the outcome, in any thread, perhaps before this method returns; it must not wait.

        Raises:
            DocumentError: the request cannot be sent.
            ClientClosed: the client is closed.
        """

    def send(self, request: GraphQLRequest) -> Outcome:
        """Send a query or mutation now and return a function that waits for the response.

        Raises:
            DocumentError: the request cannot be sent.
            ClientClosed: the client is closed.
        """

    def execute(self, request: GraphQLRequest, deadline: Deadline = NO_DEADLINE) -> ExecutionResult:
        """Send a query or mutation and wait for its response; raises what ``Client.execute_result`` raises.

        Args:
            request: what to send.
            deadline: the time at which the call ends, unless its own limit is earlier.
        """

    def repeats(self) -> Repeat:
        """Return a function that decides about repeating one request, according to the client's option ``retry=``."""

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread; closing the client ends the wait.

        Raises:
            ClientClosed: the client was closed.
        """

    def cancel(self) -> None:
        """Cancel all calls, on the server too, and start no more; takes no lock and never waits, for finalizers.

        Calls that run in other threads raise ``TransportError``.
        """
