"""HTTPStreams: the streams of one transport. HTTPStreamTransport: the base class of transports over streams."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, TypeVar

from ...deadline import NO_DEADLINE, Deadline
from ...exceptions import TransportProtocolError
from ...request import GraphQLRequest
from ...result import ExecutionResult, whole_result
from ..aiohttp_session.session import SharedSession
from ..async_event_sink import AsyncEventSink
from ..base import AsyncRoundTrip, AsyncTransport, EventSink, Stream
from ..http.incremental_sender import IncrementalSender
from ..http.request import HTTPRequest, RequestBuilder
from ..http.sender import HTTPSender
from ..http.upload import FILE_CLASSES, FileClasses
from ..options import HeadersOption
from ..round_trip import RoundTrip
from .opener import StreamOpener
from .options import StreamOptions
from .protocols import MULTIPART, StreamProtocol
from .single_connection import SingleConnectionOpener
from .stream import HTTPStream

BUFFER_SIZE = 1024
"""The maximum number of events that wait for asyncio code, which reads them with ``subscribe``."""

IDLE_SECONDS = 30.0
"""The seconds for which the stream of single connection mode stays open without operations."""


class HTTPStreams:
    """Creates the streams of one transport.

    Args:
        builder: builds the requests.
        sender: sends them.
        protocols: the protocols to try, in order of preference.
        options: the options of the transport.
        max_response_size: see ``StreamOpener``.
        file_classes: types that count as files in addition to ``FileVar``.
        single_connection: whether operations share one connection.
    """

    def __init__(
        self,
        builder: RequestBuilder,
        sender: HTTPSender,
        protocols: Sequence[StreamProtocol],
        options: StreamOptions,
        max_response_size: int | None,
        file_classes: FileClasses,
        *,
        single_connection: bool = False,
    ) -> None:
        self._opener = StreamOpener(builder, sender, protocols, options, max_response_size)
        self._file_classes = file_classes
        self._running: set[HTTPStream[Any]] = set()
        self._make_single = functools.partial(SingleConnectionOpener, builder, sender, options)
        self._shared = self._make_single(idle_timeout=IDLE_SECONDS) if single_connection else None

    def stream(
        self,
        request: GraphQLRequest,
        sink: EventSink,
        headers: HeadersOption = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> HTTPStream[Any]:
        """Prepare a stream, in the caller's thread; raises what ``RequestBuilder.build`` raises."""
        opener = self._opener_for(sink, has_own_options=bool(headers or extra_args))
        prepare = functools.partial(
            opener.prepare, headers=headers, extra_args=extra_args, file_classes=self._file_classes
        )
        is_subscription = request.is_subscription
        return HTTPStream(opener, request, prepare, sink, self._running, is_subscription=is_subscription)

    def _opener_for(self, sink: EventSink, *, has_own_options: bool) -> Any:
        """Return the ``Opener`` for a stream; it also prepares the requests.

        Args:
            sink: the sink of the stream.
            has_own_options: whether the call has its own headers or arguments, which may be credentials.
        """
        if self._shared is None:
            return self._opener
        # A sink that blocks would delay the others, and users with different credentials must not share a connection.
        is_own = sink.blocks or self._opener.calls_user_code or has_own_options
        return self._make_single(idle_timeout=0) if is_own else self._shared

    def prepare(
        self, request: GraphQLRequest, headers: HeadersOption, extra_args: Mapping[str, Any] | None
    ) -> HTTPRequest:
        """Build the HTTP request for an operation; raises what ``RequestBuilder.build`` raises."""
        return self._opener.prepare(request, headers, extra_args, self._file_classes).http

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Send an operation and yield its results, for asyncio code."""
        sink = AsyncEventSink(BUFFER_SIZE, blocks=True)
        stream = await self._prepared(request, sink, None)
        await stream.open()
        try:
            while (result := await sink.get()) is not None:
                yield result
        finally:
            await stream.close()

    async def execute(self, request: GraphQLRequest, extra_args: Mapping[str, Any] | None) -> ExecutionResult:
        """Send a query or mutation and return its result, for asyncio code."""
        sink = AsyncEventSink(1)
        return await self.run((await self._prepared(request, sink, extra_args), sink), NO_DEADLINE)

    async def run(self, prepared: tuple[HTTPStream[Any], AsyncEventSink], deadline: Deadline) -> ExecutionResult:
        """Run a query or mutation and return its result.

        Raises:
            TransportError: there was no GraphQL response.
        """
        stream, sink = prepared
        try:
            await stream.open(deadline)
            result = await sink.get()
        finally:
            await stream.close()
        if result is None:
            raise TransportProtocolError(
                "The server completed the operation without a result.", rule="an operation has a result"
            )
        return result

    async def close(self) -> None:
        """End all streams; subscriptions end without an error."""
        for stream in list(self._running):
            await stream.leave()
        if self._shared is not None:
            await self._shared.close()

    async def _prepared(
        self, request: GraphQLRequest, sink: EventSink, extra_args: Mapping[str, Any] | None
    ) -> HTTPStream[Any]:
        prepare = functools.partial(self.stream, request, sink, extra_args=extra_args)
        return await asyncio.to_thread(prepare) if self._opener.calls_user_code else prepare()


TransportT = TypeVar("TransportT", bound="HTTPStreamTransport")


class HTTPStreamTransport(AsyncTransport):
    """Sends operations of all types over HTTP and reads their results from streams.

    Each operation has a separate connection, which does not count toward the limit of the pool for requests.

    Args:
        protocols: the protocols to try, in order of preference.
        builder: builds the requests.
        session: the session to send them with.
        options: the options of all streams.
        max_response_size: the maximum size of a response that is not a stream, in bytes; None for no limit.
    """

    shared_session: SharedSession
    _single_connection = False

    def __init__(
        self,
        protocols: Sequence[StreamProtocol],
        builder: RequestBuilder,
        session: SharedSession,
        options: StreamOptions,
        max_response_size: int | None,
    ) -> None:
        self._protocols = protocols
        self._builder = builder
        self.shared_session = session
        self._options = options
        self._max_response_size = max_response_size
        self.reconnects = options.policy is not None
        self.has_users = builder.has_users
        self.token_auth = builder.token_auth
        self._begin()

    def _begin(self) -> None:
        self._sender = HTTPSender(self.shared_session, self._max_response_size)
        self._streams = HTTPStreams(
            self._builder,
            self._sender,
            self._protocols,
            self._options,
            self._max_response_size,
            FILE_CLASSES,
            single_connection=self._single_connection,
        )
        self._incremental = IncrementalSender(self._sender, self._options.json_deserialize, self._max_response_size)

    def fresh(self: TransportT) -> TransportT:
        copy = super().fresh()
        copy.shared_session = self.shared_session.fresh()
        copy._begin()
        return copy

    async def connect(self) -> None:
        """Open the session. Connections are opened by operations. Does nothing if the session is open."""
        self._sender.connect()

    async def close(self) -> None:
        """End all operations, then close the session unless another transport uses it."""
        await self._streams.close()
        await self._sender.close()

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Send a query or mutation and return its result, including errors.

        Args:
            request: a query or mutation.
            extra_args: further arguments for ``aiohttp.ClientSession.request``.

        Raises:
            TransportError: there was no GraphQL response.
            DocumentError: the request cannot be sent.
            TypeError: aiohttp does not know one of *extra_args*.
        """
        if not request.is_incremental:
            return await self._streams.execute(request, extra_args)
        prepare = functools.partial(self._in_parts, request, None, extra_args)
        prepared = await asyncio.to_thread(prepare) if self._builder.calls_user_code else prepare()
        return self._incremental.parse(await self._incremental.send(prepared, Deadline()))

    def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Send a subscription and yield its events, including errors.

        Raises:
            TransportError: connecting failed, the operation was refused, or the connection was lost.
            DocumentError: the request cannot be sent.
        """
        return self._streams.subscribe(request)

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: HeadersOption = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[ExecutionResult]:
        if request.is_incremental:
            prepared = self._in_parts(request, headers, extra_args)
            return RoundTrip(prepared, self._incremental.send, self._incremental.parse)
        sink = AsyncEventSink(1)
        stream = self._streams.stream(request, sink, headers, extra_args)
        return RoundTrip((stream, sink), self._streams.run, whole_result)

    def incremental_stream(
        self,
        request: GraphQLRequest,
        sink: EventSink,
        *,
        headers: HeadersOption = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> Stream:
        return self._incremental.stream(self._in_parts(request, headers, extra_args), sink)

    def _in_parts(
        self, request: GraphQLRequest, headers: HeadersOption, extra_args: Mapping[str, Any] | None
    ) -> HTTPRequest:
        """Build the request for an operation whose response may come in parts."""
        if tuple(self._protocols) == (MULTIPART,):  # its Accept header for a result does not allow parts
            return self._builder.build(request, headers, extra_args, FILE_CLASSES)
        return self._streams.prepare(request, headers, extra_args)

    def stream(self, request: GraphQLRequest, sink: EventSink) -> HTTPStream[Any]:
        return self._streams.stream(request, sink)
