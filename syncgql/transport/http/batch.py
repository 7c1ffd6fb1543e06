"""HTTPBatchExchange: several GraphQL requests in one POST."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...exceptions import TransportError
from ...protocol.batch import BatchEntry, parse_batch_answer
from ..base import BatchExchange
from .request import HTTPRequest

if TYPE_CHECKING:
    from ..aiohttp import AIOHTTPTransport
    from .sender import Answer


class HTTPBatchExchange(BatchExchange):
    """One POST with several requests, and its answer.

    Args:
        transport: sends it.
        request: the POST.
        count: how many GraphQL requests are in it.
        is_repeatable: tells whether it does no harm that a server gets all of them twice.
    """

    def __init__(
        self, transport: AIOHTTPTransport, request: HTTPRequest, count: int, is_repeatable: Callable[[], bool]
    ) -> None:
        self._transport = transport
        self._request = request
        self._count = count
        self._is_repeatable = is_repeatable
        self._answer: Answer | None = None

    async def send(self) -> None:
        self._answer = await self._transport.send(self._request, self._is_repeatable)

    def results(self) -> list[BatchEntry]:
        if self._answer is None:
            raise TransportError("The batch was not sent.")
        response, body = self._answer
        return parse_batch_answer(response, body, self._count, self._transport.json_deserialize)


def joined(requests: Sequence[HTTPRequest]) -> HTTPRequest:
    """Return one POST for several, which differ in nothing but their bodies."""
    bodies = [request.body for request in requests if isinstance(request.body, bytes)]
    return requests[0]._replace(body=b"[" + b",".join(bodies) + b"]")
