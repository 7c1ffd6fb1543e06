"""HTTPExchange, one GraphQL request in one HTTP request; HTTPBatchExchange, several in one POST."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...protocol.batch import BatchEntry
from ...result import ExecutionResult
from ..base import BatchExchange, Exchange
from .request import HTTPRequest
from .round_trip import RoundTrip

if TYPE_CHECKING:
    from ..aiohttp import AIOHTTPTransport


class HTTPExchange(RoundTrip, Exchange):
    """A round trip by aiohttp whose answer is one GraphQL response.

    Args:
        transport: sends it.
        request: what to send.
        is_repeatable: tells whether it does no harm that a server gets it twice.
        fallback: see ``RoundTrip``.
    """

    def __init__(
        self,
        transport: AIOHTTPTransport,
        request: HTTPRequest,
        is_repeatable: Callable[[], bool],
        fallback: Callable[[], HTTPRequest] | None,
    ) -> None:
        super().__init__(request, transport.json_deserialize, fallback)
        self.is_repeatable = is_repeatable
        self._transport = transport

    @property
    def batch_key(self) -> object | None:
        request = self.request
        if request.method != "POST" or not isinstance(request.body, bytes) or self._transport.signs_requests:
            return None
        return request._replace(body=None, make_headers=None)

    async def send(self, seconds: float | None = None) -> None:
        self.answer = await self._transport.send(self.request, self.is_repeatable, self.fallback)

    def result(self) -> ExecutionResult:
        return self.read()


class HTTPBatchExchange(RoundTrip, BatchExchange):
    """A round trip by aiohttp whose answer is a GraphQL response to each of several requests.

    Args:
        transport: sends it.
        request: the POST.
        count: how many GraphQL requests are in it.
        is_repeatable: tells whether it does no harm that a server gets all of them twice.
    """

    def __init__(
        self, transport: AIOHTTPTransport, request: HTTPRequest, count: int, is_repeatable: Callable[[], bool]
    ) -> None:
        super().__init__(request, transport.json_deserialize)
        self._transport = transport
        self._count = count
        self._is_repeatable = is_repeatable

    async def send(self) -> None:
        self.answer = await self._transport.send(self.request, self._is_repeatable)

    def results(self) -> list[BatchEntry]:
        return self.read_batch(self._count)


def joined(requests: Sequence[HTTPRequest]) -> HTTPRequest:
    """Return one POST for several, which differ in nothing but their bodies."""
    bodies = [request.body for request in requests if isinstance(request.body, bytes)]
    return requests[0]._replace(body=b"[" + b",".join(bodies) + b"]")
