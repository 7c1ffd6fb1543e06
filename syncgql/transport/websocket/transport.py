"""WebSocketTransport: the base class of all WebSocket transports."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ...deadline import Deadline
from ...exceptions import (
    TransportClosed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportRateLimited,
)
from ...protocol.http import public_url
from ...protocol.protocol_refusal import refuses_websocket
from ...protocol.response_stream import ResultReader
from ...protocol.websocket_events import Acknowledged, Pinged, Ponged
from ...request import GraphQLRequest, as_request
from ...result import ABSENT, ExecutionResult, whole_result
from ..aiohttp_session.session import SharedSession
from ..async_event_sink import AsyncEventSink
from ..background import in_background
from ..base import AsyncRoundTrip, AsyncTransport, EventSink
from ..incremental_sink import SnapshotSink, WholeSink
from ..recovery.policy import ReconnectPolicy
from ..round_trip import RoundTrip
from ..selectable_stream import ProtocolsRefused, SelectableStream, refusal
from .active_operation import ActiveOperation
from .connection import WebSocketConnection
from .connector import WebSocketConnector
from .handshake import Dialect, Handshake
from .options import WebSocketOptions
from .pool import WebSocketPool
from .reconnecting_connection import ReconnectingConnection

if TYPE_CHECKING:
    from graphql import DocumentNode

COMPLETION_SECONDS = 1.0
"""The seconds that a server may take to complete an operation after its only result."""

SIGNALS = {Acknowledged: "connection_ack", Pinged: "ping", Ponged: "pong"}


P = ParamSpec("P")
T = TypeVar("T")
WebSocketTransportT = TypeVar("WebSocketTransportT", bound="WebSocketTransport")


class WebSocketTransport(AsyncTransport):
    """Sends subscriptions, queries and mutations over WebSockets.

    A subscription that pauses reading while its buffer is full (``overflow="block"``) has its own socket. All other
    operations share one.

    Args:
        dialect: the dialect of the server.
        options: the options that all connections share.
        session: the session to open sockets with.
        policy: the policy for reconnecting; None for never.

    Attributes:
        payloads: the latest payload of each of ``connection_ack``, ``ping`` and ``pong``.
        ping_received: an ``asyncio.Event`` that is set whenever a ping arrives; clear it before waiting for the next
            ping.
        pong_received: the same for pongs.
    """

    is_websocket = True
    shared_session: SharedSession

    def __init__(
        self,
        dialect: Dialect,
        options: WebSocketOptions,
        session: SharedSession,
        policy: ReconnectPolicy | None = None,
    ) -> None:
        self.dialect = dialect
        self.options = options
        self.policy = policy
        self.shared_session = session
        self.reconnects = policy is not None
        self.has_users = dialect.has_users
        self.token_auth = dialect.token_auth
        self._begin()

    def _begin(self) -> None:
        self._ending: set[asyncio.Task[None]] = set()
        self.payloads: dict[str, Any] = {}
        self.ping_received = asyncio.Event()
        self.pong_received = asyncio.Event()
        connector = WebSocketConnector(self.dialect, self.options, self._on_signal, self.shared_session.proxy_for)
        self._pool = WebSocketPool(connector, self.shared_session, self.policy)

    def fresh(self: WebSocketTransportT) -> WebSocketTransportT:
        copy = super().fresh()
        copy.shared_session = self.shared_session.fresh()
        copy._begin()
        return copy

    def __repr__(self) -> str:
        return f"{type(self).__name__}({public_url(self.dialect.url)!r})"

    async def connect(self) -> None:
        """Open the shared socket. Does nothing if it is open.

        Raises:
            TransportError: it could not be opened, or the server refused it.
        """
        await self._pool.connect()

    async def close(self) -> None:
        """Complete all operations, close all sockets with code 1000, then the session if no other transport uses it."""
        await self._pool.close()

    async def wait_closed(self) -> None:
        """Return when no socket is open."""
        await self._pool.wait_closed()

    async def send_ping(self, payload: Mapping[str, Any] | None = None) -> None:
        """Send a ping of the subprotocol on all open sockets. Legacy ``graphql-ws`` has no pings, so nothing is sent.

        Raises:
            TransportClosed: there is no open socket.
        """
        for connection in self._open_connections():
            await connection.ping(payload)

    async def send_pong(self, payload: Mapping[str, Any] | None = None) -> None:
        """Send a pong of the subprotocol on all open sockets. Legacy ``graphql-ws`` has no pongs, so nothing is sent.

        Raises:
            TransportClosed: there is no open socket.
        """
        for connection in self._open_connections():
            await connection.pong(payload)

    async def execute(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        extra_args: Mapping[str, Any] | None = None,
    ) -> ExecutionResult:
        """Send a query or mutation over the shared socket and return its result, including errors.

        Raises:
            TransportQueryError: the server ended the operation with an ``error`` message.
            TransportError: there was no GraphQL response.
            DocumentError: the document has a syntax error, or the request cannot be sent.
        """
        _refuse_arguments(None, extra_args)
        prepared = as_request(request, variable_values, operation_name, None)
        return await self._run(await self._off_the_loop(self._for_result, prepared), Deadline())

    async def _run(self, prepared: tuple[WebSocketStream, AsyncEventSink], deadline: Deadline) -> ExecutionResult:
        """Run a query or mutation and return its result; raises what ``execute`` raises."""
        stream, sink = prepared
        await stream.open(deadline)
        try:
            result = await sink.get()
        except BaseException:
            await stream.close()
            raise
        if result is None:
            raise TransportProtocolError(
                "The server completed the operation without a result.", rule="an operation has a result"
            )
        if not sink.finished:
            task = in_background(_let_end(sink, stream))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        return result

    async def _run_to_result(
        self, prepared: tuple[WebSocketStream, AsyncEventSink], deadline: Deadline
    ) -> ExecutionResult:
        """Run a query or mutation and return its result, including the errors of an ``error`` message."""
        try:
            return await self._run(prepared, deadline)
        except (TransportQueryError, TransportRateLimited) as error:
            if not (error.sent and error.errors):
                raise  # the server refused the connection, not the operation
            # There is data if the server failed between the parts of a response.
            return ExecutionResult(ABSENT if error.data is None else error.data, [dict(each) for each in error.errors])

    async def subscribe(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        send_stop: bool | None = True,
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Send a subscription and yield its events, including errors.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: the values of the document's variables.
            operation_name: the operation to run; required if the document contains several.
            send_stop: whether to send a stop if the generator is closed before the end. True by default.

        Raises:
            TransportError: connecting failed, the operation was rejected, or the connection was lost.
            DocumentError: the document has a syntax error, or the request cannot be sent.
        """
        sink = AsyncEventSink(buffer_size=1024, blocks=True)
        prepared = as_request(request, variable_values, operation_name, None)
        stream = await self._off_the_loop(self.stream, prepared, sink)
        await stream.open()
        try:
            while (result := await sink.get()) is not None:
                yield result
        finally:
            await stream.close(send_stop=bool(send_stop))

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[ExecutionResult]:
        _refuse_arguments(headers, extra_args)
        return RoundTrip(self._for_result(request), self._run_to_result, whole_result)

    def stream(self, request: GraphQLRequest, sink: EventSink) -> WebSocketStream:
        return self._stream(request, sink)

    def incremental_stream(
        self,
        request: GraphQLRequest,
        sink: EventSink,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> WebSocketStream:
        _refuse_arguments(headers, extra_args)

        snapshots = SnapshotSink(sink)
        return self._stream(request, snapshots, snapshots.read)

    def _for_result(self, request: GraphQLRequest) -> tuple[WebSocketStream, AsyncEventSink]:
        """Prepare a query or mutation; return its stream and the sink of its one result."""
        sink = AsyncEventSink(buffer_size=1)
        if not request.is_incremental:
            return self._stream(request, sink), sink

        whole = WholeSink(sink)
        return self._stream(request, whole, whole.read), sink

    def _stream(self, request: GraphQLRequest, sink: EventSink, read: ResultReader | None = None) -> WebSocketStream:
        payload, refreshable = self.dialect.payload(request), self.dialect.is_refreshable
        operation = ActiveOperation(request, payload, request.operation_type, sink, read, keeps_context=refreshable)
        # Created in the caller's context, which may identify the user: only operations of one user share a socket.
        is_needed = sink.blocks or self.dialect.has_users or not self._pool.has_shared
        handshake = self.dialect.handshake() if is_needed else None
        return WebSocketStream(self._pool, operation, self.dialect.payload, handshake)

    async def _off_the_loop(self, prepare: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function; use a worker thread if it calls the user's code, which may block."""
        if not self.dialect.is_refreshable:
            return prepare(*args, **kwargs)
        return await asyncio.to_thread(prepare, *args, **kwargs)

    def _open_connections(self) -> list[WebSocketConnection]:
        connections = [connection for connection in self._pool.sockets if connection.is_open]
        if not connections:
            raise TransportClosed("No socket is open; call connect() first.", sent=False)
        return connections

    def _on_signal(self, signal: Acknowledged | Pinged | Ponged) -> None:
        self.payloads[SIGNALS[type(signal)]] = signal.payload
        if isinstance(signal, Pinged):
            self.ping_received.set()
        elif isinstance(signal, Ponged):
            self.pong_received.set()


def _refuse_arguments(headers: Mapping[str, str] | None, extra_args: Mapping[str, Any] | None) -> None:
    if extra_args:
        raise TransportError("extra_args= is only for HTTP; a WebSocket has no arguments per request.", sent=False)
    if headers is not None:
        raise TransportError(
            "A WebSocket has no headers per request; pass headers= or init_payload= to the transport.", sent=False
        )


async def _let_end(sink: AsyncEventSink, stream: WebSocketStream) -> None:
    """Stop an operation that has its only result, unless the server completes it within a second.

    Some legacy servers never complete a query. Others close the socket after every stop, so stops are avoided.
    """
    with contextlib.suppress(TransportError, asyncio.TimeoutError):
        await asyncio.wait_for(sink.get(), COMPLETION_SECONDS)
    await stream.close()


class WebSocketStream(SelectableStream):
    """One operation over a WebSocket.

    Args:
        pool: chooses the connection.
        operation: the operation.
        payload: returns the payload for another request of the operation.
        handshake: for a new socket; None to compute it when it is needed.
    """

    def __init__(
        self,
        pool: WebSocketPool,
        operation: ActiveOperation,
        payload: Callable[[GraphQLRequest], str],
        handshake: Handshake | None,
    ) -> None:
        self._pool = pool
        self._operation = operation
        self._payload = payload
        self._handshake = handshake
        self._connection: ReconnectingConnection | None = None

    @property
    def protocol(self) -> str:
        return "" if self._connection is None else self._connection.wire

    @property
    def handshake(self) -> Handshake | None:
        """The latest handshake of the connection that it uses or will use; None if there is none yet."""
        return (self._connection and self._connection.tried) or self._handshake or self._pool.handshake

    @property
    def lost_at(self) -> float | None:
        return self._operation.lost_at

    async def try_open(self, deadline: Deadline) -> bool:
        try:
            await self.open(deadline)
        except TransportError as error:
            if self._operation.was_sent or not refuses_websocket(error):
                raise
            raise ProtocolsRefused([refusal(self._pool.where, self._pool.subprotocols, error)]) from error
        return True

    async def open(self, deadline: Deadline | None = None) -> None:
        try:
            await self._pool.start(self._operation, self._carried, self._handshake, deadline)
        except BaseException:
            # The message may already have been sent, so the operation must be stopped on the server.
            await self.close()
            raise

    async def close(self, *, send_stop: bool = True) -> None:
        if self._connection is not None:
            await self._connection.stop(self._operation, send_stop=send_stop)

    def resubscribe(self, request: GraphQLRequest) -> Callable[[], Coroutine[Any, Any, None]]:
        return functools.partial(self._resubscribe, request, self._payload(request))

    async def _resubscribe(self, request: GraphQLRequest, payload: str) -> None:
        if self._connection is not None:
            await self._connection.resubscribe(self._operation, request, payload)

    def _carried(self, connection: ReconnectingConnection) -> None:
        self._connection = connection
