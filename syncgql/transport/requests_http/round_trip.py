"""RequestsExchange and RequestsBatchExchange: round trips by the requests library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...limit import Limit
from ...protocol.batch import BatchEntry
from ...protocol.http_get import TOO_LONG
from ...request import GraphQLRequest
from ...result import ExecutionResult
from ..blocking import BlockingBatchExchange, BlockingExchange
from ..http.deadline import Deadline
from ..http.request import HTTPRequest
from ..http.round_trip import RoundTrip

if TYPE_CHECKING:
    from ..requests import RequestsHTTPTransport


class RequestsRoundTrip(RoundTrip):
    """A round trip by requests.

    Args:
        transport: sends it.
        request: what to send.
        contents: the GraphQL requests that are in it.
        arguments: further arguments for ``requests.Session.request``.
        fallback: see ``RoundTrip``.
    """

    def __init__(
        self,
        transport: RequestsHTTPTransport,
        request: HTTPRequest,
        contents: Sequence[GraphQLRequest],
        arguments: Mapping[str, Any],
        fallback: Callable[[], HTTPRequest] | None = None,
    ) -> None:
        super().__init__(request, transport.json_deserialize, fallback)
        self.contents = contents
        self._transport = transport
        self._arguments = arguments

    def send(self, limit: Limit) -> None:
        send, deadline = self._transport.send, Deadline(limit, self._transport.timeout)
        answer = send(self.request, self.contents, self._arguments, deadline)
        if self.fallback is not None and answer[0].status in TOO_LONG:
            answer = send(self.fallback(), self.contents, self._arguments, deadline)
        self.answer = answer


class RequestsExchange(RequestsRoundTrip, BlockingExchange):
    """A round trip whose answer is one GraphQL response."""

    def result(self) -> ExecutionResult:
        return self.read()


class RequestsBatchExchange(RequestsRoundTrip, BlockingBatchExchange):
    """A round trip whose answer is a GraphQL response to each of several requests."""

    def results(self) -> list[BatchEntry]:
        return self.read_batch(len(self.contents))
