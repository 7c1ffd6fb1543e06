"""BlockingTransport: what a transport does that needs no loop; the calling thread does all of it."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, TypeVar

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

    def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Send a query or mutation and return the answer, errors included.

        Raises:
            TransportError: there was no GraphQL answer.
            DocumentError: the request cannot be sent.
        """
        exchange = self.exchange(request, extra_args=extra_args)
        exchange.send(None)
        return exchange.result()

    def fresh(self: TransportT) -> TransportT:
        """Return an unconnected transport with the same settings; every client has one of its own."""
        return copy.copy(self)


class BlockingExchange(ABC):
    """One request on its way and back."""

    @abstractmethod
    def send(self, seconds: float | None) -> None:
        """Send the request and read the answer.

        Args:
            seconds: how long that may take, ``execute_timeout``; None for no limit.
        """

    @abstractmethod
    def result(self) -> ExecutionResult:
        """Make sense of the answer; raises a ``TransportError`` if it is no GraphQL answer."""
