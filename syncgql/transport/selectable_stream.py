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
        answer: what it answered.
    """

    protocol: str
    answer: ExecutionResult | TransportError

    @property
    def error(self) -> TransportError:
        """The answer as an error."""
        if isinstance(self.answer, TransportError):
            return self.answer
        if self.answer.errors:
            return error_of(self.answer)
        message = "The server executed the subscription as a query."
        return TransportProtocolError(message, rule="the answer is a stream", response=self.answer.response)


def refusal(where: str, protocol: str, answer: ExecutionResult | TransportError) -> Refusal:
    """Return a refusal by the server at a URL, and log it."""
    refused = Refusal(protocol, answer)
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

    def last_answer(self) -> ExecutionResult:
        """Return the last answer as the result of the operation, or raise it if it is an error."""
        answer = self.refusals[-1].answer
        if isinstance(answer, TransportError):
            raise answer
        return answer


class SelectableStream(Stream):
    """A stream that can be given up for one over another protocol, as long as the server has not started it."""

    @abstractmethod
    async def try_open(self, deadline: Deadline) -> bool:
        """Do what ``open`` does, but tell whether the server speaks the protocol.

        Args:
            deadline: when the caller stops waiting.

        Returns:
            Whether the server speaks the protocol. False if that is not known, because it answered with errors of the
            operation, which are in the sink.

        Raises:
            ProtocolsRefused: it does not, and has not started the operation; nothing is in the sink.
            TransportError: as ``open``.
        """
