"""BlockingTransport: what a transport does that needs no loop; the calling thread does all of it."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ..exceptions import TransportError
from ..limit import NO_LIMIT, Limit
from ..protocol.batch import BatchEntry, answers_or_raise
from ..request import GraphQLRequest
from ..result import ExecutionResult

TransportT = TypeVar("TransportT", bound="BlockingTransport")


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
    def exchange(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> BlockingExchange:
        """Prepare one request.

        Raises:
            TransportError: the transport cannot do what was asked.
            DocumentError: the request cannot be sent.
        """

    def batch_exchange(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> BlockingBatchExchange:
        """Prepare a batch; raises what ``exchange`` raises, by default that there are none."""
        raise TransportError(f"{type(self).__name__} cannot send batches.")

    def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Send a query or mutation and return the answer, errors included.

        Raises:
            TransportError: there was no GraphQL answer.
            DocumentError: the request cannot be sent.
        """
        exchange = self.exchange(request, extra_args=extra_args)
        exchange.send(NO_LIMIT)
        return exchange.result()

    def execute_batch(
        self, reqs: Sequence[GraphQLRequest], extra_args: Mapping[str, Any] | None = None
    ) -> list[ExecutionResult]:
        """Send several queries and mutations as one, and return their answers in the same order, errors included.

        Raises:
            TransportError: there was no GraphQL answer to one of them, or the transport has no batches.
            DocumentError: a request cannot be sent, or not in a batch.
        """
        exchange = self.batch_exchange(reqs, extra_args=extra_args)
        exchange.send(NO_LIMIT)
        return answers_or_raise(exchange.results())

    def fresh(self: TransportT) -> TransportT:
        """Return an unconnected transport with the same settings; every client has one of its own."""
        return copy.copy(self)


class BlockingExchange(ABC):
    """One request on its way and back."""

    @abstractmethod
    def send(self, limit: Limit) -> None:
        """Send the request and read the answer.

        Args:
            limit: how long that may take: ``limit.seconds``, None for no limit; and what to raise then,
                ``limit.exceeded()``.
        """

    @abstractmethod
    def result(self) -> ExecutionResult:
        """Make sense of the answer; raises a ``TransportError`` if it is no GraphQL answer."""


class BlockingBatchExchange(ABC):
    """Several requests on their way together and back."""

    @abstractmethod
    def send(self, limit: Limit) -> None:
        """Send the requests and read the answers; see ``BlockingExchange.send``."""

    @abstractmethod
    def results(self) -> list[BatchEntry]:
        """Make sense of the answers.

        Returns:
            In the order of the requests, each one's answer, or the exception that says why there is none.

        Raises:
            TransportError: the batch as a whole got no answer.
        """
