"""AIOHTTPWebsocketsTransport: GraphQL over WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, NamedTuple

import aiohttp

from ..exceptions import TransportClosed, TransportConnectionFailed, TransportError, TransportProtocolError
from ..protocol import json_codec
from ..protocol.graphql_transport_ws import GraphQLTransportWS
from ..protocol.http import encode_request, public_url
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .aiohttp_errors import translated_errors
from .async_sink import AsyncSink
from .base import AsyncTransport, Sink, Stream
from .options import Headers, HeadersOption, check_headers, check_url, resolve_headers
from .session import SharedSession
from .websocket_connection import Operation, WebSocketConnection

__all__ = ["AIOHTTPWebsocketsTransport"]

InitPayloadOption = Mapping[str, Any] | Callable[[], Mapping[str, Any] | None] | None

PROTOCOLS = {protocol.NAME: protocol for protocol in (GraphQLTransportWS,)}


class Handshake(NamedTuple):
    """What one connection is opened with; made anew for each, where providers may run."""

    headers: Headers
    init_payload: Mapping[str, Any] | None


class AIOHTTPWebsocketsTransport(AsyncTransport):
    """Sends subscriptions, and queries and mutations too, over WebSocket.

    A subscription whose consumer may hold it up (``overflow="block"``) has a socket of its own; all others, and queries
    and mutations, share one.

    Args:
        url: the endpoint, ``ws://`` or ``wss://``.
        headers: headers for the upgrade, or a function that returns them; it is called once per connection, never on
            the loop.
        ssl: True verifies certificates, False does not; or an ``ssl.SSLContext`` or ``aiohttp.Fingerprint``.
        connect_timeout: seconds for TCP, TLS and the upgrade; None for no limit.
        close_timeout: seconds to wait for the server's part of closing.
        ack_timeout: seconds to wait for ``connection_ack``; None for no limit.
        init_payload: payload of ``connection_init``, or a function that returns it, called as ``headers`` is.
        answer_pings: whether the server's pings are answered.
        client_session_args: further arguments for ``aiohttp.ClientSession``.
        max_message_size: bytes of the biggest message that is accepted; 0 for no limit.
        session: a session to share with other transports; takes the place of ``client_session_args``.

    Raises:
        ValueError: the URL is not an absolute ``ws`` or ``wss`` URL.
        TypeError: an argument has the wrong type.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: HeadersOption = None,
        ssl: Any = True,
        connect_timeout: float | None = 10,
        close_timeout: float = 10,
        ack_timeout: float | None = 10,
        init_payload: InitPayloadOption = None,
        answer_pings: bool = True,
        client_session_args: Mapping[str, Any] | None = None,
        max_message_size: int = 16 * 1024 * 1024,
        session: SharedSession | None = None,
    ) -> None:
        self.url = check_url(url, ("ws", "wss"))
        self.headers = check_headers(headers)
        self.ssl = ssl
        self.connect_timeout = connect_timeout
        self.close_timeout = close_timeout
        self.ack_timeout = ack_timeout
        self.init_payload = _check_init_payload(init_payload)
        self.answer_pings = answer_pings
        self.max_message_size = max_message_size
        self._shared_session = session or SharedSession(None, client_session_args)
        self._forget()

    def _forget(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False
        self._connections: set[WebSocketConnection] = set()
        self._shared: WebSocketConnection | None = None
        self._opening = asyncio.Lock()

    def fresh(self) -> AIOHTTPWebsocketsTransport:
        copy = super().fresh()
        copy._shared_session = self._shared_session.fresh()
        copy._forget()
        return copy

    async def connect(self) -> None:
        """Make the session; sockets open with the first operation. Does nothing when there is one."""
        self._is_closed = False
        if self._session is None:
            self._session = self._shared_session.acquire()

    async def close(self) -> None:
        """Complete every operation, close every socket with 1000, then the session unless another transport uses it."""
        self._is_closed = True
        for connection in list(self._connections):
            connection.close_soon()
        for connection in list(self._connections):
            await connection.close()
        if self._session is not None:
            self._session = None
            await self._shared_session.release()

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Send a query or mutation over the shared socket and return its answer, errors included.

        Raises:
            TransportError: there was no GraphQL answer.
        """
        if extra_args:
            raise TransportError("A WebSocket has no arguments per request; extra_args is for HTTP.")
        sink = AsyncSink(buffer_size=1)
        stream = await self._prepare(request, sink)
        await stream.open()
        try:
            result = await sink.get()
        finally:
            await stream.close()
        if result is None:
            raise TransportProtocolError("The server completed the operation without a result.", rule="no result")
        return result

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Send a subscription and yield its events, errors included.

        Raises:
            TransportError: connecting failed, the operation was rejected, or the connection was lost.
        """
        sink = AsyncSink(buffer_size=1024, blocks=True)
        stream = await self._prepare(request, sink)
        await stream.open()
        try:
            while (result := await sink.get()) is not None:
                yield result
        finally:
            await stream.close()

    def stream(self, request: GraphQLRequest, sink: Sink) -> WebSocketStream:
        # Parsed before it is sent: on many servers one syntax error closes the socket for everyone on it.
        _ = request.operation
        payload = encode_request(request.payload, json_codec.dumps).decode()
        handshake = self.handshake() if sink.blocks or self._shared is None else None
        return WebSocketStream(self, Operation(payload, sink), handshake)

    async def _prepare(self, request: GraphQLRequest, sink: Sink) -> WebSocketStream:
        if callable(self.headers) or callable(self.init_payload):
            return await asyncio.to_thread(self.stream, request, sink)
        return self.stream(request, sink)

    def handshake(self) -> Handshake:
        """Evaluate headers and init payload; not to be called on the loop, for they may block."""
        init_payload = self.init_payload
        if callable(init_payload):
            init_payload = init_payload()
            _check_init_payload(init_payload)
        return Handshake(resolve_headers({}, self.headers, None), init_payload)

    async def lease(self, handshake: Handshake | None, *, dedicated: bool) -> WebSocketConnection:
        """Return a connection: one for the caller alone, or the shared one."""
        if self._is_closed:
            raise TransportClosed("The transport is closed; call connect() to open it again.")
        await self.connect()
        if dedicated:
            return await self._open(handshake, dedicated=True)
        if self._shared is not None and self._shared.is_open:
            return self._shared
        async with self._opening:
            if self._shared is None or not self._shared.is_open:
                self._shared = await self._open(handshake, dedicated=False)
            return self._shared

    async def _open(self, handshake: Handshake | None, *, dedicated: bool) -> WebSocketConnection:
        if handshake is None:
            handshake = await asyncio.to_thread(self.handshake)
        socket = await self._upgrade(handshake.headers)
        protocol = PROTOCOLS.get(socket.protocol or "")
        if protocol is None:
            await socket.close(code=1002)
            raise TransportConnectionFailed(
                f"{public_url(self.url)} selected no GraphQL subprotocol; offered were {', '.join(PROTOCOLS)}. Is this "
                "the URL of the WebSocket endpoint?"
            )
        connection = WebSocketConnection(
            socket,
            protocol(),
            self.url,
            dedicated=dedicated,
            answer_pings=self.answer_pings,
            on_end=self._connections.discard,
        )
        self._connections.add(connection)
        await connection.initialize(handshake.init_payload, self.ack_timeout)
        return connection

    async def _upgrade(self, headers: Headers) -> aiohttp.ClientWebSocketResponse[Any]:
        if self._session is None:
            raise TransportClosed("The transport is closed; call connect() to open it again.")
        session = self._session

        async def upgrade() -> aiohttp.ClientWebSocketResponse[Any]:
            return await session.ws_connect(
                self.url,
                protocols=tuple(PROTOCOLS),
                headers=headers,
                ssl=self.ssl,
                max_msg_size=self.max_message_size,
                timeout=aiohttp.ClientWSTimeout(ws_close=self.close_timeout),
            )

        with translated_errors(self.url):
            return await asyncio.wait_for(upgrade(), self.connect_timeout)


class WebSocketStream(Stream):
    """One operation over a WebSocket."""

    def __init__(
        self, transport: AIOHTTPWebsocketsTransport, operation: Operation, handshake: Handshake | None
    ) -> None:
        self._transport = transport
        self._operation = operation
        self._handshake = handshake

    async def open(self) -> None:
        connection = await self._transport.lease(self._handshake, dedicated=self._operation.sink.blocks)
        try:
            await connection.start(self._operation)
        except BaseException:
            # The message may be on the wire already: the server must hear that nobody waits.
            await connection.stop(self._operation)
            raise

    async def close(self) -> None:
        if self._operation.connection is not None:
            await self._operation.connection.stop(self._operation)


def _check_init_payload(payload: object) -> Any:
    if payload is None or callable(payload) or isinstance(payload, Mapping):
        return payload
    raise TypeError(f"init_payload must be a mapping or a function that returns one, not {type(payload).__name__}.")
