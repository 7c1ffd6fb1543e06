"""SelectableStream: a stream that tells when the server does not speak its protocol, so that another can be tried."""

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
    """How a server showed that it does not speak a protocol.

    Attributes:
        protocol: the name of the protocol, or names that were offered together.
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
    logger.debug("%s does not speak %s: %s", where, protocol, refused.error)
    return refused


class ProtocolsRefused(Exception):
    """The server speaks none of the protocols that a stream can use. Internal: users get an error with the reasons.

    Attributes:
        refusals: the refusals, in the order in which the protocols were tried.
    """

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(refusals)
        self.refusals = refusals

    def last_outcome(self) -> ExecutionResult:
        """Return the last result as that of the operation, or raise the last error."""
        outcome = self.refusals[-1].outcome
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome


class SelectableStream(Stream):
    """A stream that can be given up for one over another protocol, as long as the server has not started it."""

    @abstractmethod
    async def try_open(self, deadline: Deadline) -> bool:
        """Do what ``open`` does, but tell whether the server speaks the protocol.

        Args:
            deadline: when the caller stops waiting.

        Returns:
            Whether the server speaks the protocol. False if that is not known, because it responded with errors of the
            operation, which are in the sink.

        Raises:
            ProtocolsRefused: it does not, and has not started the operation; nothing is in the sink.
            TransportError: as ``open``.
        """
