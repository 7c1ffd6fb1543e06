"""RoundTrip: one HTTP request and, when it was sent, its answer."""

from __future__ import annotations

from collections.abc import Callable

from ...exceptions import TransportError
from ...protocol.batch import BatchEntry, parse_batch_answer
from ...protocol.http import parse_answer
from ...protocol.json_codec import JSONDeserialize
from ...result import ExecutionResult, Response
from .request import HTTPRequest

Answer = tuple[Response, bytes]


class RoundTrip:
    """What an exchange over HTTP is made of, whoever sends it.

    Args:
        request: what to send.
        json_deserialize: decodes the answer.
        fallback: makes the POST that takes the place of a GET that the server finds too long.

    Attributes:
        answer: the answer with its body; None before it is there.
    """

    def __init__(
        self,
        request: HTTPRequest,
        json_deserialize: JSONDeserialize,
        fallback: Callable[[], HTTPRequest] | None = None,
    ) -> None:
        self.request = request
        self.fallback = fallback
        self.answer: Answer | None = None
        self._json_deserialize = json_deserialize

    def read(self) -> ExecutionResult:
        """Read the answer as one GraphQL response; raises a ``TransportError`` if it is none."""
        return parse_answer(*self._expected(), self._json_deserialize)

    def read_batch(self, count: int) -> list[BatchEntry]:
        """Read the answer as those to *count* requests; raises a ``TransportError`` if it is nothing of the kind."""
        return parse_batch_answer(*self._expected(), count, self._json_deserialize)

    def _expected(self) -> Answer:
        if self.answer is None:
            raise TransportError("The request was not sent.")
        return self.answer
