"""RequestExecutor: the interface through which bulk operations send requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..deadline import NO_DEADLINE, Deadline
from ..exceptions import TransportError
from ..request import GraphQLRequest
from ..result import ExecutionResult

GetResult = Callable[[], ExecutionResult]
"""A function that returns the result of a request or raises its exception; called at most once."""

WaitForRetry = Callable[[GraphQLRequest, TransportError], bool]
"""A function that waits until a failed request may be retried, or returns False if it may not."""


class RequestExecutor(Protocol):
    """Executes the requests of one bulk operation, which share their options and are cancelled together."""

    def submit(self, request: GraphQLRequest, on_done: Callable[[GetResult], object]) -> None:
        """Send a query or mutation without waiting for the response.

        The number of requests in flight is limited by the concurrency of the bulk operation; the others are queued.

        Args:
            request: the request to send.
            on_done: called once with a function for the result, in any thread, perhaps before this method returns; it
                must not block.

        Raises:
            DocumentError: the request cannot be sent.
            ClientClosed: the client is closed.
        """

    def send(self, request: GraphQLRequest) -> GetResult:
        """Send a query or mutation and return a function that waits for the result.

        Raises:
            DocumentError: the request cannot be sent.
            ClientClosed: the client is closed.
        """

    def execute(self, request: GraphQLRequest, deadline: Deadline = NO_DEADLINE) -> ExecutionResult:
        """Send a query or mutation and wait for the result; raises what ``Client.execute_result`` raises.

        Args:
            request: the request to send.
            deadline: the time at which the call ends, unless its own limit is earlier.
        """

    def retries(self) -> WaitForRetry:
        """Return a function that decides about retries of one request, according to the client's option ``retry=``."""

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread; closing the client ends the wait.

        Raises:
            ClientClosed: the client was closed.
        """

    def cancel(self) -> None:
        """Cancel all requests, on the server too, and send no more; takes no lock and never blocks, for finalizers.

        Requests that other threads wait for raise ``TransportError``.
        """
