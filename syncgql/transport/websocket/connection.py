"""WebSocketConnection: one socket, the protocol machine on it, and the operations it carries.

One task reads; it is never cancelled, because a cancelled ``receive()`` leaves aiohttp unable to close the socket
properly. To end it the socket is closed: aiohttp then wakes the reader.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Awaitable, Callable, Collection
from contextvars import Context
from typing import Protocol

import aiohttp

from ...exceptions import TransportConnectionFailed, TransportError, TransportProtocolError
from ...messages import truncate
from ...protocol.close_codes import ABNORMAL, NO_STATUS, RetryDecision
from ...protocol.graphql_errors import as_text
from ...protocol.http import public_url
from ...protocol.masking import Mask
from ...protocol.websocket import WebSocketProtocol
from ...protocol.websocket_events import (
    Acknowledged,
    Complained,
    Completed,
    Event,
    Failed,
    Pinged,
    Ponged,
    Received,
    Refused,
    Reply,
    Started,
)
from ..base import EventSink
from ..recovery.policy import was_of_use
from . import losses
from .active_operation import ActiveOperation
from .back_pressure import BackPressure
from .close_handshake import ABORT_SECONDS, CloseHandshake
from .confirmations import Confirmations
from .handshake import InitPayload
from .keep_alive import KeepAlive
from .options import WebSocketOptions

logger = logging.getLogger(__name__)

ENDS = frozenset(
    {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
)


TURN_SECONDS = 0.01
"""How long a socket may be read before the loop's other work has its turn, however much the peer sends."""

MOST_WARNINGS = 10
"""Complaints of one server that are logged as warnings; it may complain without end."""


class Listener(Protocol):
    """Who hears of what happens to the operations on a connection."""

    def started(self, operation: ActiveOperation) -> None:
        """The server confirmed that it runs an operation; only where the protocol has that."""

    def finished(
        self, operation: ActiveOperation, error: TransportError | None, decision: RetryDecision = RetryDecision.NO
    ) -> None:
        """The server ended an operation, with an error or without; another start may do better, or not."""

    def rejected(self, operation: ActiveOperation, error: TransportError) -> None:
        """The server did not take an operation because there are too many on this connection."""

    async def stop(self, operation: ActiveOperation) -> None:
        """An operation's sink wants no more events."""

    def lost(
        self, connection: WebSocketConnection, loss: losses.ConnectionLoss, operations: Collection[ActiveOperation]
    ) -> None:
        """The connection ended, with these operations on it."""


class WebSocketConnection:
    """A connection that carries operations.

    Args:
        socket: the open socket, which must not answer pings by itself.
        protocol: the machine for the subprotocol that the server selected.
        url: the endpoint, for messages.
        options: the limits.
        listener: hears of the ends of operations and of the connection.
        mask: hides credentials in what the server says.
        on_signal: told of acknowledgements, pings and pongs.
        on_end: called when the socket is closed for good.
    """

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        protocol: WebSocketProtocol,
        url: str,
        options: WebSocketOptions,
        listener: Listener,
        mask: Mask,
        *,
        on_signal: Callable[[Acknowledged | Pinged | Ponged], object],
        on_end: Callable[[WebSocketConnection], object],
    ) -> None:
        self.url = public_url(url)
        self.operations: dict[str, ActiveOperation] = {}
        self.loss: losses.ConnectionLoss | None = None
        self._socket = socket
        self._close_handshake = CloseHandshake(socket, options.websocket_close_timeout)
        self._protocol = protocol
        self._options = options
        self._listener = listener
        self._mask = mask
        self._on_signal = on_signal
        self._on_end = on_end
        self._complaint = ""
        self._complaints = 0
        self._brought = False
        self._acknowledged_at = math.inf
        self._pressure = BackPressure(self._show_life)
        loop = asyncio.get_running_loop()
        self._time = loop.time
        self._acknowledged: asyncio.Future[InitPayload] = loop.create_future()
        self._keep_alive: KeepAlive | None = None
        self._confirmations = Confirmations(options.ack_timeout, self._unconfirmed)
        self._late: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Task[None] | None = None
        # An empty context: the reader outlives the call that opened the socket and must not keep its variables alive.
        self._reader = Context().run(loop.create_task, self._read())
        self._reader.add_done_callback(self._reader_done)

    @property
    def is_open(self) -> bool:
        return self.loss is None and self._closing is None

    @property
    def is_acknowledged(self) -> bool:
        return self._acknowledged.done() and self._acknowledged.exception() is None

    @property
    def confirms(self) -> bool:
        """Whether the server confirms that it runs an operation."""
        return self._protocol.CONFIRMS

    @property
    def was_of_use(self) -> bool:
        """Whether the connection brought something, or lived for a while; one that did neither is a failed attempt."""
        return was_of_use(brought=self._brought, acknowledged_for=self._time() - self._acknowledged_at)

    async def initialize(self, payload: InitPayload) -> InitPayload:
        """Send ``connection_init`` and return the payload of the acknowledgement, or close the socket.

        Raises:
            TransportTimeout: there was none within ``ack_timeout``.
            TransportError: the server refused or closed the connection.
        """
        limit = self._options.ack_timeout
        try:
            await self.send(self._protocol.connection_init(payload))
            return await asyncio.wait_for(asyncio.shield(self._acknowledged), limit)
        except asyncio.TimeoutError:
            loss = losses.unacknowledged(self.url, self._protocol.NAME, limit or 0.0)
            self._lose(loss)
            self.close_soon(4504, "Connection acknowledgement timeout")
            raise loss.error() from None
        except BaseException:
            self.close_soon()
            raise

    async def start(self, operation: ActiveOperation) -> None:
        """Send an operation; returns when it is on the wire."""
        if self.loss is not None:
            raise self.loss.error()
        operation.id, message = self._protocol.subscribe(operation.payload)
        self.operations[operation.id] = operation
        if self._protocol.CONFIRMS:
            self._confirmations.expect(operation.id)
        operation.was_sent = True
        await self.send(message)

    async def stop(self, operation: ActiveOperation, *, send_stop: bool = True) -> None:
        """End an operation and tell the server, unless *send_stop* is False; does nothing when it has ended."""
        if self.operations.pop(operation.id, None) is None or self.loss is not None:
            return
        self._brought = True
        message = self._protocol.complete(operation.id)
        if message is not None and send_stop:
            await _try(self.send(message))

    async def ping(self, payload: InitPayload = None) -> None:
        """Send a ping of the subprotocol; does nothing where it has none.

        Raises:
            TransportError: the connection is lost.
        """
        if self.loss is not None:
            raise self.loss.error()
        if (message := self._protocol.ping(payload)) is not None:
            await self.send(message)

    async def pong(self, payload: InitPayload = None) -> None:
        """Send a pong of the subprotocol; does nothing where it has none.

        Raises:
            TransportError: the connection is lost.
        """
        if self.loss is not None:
            raise self.loss.error()
        if (message := self._protocol.pong(payload)) is not None:
            await self.send(message)

    async def send(self, text: str) -> None:
        """Send a message.

        Raises:
            TransportConnectionFailed: the connection is lost; the reader learns why.
        """
        try:
            await self._socket.send_str(text)
        except ConnectionError as error:
            raise TransportConnectionFailed(f"The connection to {self.url} was lost.") from error

    # -- closing

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Complete what runs, say goodbye, and wait for the server's answer, at most ``close_timeout``."""
        self.close_soon(code, reason)
        if self._closing is not None:
            await asyncio.shield(self._closing)

    def close_soon(self, code: int = 1000, reason: str = "") -> None:
        """Begin to close, without waiting."""
        self._begin_to_close(code, reason, self._options.close_timeout)

    def abort(self) -> None:
        """Drop a connection whose peer is taken for dead."""
        self._begin_to_close(4499, "Terminated", ABORT_SECONDS)

    def _begin_to_close(self, code: int, reason: str, limit: float | None) -> None:
        if self._closing is None:
            self._closing = Context().run(asyncio.get_running_loop().create_task, self._close(code, reason, limit))
            self._closing.add_done_callback(lambda _: self._on_end(self))

    async def _close(self, code: int, reason: str, limit: float | None) -> None:
        messages = self._protocol.close()
        self._lose(losses.left(self.url))
        await self._close_handshake.perform(code, reason, messages=messages, seconds=limit, reader=self._reader)
        await self._reader
        await _try(self._close_handshake.answer())

    # -- reading

    async def _read(self) -> None:
        try:
            try:
                await self._take_messages()
            except TransportProtocolError as error:
                self._failed(error)
                await self._take_messages()  # up to the peer's close frame; the machine ignores what comes before
        except Exception as error:
            self._failed(error)

    async def _take_messages(self) -> None:
        receive, pressure, text = self._socket.receive, self._pressure, aiohttp.WSMsgType.TEXT
        now, turn_ends = time.monotonic, 0.0
        while True:
            if now() > turn_ends:
                # receive() does not suspend while aiohttp has messages, and it may have 130,000.
                await asyncio.sleep(0)
                if self._close_handshake.is_over:
                    return
                turn_ends = now() + TURN_SECONDS
            message = await (pressure.receive(receive) if pressure.held_up else receive())
            if self._keep_alive is not None:
                self._keep_alive.last_received = self._keep_alive.time()
            if message.type is text:
                event = self._protocol.receive(message.data)
            elif message.type in ENDS:
                self._ended(message)
                if message.type is aiohttp.WSMsgType.CLOSE and self._closing is None:
                    await _try(self._close_handshake.answer())
                return
            else:
                event = await self._take_other(message)
            if not isinstance(event, tuple):
                event = None if event is None else await self._react(event)
                if event is None:
                    continue
            id, result = event
            operation = self.operations.get(id)
            if operation is None:
                continue
            self._brought = True
            if result.errors is not None:
                self._mask.errors(result.errors)
            sink = operation.sink
            if not sink.put(result):
                await self._listener.stop(operation)
            elif sink.blocks and sink.full:
                await self._pause(sink)

    async def _take_other(self, message: aiohttp.WSMessage) -> Received | None:
        if message.type is aiohttp.WSMsgType.BINARY:
            return self._protocol.receive_bytes(message.data)
        if message.type is aiohttp.WSMsgType.PING and self._closing is None:
            await _try(self._socket.pong(message.data))
        return None

    async def _pause(self, sink: EventSink) -> None:
        if self._keep_alive is not None:
            self._keep_alive.pause()
        await self._pressure.pause(sink)
        if self._keep_alive is not None:
            self._keep_alive.resume()

    async def _show_life(self) -> None:
        await self._socket.pong()
        await self.pong()

    async def _react(self, event: Received) -> Event | None:
        """React to what is no event of an operation; if it brought one along, return that."""
        if isinstance(event, Pinged):
            if self._options.answer_pings:
                await _try(self.pong(event.payload))
            self._on_signal(event)
        elif isinstance(event, Ponged):
            self._on_signal(event)
        elif isinstance(event, Completed):
            self._finish(event.id, None)
        elif isinstance(event, Failed):
            self._reject(event)
        elif isinstance(event, Started):
            self._confirmed(event.id)
            return None if event.result is None else (event.id, event.result)
        elif isinstance(event, Reply):
            await _try(self.send(event.message))
        elif isinstance(event, Acknowledged):
            self._accepted(event)
        elif isinstance(event, Refused):
            self._lose(losses.refused(self.url, self._mask.value(event.payload), event.decision))
            self.close_soon()
        elif isinstance(event, Complained):
            self._complaints += 1
            level = logging.WARNING if self._complaints <= MOST_WARNINGS else logging.DEBUG
            self._complaint = as_text(self._mask.value(event.payload))
            logger.log(level, "%s complained: %s", self.url, truncate(self._complaint, 200))
        return None

    def _accepted(self, event: Acknowledged) -> None:
        if not self._acknowledged.done():
            self._acknowledged_at = self._time()
            self._acknowledged.set_result(event.payload)
        self._on_signal(event)
        self._keep_alive = KeepAlive.of(
            self._options,
            self._protocol.silence_limit,
            self._give_up,
            ping_socket=self._socket.ping,
            ping=None if self._protocol.ping() is None else self.ping,
        )

    def _confirmed(self, id: str) -> None:
        self._confirmations.settle(id)
        if (operation := self.operations.get(id)) is not None:
            self._brought = True
            self._listener.started(operation)

    def _unconfirmed(self, id: str) -> None:
        """Give up an operation, wanted or not, that the server has not confirmed in time."""
        message = self._protocol.unconfirmed(id)
        if message is not None and self.is_open:
            task = asyncio.get_running_loop().create_task(_try(self.send(message)))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        if (operation := self.operations.pop(id, None)) is not None:
            self._listener.finished(operation, self._confirmations.timeout(self.url))

    def _finish(self, id: str, error: TransportError | None, decision: RetryDecision = RetryDecision.NO) -> None:
        self._confirmations.settle(id)
        operation = self.operations.pop(id, None)
        if operation is not None:
            self._brought = True
            self._listener.finished(operation, error, decision)

    def _reject(self, event: Failed) -> None:
        self._confirmations.settle(event.id)
        self._mask.errors(event.errors)
        error = self._protocol.failure(event.errors)
        if not self._protocol.is_limit(event.errors):
            self._finish(event.id, error, self._protocol.failure_decision(event.errors))
        elif (operation := self.operations.pop(event.id, None)) is not None:
            self._listener.rejected(operation, error)

    # -- the end

    def _reader_done(self, reader: asyncio.Task[None]) -> None:
        if self._closing is None:
            self._on_end(self)

    def _ended(self, message: aiohttp.WSMessage) -> None:
        if message.type is aiohttp.WSMsgType.ERROR:
            self._broke(message.data)
            return
        code, reason = ABNORMAL, ""
        if message.type is aiohttp.WSMsgType.CLOSE:
            code, reason = message.data or NO_STATUS, self._mask.text(message.extra or "")
        decision = self._protocol.decision(code, complained=bool(self._complaint))
        reason = reason or truncate(self._complaint)
        self._lose(losses.held_up(losses.closed(self.url, code, reason, decision), self._pressure.held_up))

    def _failed(self, error: Exception) -> None:
        """Whatever it was, those who wait must hear of it."""
        if isinstance(error, TransportProtocolError):
            self._mask.error(error)
            self._lose(losses.violated(error))
            self.close_soon(error.code or 1002, error.rule)
        else:
            self._broke(error)
            self.abort()

    def _broke(self, error: Exception) -> None:
        self._lose(losses.held_up(losses.broken(self.url, error, self._options), self._pressure.held_up))

    def _give_up(self, limit: str, seconds: float) -> None:
        self._lose(losses.silent(self.url, limit, seconds))
        self.abort()

    def _lose(self, loss: losses.ConnectionLoss) -> None:
        """Record why the connection ended, the first reason counting, and tell everyone."""
        if self.loss is None:
            self.loss = loss
        if self._keep_alive is not None:
            self._keep_alive.stop()
        self._pressure.end()
        self._confirmations.stop()
        if not self._acknowledged.done():
            self._acknowledged.set_exception(self.loss.error())
            self._acknowledged.exception()  # nobody need wait for it
        operations, self.operations = self.operations, {}
        self._listener.lost(self, self.loss, operations.values())


async def _try(sending: Awaitable[object]) -> None:
    """Send what a lost connection makes no use of.

    That the connection is lost is for the reader to find, behind everything that the peer sent before.
    """
    with contextlib.suppress(TransportError, ConnectionError):
        await sending
