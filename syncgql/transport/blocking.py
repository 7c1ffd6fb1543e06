"""BlockingTransport: the base class of transports that do all work in the calling thread, without an event loop."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ..deadline import Deadline
from ..exceptions import TransportError
from ..protocol.batch import BatchEntry, results_or_raise
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .round_trip import RoundTrip, T
from .token_auth import TokenAuth

TransportT = TypeVar("TransportT", bound="BlockingTransport")

BlockingRoundTrip = RoundTrip[Any, T]
"""A round trip whose ``send`` blocks the calling thread and returns the response."""


def cannot_stream(transport: BlockingTransport) -> TransportError:
    """Return the error of a client that is to stream a response with a transport that reads responses as a whole."""
    return TransportError(
        f"{type(transport).__name__} cannot stream a response, because it reads responses as a whole; execute() "
        "returns all of it. Use AIOHTTPTransport, or Client(url), for stream().",
        sent=False,
    )


class BlockingTransport(ABC):
    """Base class of transports that send requests and receive responses in the calling thread.

    Any number of threads may use a transport at the same time, before and after a fork. It does not support
    subscriptions.

    Attributes:
        has_users: whether a function returns headers or credentials, which may differ from caller to caller.
        token_auth: fetches the token of all requests; None if there is none. After a refused token the client sends a
            request once more.
    """

    has_users: bool = False
    token_auth: TokenAuth | None = None

    @abstractmethod
    def connect(self) -> None:
        """Prepare the transport for requests, also after ``close()``. Does nothing if it is ready."""

    @abstractmethod
    def close(self) -> None:
        """Close all resources that are not in use; resources used by a call are closed when it ends."""

    @abstractmethod
    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> BlockingRoundTrip[ExecutionResult]:
        """Prepare one request.

        Raises:
            TransportError: the transport does not support an argument.
            DocumentError: the request cannot be encoded.
        """

    def batch_round_trip(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> BlockingRoundTrip[list[BatchEntry]]:
        """Prepare a batch.

        Raises:
            TransportError: the transport does not support batches (the default) or an argument.
            DocumentError: a request cannot be encoded, or is not allowed in a batch.
        """
        raise TransportError(f"{type(self).__name__} cannot send batches.", sent=False)

    def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Send a query or mutation and return the response, which may contain errors.

        Raises:
            TransportError: no GraphQL response was received.
            DocumentError: the request cannot be encoded.
        """
        round_trip = self.round_trip(request, extra_args=extra_args)
        return round_trip.parse(round_trip.send(round_trip.request, Deadline()))

    def execute_batch(
        self, reqs: Sequence[GraphQLRequest], extra_args: Mapping[str, Any] | None = None
    ) -> list[ExecutionResult]:
        """Send several queries and mutations in one request, and return their responses in the same order.

        The responses may contain errors.

        Raises:
            TransportError: no GraphQL response to one of them was received, or the transport does not support batches.
            DocumentError: a request cannot be encoded, or is not allowed in a batch.
        """
        round_trip = self.batch_round_trip(reqs, extra_args=extra_args)
        return results_or_raise(round_trip.parse(round_trip.send(round_trip.request, Deadline())))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def fresh(self: TransportT) -> TransportT:
        """Return an unconnected transport with the same settings, for one client."""
        return copy.copy(self)
