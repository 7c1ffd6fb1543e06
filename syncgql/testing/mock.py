"""GraphQLMock: registered answers for all clients in this process, instead of servers."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict

from ..deadline import NO_DEADLINE, Deadline
from ..exceptions import TransportError
from ..pipeline.override import TransportOverride
from ..protocol import json_codec
from ..protocol.batch import BatchEntry
from ..protocol.http import HTTPResponse, parse_answer, public_url, retry_after
from ..request import GraphQLRequest
from ..result import ExecutionResult, Response, whole_result
from ..transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from ..transport.async_event_sink import AsyncEventSink
from ..transport.base import AsyncRoundTrip, AsyncTransport, EventSink, Stream
from ..transport.batching import Batcher
from ..transport.blocking import BlockingTransport, cannot_stream
from ..transport.http.request import HTTPRequest
from ..transport.incremental_sink import SnapshotSink, WholeSink
from ..transport.round_trip import RoundTrip
from ..transport.selection.selecting_transport import SelectingTransport
from ..transport.selection.transport_factory import TransportFactory, Transports
from ..transport.selection.transport_options import TransportOptions
from ..transport.websocket.transport import WebSocketTransport
from .answers import Answer, Answers
from .memory_socket import MemorySessions
from .parts import ScriptedParts
from .recorded_request import RecordedRequest, sent_request
from .script import Drop, Event, Pause

if TYPE_CHECKING:
    from ..schema.provider import SchemaSource


class GraphQLMock(Answers):
    """Answer the requests of all clients within a ``with`` block, without a network.

    Requests are prepared by the client's own transport, so invalid requests fail as they do without the mock, and the
    recorded headers and credentials are the real ones. Subscriptions use the client's own WebSocket code, including
    reconnecting, but without delays.

    Args:
        schema: SDL text, a path, or any other value that ``Client(schema=...)`` accepts; see ``Answers``. By default
            there is none.
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
    """Replace the transports that a client with these options would use."""

    def __init__(self, answers: Answers, options: TransportOptions) -> None:
        self._answers = answers
        self._target = options.target
        # Subscriptions go over graphql-transport-ws, whatever the client would try first.
        factory = TransportFactory(dataclasses.replace(options, subscription_protocol="auto"))
        pair = factory.build() if options.has_loop else None
        self._queries: AsyncTransport | Batcher | BlockingTransport
        blocking = factory.build_blocking()
        sockets = _websockets(pair.subscriptions) if pair is not None else None
        if sockets is None:
            sockets = AIOHTTPWebsocketsTransport(
                "ws://graphql.mock/", headers=options.headers, init_payload=options.init_payload
            )
        policy = sockets.policy and dataclasses.replace(sockets.policy, base=0.0, cap=0.0)  # reconnects do not wait
        self._sockets = WebSocketTransport(sockets.dialect, sockets.options, MemorySessions(answers), policy)
        self._queries = blocking or (pair.queries if pair is not None else self._sockets)

    async def connect(self) -> None:
        """Do nothing: there is nothing to connect to."""

    async def close(self) -> None:
        """End all subscriptions."""
        await self._sockets.close()

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[ExecutionResult]:
        prepared = self._queries.round_trip(request, headers=headers, extra_args=extra_args)
        recorded = RecordedRequest(sent_request(request), *self._wire(prepared.request))
        parts = self._answers.parts(recorded)
        if parts is not None:
            return RoundTrip(parts, _play, whole_result)
        return RoundTrip(self._answers.answer(recorded), _wait_for, self._parse)

    def incremental_stream(
        self,
        request: GraphQLRequest,
        sink: EventSink,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> Stream:
        if isinstance(self._queries, BlockingTransport):
            raise cannot_stream(self._queries)
        prepared = self._queries.round_trip(request, headers=headers, extra_args=extra_args)
        parts = self._answers.parts(RecordedRequest(sent_request(request), *self._wire(prepared.request)))
        if parts is None:
            return super().incremental_stream(request, sink, headers=headers, extra_args=extra_args)
        return ScriptedParts(parts, SnapshotSink(sink))

    def batch_round_trip(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[list[BatchEntry]]:
        self._queries.batch_round_trip(requests, headers=headers, extra_args=extra_args)  # raises if it cannot
        each = [self.round_trip(request, headers=headers, extra_args=extra_args) for request in requests]
        return RoundTrip([round_trip.request for round_trip in each], _wait_for_all, self._parse_batch)

    def _wire(self, prepared: object) -> tuple[Mapping[str, str], str]:
        """Return the headers and the URL of a prepared request, or those of the client if it has none."""
        if isinstance(prepared, HTTPRequest):
            return prepared.headers, public_url(str(prepared.url))
        return CIMultiDict(), self._target

    def _parse(self, answer: Answer) -> ExecutionResult:
        error = answer.error()
        if error is not None:
            raise error
        headers = CIMultiDict(answer.http_headers)
        response = Response(answer.status, headers, self._target, answer.delay, retry_after(headers))
        return parse_answer(HTTPResponse(response, answer.content), json_deserialize=json_codec.loads)

    def _parse_batch(self, answers: Sequence[Answer]) -> list[BatchEntry]:
        return [self._parse_entry(answer) for answer in answers]

    def _parse_entry(self, answer: Answer) -> BatchEntry:
        """Return the result of one request, or its error, which does not affect the other requests."""
        try:
            return self._parse(answer)
        except TransportError as error:
            return error

    def stream(self, request: GraphQLRequest, sink: EventSink) -> Stream:
        self._answers.check_subscription(RecordedRequest(sent_request(request), url=self._target))
        return self._sockets.stream(request, sink)

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Answer a request."""
        round_trip = self.round_trip(request, extra_args=extra_args)
        return round_trip.parse(await round_trip.send(round_trip.request, NO_DEADLINE))

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Raise an error, because clients subscribe with ``stream``."""
        raise TransportError("MockTransport supports subscriptions only with stream().", sent=False)
        yield  # pragma: no cover - makes this an async generator


def _websockets(subscriptions: AsyncTransport) -> AIOHTTPWebsocketsTransport | None:
    """Return the transport over WebSocket that a client has for subscriptions."""
    candidates = subscriptions.candidates if isinstance(subscriptions, SelectingTransport) else (subscriptions,)
    return next((each for each in candidates if isinstance(each, AIOHTTPWebsocketsTransport)), None)


async def _play(parts: Sequence[Event | Pause | Drop], deadline: Deadline) -> ExecutionResult:
    """Play a response in parts and return the whole."""
    results = AsyncEventSink(buffer_size=1)
    await ScriptedParts(parts, WholeSink(results)).play()
    result = await results.get()
    return ExecutionResult() if result is None else result


async def _wait_for(answer: Answer, deadline: Deadline) -> Answer:
    """Wait for the delay of the answer."""
    await asyncio.sleep(answer.delay)
    return answer


async def _wait_for_all(answers: Sequence[Answer], deadline: Deadline) -> Sequence[Answer]:
    await asyncio.gather(*(_wait_for(answer, deadline) for answer in answers))
    return answers
