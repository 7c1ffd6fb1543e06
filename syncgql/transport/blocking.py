"""BlockingTransport: what a transport does that needs no loop; the calling thread does all of it."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ..deadline import NO_DEADLINE
from ..exceptions import TransportError
from ..protocol.batch import BatchEntry, answers_or_raise
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .round_trip import RoundTrip, T

TransportT = TypeVar("TransportT", bound="BlockingTransport")

BlockingRoundTrip = RoundTrip[Any, T]
"""A round trip whose ``send`` returns the response itself, in the calling thread."""


class BlockingTransport(ABC):
    """How requests get to a server and answers back, in the thread that calls.

    Any number of threads use one at once, before and after a fork. It cannot subscribe.
    """

    @abstractmethod
    def connect(self) -> None:
        """Make the transport ready, also after ``close``; does nothing when it is ready."""

    @abstractmethod
    def close(self) -> None:
        """Close everything that no call is using; what a call is using is closed when that ends."""

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
            TransportError: the transport cannot do what was asked.
            DocumentError: the request cannot be sent.
        """

    def batch_round_trip(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> BlockingRoundTrip[list[BatchEntry]]:
        """Prepare a batch; raises what ``round_trip`` raises, by default that there are none."""
        raise TransportError(f"{type(self).__name__} cannot send batches.", sent=False)

    def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Send a query or mutation and return the answer, errors included.

        Raises:
            TransportError: there was no GraphQL answer.
            DocumentError: the request cannot be sent.
        """
        round_trip = self.round_trip(request, extra_args=extra_args)
        return round_trip.parse(round_trip.send(round_trip.request, NO_DEADLINE))

    def execute_batch(
        self, reqs: Sequence[GraphQLRequest], extra_args: Mapping[str, Any] | None = None
    ) -> list[ExecutionResult]:
        """Send several queries and mutations as one, and return their answers in the same order, errors included.

        Raises:
            TransportError: there was no GraphQL answer to one of them, or the transport has no batches.
            DocumentError: a request cannot be sent, or not in a batch.
        """
        round_trip = self.batch_round_trip(reqs, extra_args=extra_args)
        return answers_or_raise(round_trip.parse(round_trip.send(round_trip.request, NO_DEADLINE)))

    def fresh(self: TransportT) -> TransportT:
        """Return an unconnected transport with the same settings; every client has one of its own."""
        return copy.copy(self)
