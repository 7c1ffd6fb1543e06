"""SelectableStream: a stream that reports if the server does not support its protocol, so that another can be tried."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from ..deadline import Deadline
from ..exceptions import TransportError, TransportProtocolError
from ..protocol.graphql_response import error_of
from ..result import ExecutionResult
from .base import Stream

logger = logging.getLogger(__name__)


class Refusal(NamedTuple):
    """The response of a server that does not support a protocol.

    Attributes:
        protocol: the name of the protocol, or the names that were offered together.
        outcome: the result or the error of its response.
    """

    protocol: str
    outcome: ExecutionResult | TransportError

    @property
    def error(self) -> TransportError:
        """The outcome as an error."""
        if isinstance(self.outcome, TransportError):
            return self.outcome
        if self.outcome.errors:
            return error_of(self.outcome)
        message = "The server executed the subscription as a query."
        return TransportProtocolError(message, rule="the response is a stream", response=self.outcome.response)


def refusal(where: str, protocol: str, outcome: ExecutionResult | TransportError) -> Refusal:
    """Return a refusal by the server at a URL, and log it."""
    refused = Refusal(protocol, outcome)
    logger.debug("%s does not support %s: %s", where, protocol, refused.error)
    return refused


class ProtocolsRefused(Exception):
    """The server supports none of the protocols of a stream. For internal use; callers get an error with the reasons.

    Attributes:
        refusals: the refusals, in the order in which the protocols were tried.
    """

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(refusals)
        self.refusals = refusals

    def last_outcome(self) -> ExecutionResult:
        """Return the last result as the result of the operation, or raise the last error."""
        outcome = self.refusals[-1].outcome
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome


class SelectableStream(Stream):
    """A stream that another protocol can replace, unless the server has started the operation."""

    @abstractmethod
    async def try_open(self, deadline: Deadline) -> bool:
        """Open the stream like ``open``, and return whether the server supports the protocol.

        Args:
            deadline: the deadline of the caller.

        Returns:
            Whether the server supports the protocol. False if that is unknown because it responded with errors of the
            operation, which are in the sink.

        Raises:
            ProtocolsRefused: the server does not support it and has not started the operation; the sink is empty.
            TransportError: ``open`` raises it.
        """
