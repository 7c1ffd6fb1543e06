"""WebSocketConnection: one socket, the protocol machine on it, and the operations it carries.

One task reads; it is never cancelled, because a cancelled ``receive()`` leaves aiohttp unable to close the socket
properly. To end it the socket is closed: aiohttp then wakes the reader.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
from collections.abc import Callable, Mapping
from contextvars import Context
from typing import Any, NamedTuple

import aiohttp

from ..exceptions import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportTimeout,
)
from ..protocol.close_codes import ABNORMAL, NO_STATUS, closed_error
from ..protocol.graphql_response import describe_errors
from ..protocol.http import public_url
from ..protocol.websocket import Acknowledged, Completed, Event, Failed, Pinged, Refused, WebSocketProtocol
from .base import Sink


class Operation:
    """One request on a connection and who takes its answers.

    Args:
        payload: the request, written as JSON.
        sink: takes the events.
    """

    __slots__ = ("connection", "id", "payload", "sink")

    def __init__(self, payload: str, sink: Sink) -> None:
        self.payload = payload
        self.sink = sink
        self.id = ""
        self.connection: WebSocketConnection | None = None


class Loss(NamedTuple):
    """Why a connection ended.

    Every waiter gets an exception of its own, because one that is raised twice grows its traceback.
    """

    make: Callable[[], TransportError]
    cause: BaseException | None = None

    def error(self) -> TransportError:
        error = self.make()
        error.__cause__ = self.cause
        return error


class WebSocketConnection:
    """A connection that carries operations.

    Args:
        socket: the open socket.
        protocol: the machine for the subprotocol that the server selected.
        url: the endpoint, for messages.
        dedicated: whether it is for one operation, with whose end it ends.
        answer_pings: whether protocol pings are answered here.
        on_end: called when the socket is closed for good.
    """

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        protocol: WebSocketProtocol,
        url: str,
        *,
        dedicated: bool,
        answer_pings: bool,
        on_end: Callable[[WebSocketConnection], object],
    ) -> None:
        self.url = public_url(url)
        self._dedicated = dedicated
        self._on_end = on_end
        self.operations: dict[str, Operation] = {}
        self._socket = socket
        self._protocol = protocol
        self._answer_pings = answer_pings
        self._loss: Loss | None = None
        self._is_acknowledged = False
        self._acknowledged: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
        self._closing: asyncio.Task[None] | None = None
        # An empty context: the reader outlives the call that opened the socket and must not keep its variables alive.
        self._reader = Context().run(asyncio.get_running_loop().create_task, self._read())
        self._reader.add_done_callback(self._reader_done)

    @property
    def is_open(self) -> bool:
        return self._loss is None and self._closing is None

    async def initialize(self, payload: Mapping[str, Any] | None, ack_timeout: float | None) -> dict[str, Any] | None:
        """Send ``connection_init`` and return the payload of the acknowledgement, or close the socket.

        Raises:
            TransportTimeout: there was none within *ack_timeout* seconds.
            TransportError: the server refused or closed the connection.
        """
        try:
            await self._send(self._protocol.connection_init(payload))
            return await asyncio.wait_for(self._acknowledged, ack_timeout)
        except TimeoutError:
            await self.close(4504, "Connection acknowledgement timeout")
            raise TransportTimeout(
                f"{self.url} did not acknowledge the connection within ack_timeout, {ack_timeout:g} s. Is it a GraphQL "
                f"server that speaks {self._protocol.NAME}?",
                limit="ack_timeout",
                seconds=ack_timeout or 0.0,
            ) from None
        except BaseException:
            self.close_soon()
            raise

    async def start(self, operation: Operation) -> None:
        """Send an operation; returns when it is on the wire."""
        if self._loss is not None:
            raise self._loss.error()
        operation.id, message = self._protocol.subscribe(operation.payload)
        operation.connection = self
        self.operations[operation.id] = operation
        await self._send(message)

    async def stop(self, operation: Operation) -> None:
        """Tell the server to end an operation; does nothing when it has ended."""
        if self.operations.pop(operation.id, None) is None or self._loss is not None:
            return
        message = self._protocol.complete(operation.id)
        if message is not None:
            with contextlib.suppress(TransportError):  # the reader reports a lost connection
                await self._send(message)
        if self._dedicated:
            self.close_soon()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Complete what runs, say goodbye, and wait for the server's answer within aiohttp's ``ws_close`` limit."""
        self.close_soon(code, reason)
        if self._closing is not None:
            await asyncio.shield(self._closing)

    def close_soon(self, code: int = 1000, reason: str = "") -> None:
        """Begin to close, without waiting."""
        if self._closing is None:
            self._closing = Context().run(asyncio.get_running_loop().create_task, self._close(code, reason))
            self._closing.add_done_callback(lambda _: self._on_end(self))

    async def _close(self, code: int, reason: str) -> None:
        messages = self._protocol.close()
        self._lose(Loss(functools.partial(TransportConnectionFailed, f"The connection to {self.url} was closed.")))
        with contextlib.suppress(ConnectionError):
            for message in messages:
                await self._socket.send_str(message)
        await self._socket.close(code=code, message=cut_reason(reason))
        await self._reader

    async def _send(self, text: str) -> None:
        try:
            await self._socket.send_str(text)
        except ConnectionError as error:
            raise TransportConnectionFailed(f"The connection to {self.url} was lost.") from error

    # -- reading

    async def _read(self) -> None:
        receive = self._socket.receive
        try:
            while True:
                message = await receive()
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._take(message.data)
                elif message.type is aiohttp.WSMsgType.BINARY:
                    await self._take(message.data.decode())
                else:
                    self._ended(message)
                    return
        except TransportProtocolError as error:
            self._violated(error)
        except UnicodeDecodeError as error:
            self._violated(self._protocol.violation("a message is UTF-8 text", repr(error.object[:100])))
        except Exception as error:
            # Whatever it was, those who wait must hear of it.
            self._lose(
                Loss(functools.partial(TransportConnectionFailed, f"Reading from {self.url} failed: {error!r}"), error)
            )
            self.close_soon(1011)

    async def _take(self, text: str) -> None:
        event = self._protocol.receive(text)
        if type(event) is Event:
            operation = self.operations.get(event.id)
            if operation is not None:
                await self._deliver(operation, event)
        elif event is not None:
            await self._react(event)

    async def _deliver(self, operation: Operation, event: Event) -> None:
        sink = operation.sink
        if not sink.put(event.result):
            await self.stop(operation)
        elif sink.blocks and sink.full:
            # Such a sink has the socket to itself: not reading is how the server comes to feel it.
            await sink.wait_for_room()

    async def _react(self, event: Acknowledged | Refused | Pinged | Failed | Completed | Any) -> None:
        if isinstance(event, Pinged):
            if self._answer_pings and (pong := self._protocol.pong(event.payload)) is not None:
                await self._send(pong)
        elif isinstance(event, Completed):
            self._finish(event.id, None)
        elif isinstance(event, Failed):
            self._finish(event.id, TransportQueryError(describe_errors(event.errors), errors=event.errors))
        elif isinstance(event, Acknowledged):
            self._is_acknowledged = True
            if not self._acknowledged.done():
                self._acknowledged.set_result(event.payload)
        elif isinstance(event, Refused):
            self._refused(event.payload)

    def _finish(self, id: str, error: TransportError | None) -> None:
        operation = self.operations.pop(id, None)
        if operation is not None:
            operation.sink.finish(error)
        if self._dedicated:
            self.close_soon()

    # -- the end

    def _reader_done(self, reader: asyncio.Task[None]) -> None:
        if self._closing is None:
            self._on_end(self)

    def _ended(self, message: aiohttp.WSMessage) -> None:
        cause = message.data if message.type is aiohttp.WSMsgType.ERROR else None
        code, reason = ABNORMAL, ""
        if message.type is aiohttp.WSMsgType.CLOSE:
            code, reason = message.data or NO_STATUS, message.extra or ""
        elif message.type is aiohttp.WSMsgType.ERROR:
            code = self._socket.close_code or ABNORMAL
        make = functools.partial(closed_error, self.url, code, reason, acknowledged=self._is_acknowledged)
        self._lose(Loss(make, cause))

    def _refused(self, payload: Any) -> None:
        said = json.dumps(payload)[:200] if payload is not None else "no reason"
        message = f"{self.url} refused the connection: {said}. Check headers= and init_payload=."
        self._lose(Loss(functools.partial(TransportAuthenticationError, message, reason=said)))
        self.close_soon()

    def _violated(self, error: TransportProtocolError) -> None:
        make = functools.partial(
            TransportProtocolError, error.message, rule=error.rule, received=error.received, code=error.code
        )
        self._lose(Loss(make, error.__cause__))
        self.close_soon(error.code or 1002, error.rule)

    def _lose(self, loss: Loss) -> None:
        """Record why the connection ended, the first reason counting, and tell everyone."""
        if self._loss is None:
            self._loss = loss
        if not self._acknowledged.done():
            self._acknowledged.set_exception(self._loss.error())
            self._acknowledged.exception()  # nobody need wait for it
        operations, self.operations = self.operations, {}
        for operation in operations.values():
            operation.sink.finish(self._loss.error())


def cut_reason(reason: str) -> bytes:
    """Return a close reason as UTF-8 of at most 123 bytes (RFC 6455, section 5.5), cut at a character."""
    return reason.encode()[:123].decode(errors="ignore").encode()
