"""Calls: what bulk operations need of a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..deadline import NO_DEADLINE, Deadline
from ..exceptions import TransportError
from ..request import GraphQLRequest
from ..result import ExecutionResult

Outcome = Callable[[], ExecutionResult]
"""A function that returns the answer to a request, or raises why there is none; it is called at most once."""

Repeat = Callable[[GraphQLRequest, TransportError], bool]
"""A function that waits until a failed request may be sent again, or returns False if it may not."""


class Calls(Protocol):
    """The calls of one bulk operation, with the options that they share, which end together."""

    def start(self, request: GraphQLRequest, landed: Callable[[Outcome], object]) -> None:
        """Send a query or mutation without waiting for the answer.

        The client sends several at the same time, up to the concurrency of the bulk operation, and the others in turn.

        Args:
            request: what to send.
            landed: called once with the outcome, in any thread; it must not wait. It may be called before this returns.

        Raises:
            DocumentError: the request cannot be sent.
            ClientClosed: the client is closed.
        """

    def send(self, request: GraphQLRequest) -> Outcome:
        """Send a query or mutation now; the function that this returns waits for the answer.

        Raises:
            DocumentError: the request cannot be sent.
            ClientClosed: the client is closed.
        """

    def execute(self, request: GraphQLRequest, deadline: Deadline = NO_DEADLINE) -> ExecutionResult:
        """Send a query or mutation and wait for its answer; raises what ``Client.execute_result`` raises.

        Args:
            request: what to send.
            deadline: when the call ends, if that is before its own limit.
        """

    def repeats(self) -> Repeat:
        """Return a function for the repetitions of one request, which follows the client's option ``retry=``."""

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread; closing the client ends the wait.

        Raises:
            ClientClosed: the client was closed.
        """

    def cancel(self) -> None:
        """End all calls, on the wire too, and let no more begin; for finalizers, so it takes no lock and never waits.

        Calls that run in other threads raise ``TransportError``.
        """
