"""GraphQLMock: registered answers for all clients in this process, instead of servers."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict

from ..deadline import NO_DEADLINE, Deadline
from ..exceptions import TransportError, TransportTimeout
from ..pipeline.override import TransportOverride
from ..protocol import json_codec
from ..protocol.batch import BatchEntry
from ..protocol.http import HTTPResponse, parse_http_response, retry_after
from ..request import GraphQLRequest
from ..result import ExecutionResult, Response, whole_result
from ..transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from ..transport.async_event_sink import AsyncEventSink
from ..transport.base import AsyncRoundTrip, AsyncTransport, EventSink, Stream
from ..transport.batching import Batcher
from ..transport.blocking import BlockingTransport, cannot_stream
from ..transport.incremental_sink import SnapshotSink, WholeSink
from ..transport.round_trip import RoundTrip
from ..transport.selection.selecting_transport import SelectingTransport
from ..transport.selection.transport_factory import TransportFactory, Transports
from ..transport.selection.transport_options import TransportOptions
from ..transport.token_auth import noting_refusals
from ..transport.websocket.transport import WebSocketTransport
from .answer import Answer
from .answers import Answers
from .envelope import envelope_of
from .memory_socket import MemorySessions
from .parts import ScriptedParts
from .player import Player
from .real_stream import RealStream
from .recorded_request import RecordedRequest, sent_request
from .recorder import Recorder
from .redactor import Redactor
from .rule import Match, Matcher, matcher
from .script import Drop, Event, Pause
from .tapes import Tapes

if TYPE_CHECKING:
    from ..schema.provider import SchemaSource


class GraphQLMock(Answers):
    """Answers the requests of all clients within a ``with`` block, without a network.

    Requests are prepared by the client's own transport, so invalid requests fail as they do without the mock, and the
    recorded headers and credentials are the real ones. Subscriptions use the client's own WebSocket code, including
    reconnecting, but without delays.

    The ``delay=`` of an answer takes no time: the call raises ``TransportTimeout`` at once if its time limit is
    shorter, and has less time left for further attempts otherwise.

    Args:
        schema: SDL text, a path, or any other value that ``Client(schema=...)`` accepts; see ``Answers``. By default
            there is none.
        tapes: the directory of tapes, and whether ``replay`` records; the fixture sets it, and writes its tapes at the
            end of the run. By default, paths are relative to the current directory, ``replay`` replays, and tapes are
            written at the end of the ``with`` block.
    """

    def __init__(self, schema: SchemaSource = None, *, tapes: Tapes | None = None) -> None:
        super().__init__(schema)
        self._tapes = tapes or Tapes()
        self._writes_tapes = tapes is None
        self._passing: list[Matcher] = []
        self._recorder: Recorder | None = None
        self._override = TransportOverride(self._build)

    def __enter__(self) -> GraphQLMock:
        self._override.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._override.__exit__(kind, error, traceback)
        if self._writes_tapes:
            self._tapes.save(error)

    # -- real servers

    def pass_through(self, match: Match) -> None:
        """Send an operation to its real server. Batches are sent as single requests.

        Args:
            match: the operation; see ``add``. This takes precedence over registered answers.

        Raises:
            TypeError: *match* has the wrong type.
            DocumentError: *match* is a document with a syntax error.
        """
        self._passing.append(matcher(match))

    def record(self, path: str | Path, *, leave_out: Sequence[str] = ()) -> None:
        """Send operations without a registered answer to their real servers, and record the responses.

        The tape is a JSON file. It is written at the end of the ``with`` block, unless an exception ends the block; in
        the fixture, at the end of the test run, if all tests that record to it pass. It contains no request headers;
        the credentials of all requests of the run are replaced with ``***`` in documents, variables and responses.

        Args:
            path: the file. In the fixture, it is relative to the directory of the test module.
            leave_out: the paths of values that are not recorded, such as ``variables.password``, ``data.login.token``
                or ``extensions``; ``*`` stands for any key or index. Variables that are left out are ignored when the
                tape is replayed.

        Raises:
            FileExistsError: the file exists but is not a tape.
            ValueError: a path in *leave_out* does not begin with ``variables``, ``data``, ``errors`` or ``extensions``.
        """
        self._has_tape = True
        self._recorder = Recorder(self._tapes.to_record(path), Redactor(leave_out))

    def replay(self, path: str | Path, *, leave_out: Sequence[str] = ()) -> None:
        """Answer operations without a registered answer from a tape; with ``pytest --syncgql-record``, record it.

        Several responses to the same operation with the same variables are returned in order; the last one is repeated.

        Args:
            path: the file; see ``record``.
            leave_out: the values that are not recorded and not compared; see ``record``.

        Raises:
            FileNotFoundError: there is no such file.
            FileExistsError: the tape is to be recorded, and the file exists but is not a tape.
            ValueError: the file is not a tape, or *leave_out* is invalid.
        """
        if self._tapes.records:
            self.record(path, leave_out=leave_out)
        else:
            self._has_tape = True
            self._player = Player(self._tapes.to_replay(path), Redactor(leave_out))

    def passes(self, call: RecordedRequest) -> bool:
        """Return whether ``pass_through`` was called for an operation."""
        return any(matches(call) for matches in self._passing)

    def recorder_of(self, call: RecordedRequest) -> Recorder | None:
        """Return the recorder for the response to an operation; None if it is not sent to a server and recorded.

        Raises:
            UnexpectedOperation: the document or a variable is not valid for the schema.
        """
        if self._recorder is None or self.has_answer(call):
            return None
        self._check(call)
        return self._recorder

    def _build(self, options: TransportOptions) -> Transports:
        transport = MockTransport(self, options)
        return Transports(transport, transport)


class MockTransport(AsyncTransport):
    """Replaces the transports that a client with these options would use."""

    def __init__(self, answers: GraphQLMock, options: TransportOptions) -> None:
        self._answers = answers
        self._target = options.target
        self._options = options
        self._real_subscriptions: AsyncTransport | None = None
        # Subscriptions use graphql-transport-ws, whatever the client would try first.
        factory = TransportFactory(dataclasses.replace(options, subscription_protocol="auto"))
        pair = factory.build() if options.has_loop else None
        self._queries: AsyncTransport | Batcher | BlockingTransport
        blocking = factory.build_blocking()
        sockets = _websockets(pair.subscriptions) if pair is not None else None
        if sockets is None:
            sockets = AIOHTTPWebsocketsTransport(
                "ws://graphql.mock/", headers=options.headers, init_payload=options.init_payload
            )
        policy = sockets.policy and dataclasses.replace(sockets.policy, base=0.0, cap=0.0)  # reconnecting does not wait
        self._sockets = WebSocketTransport(sockets.dialect, sockets.options, MemorySessions(answers), policy)
        self._queries = blocking or (pair.queries if pair is not None else self._sockets)

    async def connect(self) -> None:
        """Do nothing: there is nothing to connect to."""

    async def close(self) -> None:
        """End all subscriptions, and the connections of operations that were sent to a server."""
        await self._sockets.close()
        if self._real_subscriptions is not None:
            await self._real_subscriptions.close()
        if isinstance(self._queries, BlockingTransport):
            self._queries.close()
        else:
            await self._queries.close()

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[ExecutionResult]:
        prepared = self._queries.round_trip(request, headers=headers, extra_args=extra_args)
        call = envelope_of(prepared.request, self._target).call(sent_request(request))
        if self._answers.passes(call):
            self._answers.calls.append(call)
            return _on_loop(prepared, self._queries)
        recorder = self._answers.recorder_of(call)
        if recorder is not None:
            self._answers.calls.append(call)
            return recorder.round_trip(_on_loop(prepared, self._queries), call)
        parts = self._answers.parts(call)
        if parts is not None:
            return RoundTrip(parts, _play, whole_result)
        return RoundTrip(self._answers.answer(call), _wait_for, functools.partial(self._parse, call.headers))

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
        call = envelope_of(prepared.request, self._target).call(sent_request(request))
        if self._answers.passes(call):
            self._answers.calls.append(call)
            return self._queries.incremental_stream(request, sink, headers=headers, extra_args=extra_args)
        parts = self._answers.parts(call)
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
        # Raises an exception if the transport cannot send batches.
        self._queries.batch_round_trip(requests, headers=headers, extra_args=extra_args)
        each = [self.round_trip(request, headers=headers, extra_args=extra_args) for request in requests]

        def parse(received: Sequence[Any]) -> list[BatchEntry]:
            return [_parse_entry(*entry) for entry in zip(each, received, strict=True)]

        return RoundTrip(each, _send_all, parse)

    def _parse(self, sent_headers: Mapping[str, str], answer: Answer) -> ExecutionResult:
        headers = CIMultiDict(answer.http_headers)
        head = Response(answer.status, headers, self._target, answer.delay, retry_after(headers))

        def parse(response: HTTPResponse) -> ExecutionResult:
            error = answer.error()
            if error is not None:
                raise error
            return parse_http_response(response, json_deserialize=json_codec.loads)

        note = noting_refusals(parse, self._queries.token_auth)
        return note(HTTPResponse(head, answer.content, sent_headers))

    def stream(self, request: GraphQLRequest, sink: EventSink) -> Stream:
        call = RecordedRequest(sent_request(request), url=self._target)
        if self._answers.passes(call):
            return RealStream(
                self._real().stream(request, sink),
                self._target,
                lambda envelope: self._answers.calls.append(envelope.call(call.request)),
            )
        recorder = self._answers.recorder_of(call)
        if recorder is not None:
            return recorder.stream(self._real(), request, sink, call, self._answers.calls.append)
        self._answers.check_subscription(call)
        return self._sockets.stream(request, sink)

    def _real(self) -> AsyncTransport:
        """Return the transport that the client would use for subscriptions without the mock."""
        if self._real_subscriptions is None:
            self._real_subscriptions = TransportFactory(self._options).build().subscriptions
        return self._real_subscriptions

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Answer a request."""
        round_trip = self.round_trip(request, extra_args=extra_args)
        return round_trip.parse(await round_trip.send(round_trip.request, NO_DEADLINE))

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Raise an error, because clients subscribe with ``stream``."""
        raise TransportError("MockTransport supports subscriptions only with stream().", sent=False)
        yield  # pragma: no cover - makes this an async generator


def _websockets(subscriptions: AsyncTransport) -> AIOHTTPWebsocketsTransport | None:
    """Return the WebSocket transport among a client's transports for subscriptions; None if there is none."""
    candidates = subscriptions.candidates if isinstance(subscriptions, SelectingTransport) else (subscriptions,)
    return next((each for each in candidates if isinstance(each, AIOHTTPWebsocketsTransport)), None)


async def _play(parts: Sequence[Event | Pause | Drop], deadline: Deadline) -> ExecutionResult:
    """Play a response in parts and return the complete result."""
    results = AsyncEventSink(buffer_size=1)
    await ScriptedParts(parts, WholeSink(results)).play()
    result = await results.get()
    return ExecutionResult() if result is None else result


def _on_loop(
    prepared: AsyncRoundTrip[ExecutionResult], queries: AsyncTransport | Batcher | BlockingTransport
) -> AsyncRoundTrip[ExecutionResult]:
    """Return a round trip for the loop; a blocking transport sends in the caller's thread instead."""
    if not isinstance(queries, BlockingTransport):
        return prepared

    async def send(request: Any, deadline: Deadline) -> Deadline:
        return deadline

    return RoundTrip(prepared.request, send, lambda deadline: prepared.parse(prepared.send(prepared.request, deadline)))


async def _wait_for(answer: Answer, deadline: Deadline) -> Answer:
    """Simulate the delay of an answer without waiting, by moving the deadline forward."""
    if not deadline.allows(answer.delay):
        raise deadline.exceeded()
    if deadline.end is not None:
        deadline.end -= answer.delay
    return answer


async def _send_all(each: Sequence[AsyncRoundTrip[ExecutionResult]], deadline: Deadline) -> list[Any]:
    """Send the requests of a batch concurrently; return the response to each, or its exception."""
    sends = [round_trip.send(round_trip.request, deadline.renewed()) for round_trip in each]
    received = await asyncio.gather(*sends, return_exceptions=True)
    late = next((outcome for outcome in received if isinstance(outcome, TransportTimeout)), None)
    if late is not None:
        raise late  # a server sends the responses of a batch together
    return received


def _parse_entry(round_trip: AsyncRoundTrip[ExecutionResult], received: Any) -> BatchEntry:
    """Return the result of one request, or its error, which does not affect the other requests."""
    try:
        if isinstance(received, BaseException):
            raise received
        return round_trip.parse(received)
    except TransportError as error:
        return error
