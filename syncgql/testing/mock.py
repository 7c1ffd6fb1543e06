"""GraphQLMock: registered answers in place of every server, for every client of this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict

from ..exceptions import TransportError
from ..pipeline.dispatch import TransportOverride
from ..protocol import json_codec
from ..protocol.batch import BatchEntry
from ..protocol.http import parse_answer, public_url, retry_after
from ..request import GraphQLRequest
from ..result import ExecutionResult, Response
from ..transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from ..transport.base import AsyncTransport, BatchExchange, EventSink, Exchange, Stream
from ..transport.blocking import BlockingExchange, BlockingTransport
from ..transport.http.exchange import HTTPExchange
from ..transport.requests_http.round_trip import RequestsExchange
from ..transport.selection.transport_factory import TransportOptions, Transports
from .answers import Answer, Answers
from .memory_socket import MemorySessions
from .recorded_request import RecordedRequest

if TYPE_CHECKING:
    from ..schema.provider import SchemaSource


class GraphQLMock(Answers):
    """Answers the requests of all clients within a ``with`` block; no network is touched.

    A request is prepared by the client's own transport, so what that refuses is refused, and headers and credentials
    are those that would be sent. Subscriptions run over the client's own WebSocket code, to its reconnects; only these
    do not wait.

    Args:
        schema: SDL text, a path, or whatever ``Client(schema=...)`` takes; see ``Answers``.
    """

    def __init__(self, schema: SchemaSource = None) -> None:
        super().__init__(schema)
        self._override = TransportOverride(self._build)

    def __enter__(self) -> GraphQLMock:
        self._override.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._override.__exit__(*exception)

    def _build(self, options: TransportOptions) -> Transports:
        transport = MockTransport(self, options)
        return Transports(transport, transport)


class MockTransport(AsyncTransport):
    """Stands in for the transports that a client with some options would have."""

    def __init__(self, answers: Answers, options: TransportOptions) -> None:
        self._answers = answers
        self._target = options.target
        pair = options.build() if options.has_loop else None
        self._queries: AsyncTransport | BlockingTransport
        blocking = options.build_blocking()
        sockets = pair.subscriptions if pair is not None else None
        if not isinstance(sockets, AIOHTTPWebsocketsTransport):
            sockets = AIOHTTPWebsocketsTransport(
                "ws://graphql.mock/", headers=options.headers, init_payload=options.init_payload
            )
        self._sockets = sockets.over(MemorySessions(answers))
        self._queries = blocking or (pair.queries if pair is not None else self._sockets)

    async def connect(self) -> None:
        """Do nothing: there is nothing to connect to."""

    async def close(self) -> None:
        """End all subscriptions."""
        await self._sockets.close()

    def exchange(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> MockExchange:
        prepared = self._queries.exchange(request, headers=headers, extra_args=extra_args)
        call = RecordedRequest(request, *self._seen(prepared))
        return MockExchange(self._answers.answer(call), self._target)

    def _seen(self, exchange: Exchange | BlockingExchange) -> tuple[Mapping[str, str], str]:
        """Return headers and URL of a prepared request, as far as it has any."""
        if isinstance(exchange, HTTPExchange | RequestsExchange):
            return exchange.request.headers, public_url(str(exchange.request.url))
        return CIMultiDict(), self._target

    def batch_exchange(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> MockBatchExchange:
        self._queries.batch_exchange(requests, headers=headers, extra_args=extra_args)
        each = [self.exchange(request, headers=headers, extra_args=extra_args) for request in requests]
        return MockBatchExchange(each)

    def stream(self, request: GraphQLRequest, sink: EventSink) -> Stream:
        self._answers.check_subscription(RecordedRequest(request, url=self._target))
        return self._sockets.stream(request, sink)

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Answer a request."""
        exchange = self.exchange(request, extra_args=extra_args)
        await exchange.send()
        return exchange.result()

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Refuse: a client subscribes by ``stream``."""
        raise TransportError("MockTransport subscribes by stream().")
        yield  # pragma: no cover - makes this an async generator


class MockExchange(Exchange):
    """One request and the answer that was registered for it."""

    def __init__(self, answer: Answer, url: str) -> None:
        self._answer = answer
        self._url = url

    async def send(self, seconds: float | None = None) -> None:
        await asyncio.sleep(self._answer.delay)

    def result(self) -> ExecutionResult:
        error = self._answer.error()
        if error is not None:
            raise error
        headers = CIMultiDict(self._answer.http_headers)
        response = Response(self._answer.status, headers, self._url, self._answer.delay, retry_after(headers))
        return parse_answer(response, self._answer.content, json_codec.loads)


class MockBatchExchange(BatchExchange):
    """Several requests, each with the answer that was registered for it."""

    def __init__(self, exchanges: Sequence[MockExchange]) -> None:
        self._exchanges = exchanges

    async def send(self) -> None:
        await asyncio.gather(*(exchange.send() for exchange in self._exchanges))

    def results(self) -> list[BatchEntry]:
        return [_entry(exchange) for exchange in self._exchanges]


def _entry(exchange: MockExchange) -> BatchEntry:
    """Return what became of one request; it says nothing about the others."""
    try:
        return exchange.result()
    except TransportError as error:
        return error
