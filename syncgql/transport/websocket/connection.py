"""WebSocketConnection: one socket, its protocol machine, and the operations it carries.

One task reads. It is never cancelled, because aiohttp cannot close a socket properly after a cancelled ``receive()``.
Closing the socket ends the task: aiohttp then wakes the reader. All methods run on one loop and change state without
awaiting in between, so there are no locks.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Collection
from contextvars import Context
from typing import Protocol

import aiohttp

from ...exceptions import TransportConnectionFailed, TransportError, TransportProtocolError
from ...protocol.close_codes import RetryDecision
from ...protocol.masking import Mask
from ...protocol.websocket import WebSocketProtocol
from ...protocol.websocket_events import (
    Acknowledged,
    Answered,
    Complained,
    Completed,
    Event,
    Failed,
    Interrupted,
    Pinged,
    Ponged,
    Received,
    Refused,
    Reply,
    Several,
    Started,
    Unreadable,
)
from ..base import EventSink
from ..recovery.attempts import is_resumed, was_useful
from ..recovery.keep_alive import KeepAlive
from ..recovery.loss import ConnectionLoss, not_opened
from . import losses
from .active_operation import ActiveOperation
from .back_pressure import BackPressure
from .close_handshake import ignore_lost_connection
from .confirmations import Confirmations
from .connection_end import ConnectionEnd
from .handshake import InitPayload
from .liveness import watched
from .options import WebSocketOptions

logger = logging.getLogger(__name__)

ENDS = frozenset(
    {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
)


TURN_SECONDS = 0.01
"""The seconds for which a socket is read before the reader yields to the loop, even if the peer has sent more."""


class Listener(Protocol):
    """The interface that receives the events of a connection's operations."""

    def started(self, operation: ActiveOperation) -> None:
        """The server confirmed that it runs an operation; only called for protocols with confirmations."""

    def finished(
        self, operation: ActiveOperation, error: TransportError | None, decision: RetryDecision = RetryDecision.NO
    ) -> None:
        """The server ended an operation.

        Args:
            operation: the operation.
            error: the reason; None if the operation is complete.
            decision: whether a retry may succeed.
        """

    def rejected(self, operation: ActiveOperation, error: TransportError) -> None:
        """The server rejected an operation because there are too many on this connection."""

    async def stop(self, operation: ActiveOperation) -> None:
        """Stop an operation whose sink accepts no more events."""

    def lost(
        self, connection: WebSocketConnection, loss: ConnectionLoss, operations: Collection[ActiveOperation]
    ) -> None:
        """The connection ended while it carried these operations."""


class WebSocketConnection:
    """A connection that carries operations.

    Args:
        socket: the open socket, created with ``autoping=False``.
        protocol: the state machine for the subprotocol that the server selected.
        url: the endpoint without credentials, for messages.
        options: the limits.
        listener: receives the ends of operations and of the connection.
        mask: hides credentials in text from the server.
        on_signal: called with acknowledgements, pings and pongs.
        on_end: called when the socket is closed.
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
        self.url = url
        self.operations: dict[str, ActiveOperation] = {}
        self._socket = socket
        self._protocol = protocol
        self._options = options
        self._listener = listener
        self._mask = mask
        self._on_signal = on_signal
        self._init_payload: InitPayload = None
        self._has_delivered = False
        self._acknowledged_at = math.inf
        self._pressure = BackPressure(self._show_life)
        self._end = ConnectionEnd(
            self.url,
            socket,
            protocol,
            options,
            mask,
            self._pressure,
            on_lost=self._lost,
            on_closed=lambda: on_end(self),
        )
        loop = asyncio.get_running_loop()
        self._time = loop.time
        self._acknowledged: asyncio.Future[InitPayload] = loop.create_future()
        self._keep_alive: KeepAlive | None = None
        confirmed_within = options.ack_timeout if protocol.CONFIRMS_AT_ONCE else None
        self._confirmations = Confirmations(confirmed_within, self._unconfirmed)
        self._late: set[asyncio.Task[None]] = set()
        # An empty context: the reader outlives the call that opened the socket and must not keep its variables alive.
        self._end.watch(Context().run(loop.create_task, self._read()))

    @property
    def loss(self) -> ConnectionLoss | None:
        """The reason why the connection ended; None while it is open."""
        return self._end.loss

    @property
    def is_open(self) -> bool:
        return self._end.loss is None and not self._end.is_closing

    @property
    def is_acknowledged(self) -> bool:
        return self._acknowledged.done() and self._acknowledged.exception() is None

    @property
    def is_interrupted(self) -> bool:
        """Whether the connection must be initialized again before it carries operations."""
        return self.is_open and not self._acknowledged.done()

    @property
    def wire(self) -> str:
        """The name of the protocol, for ``Subscription.protocol``."""
        return self._protocol.WIRE

    @property
    def confirms(self) -> bool:
        """Whether the server confirms that it runs an operation."""
        return self._protocol.CONFIRMS

    @property
    def was_useful(self) -> bool:
        """Whether the connection delivered an event or stayed open for a while, or else counts as a failed attempt."""
        return was_useful(has_delivered=self._has_delivered, acknowledged_for=self._time() - self._acknowledged_at)

    def carries(self, operation: ActiveOperation) -> bool:
        """Return whether an operation runs on this connection."""
        return self.operations.get(operation.id) is operation

    async def initialize(self, payload: InitPayload) -> InitPayload:
        """Send ``connection_init`` and return the payload of the acknowledgement, or close the socket.

        Raises:
            TransportTimeout: there was no acknowledgement within ``ack_timeout``.
            TransportError: the server refused or closed the connection.
        """
        self._init_payload = payload
        limit = self._options.ack_timeout
        try:
            # A close frame may cross the message; only the reader sees its code.
            await ignore_lost_connection(self.send(self._protocol.connection_init(payload)))
            return await asyncio.wait_for(asyncio.shield(self._acknowledged), limit)
        except asyncio.TimeoutError:
            loss = losses.unacknowledged(self.url, self._protocol.NAME, limit or 0.0)
            self._end.lose(loss)
            self.close_soon(4504, "Connection acknowledgement timeout")
            raise loss.error() from None
        except BaseException:
            self.close_soon()
            raise

    async def resume(self) -> None:
        """Initialize an interrupted connection again; if that fails, it is lost."""
        try:
            await self.initialize(self._init_payload)
        except TransportError as error:
            self._end.lose(not_opened(error, RetryDecision.YES))

    async def start(self, operation: ActiveOperation) -> None:
        """Send an operation; return when it was sent."""
        if self.loss is not None:
            raise self.loss.error()
        operation.id, message = self._protocol.subscribe(operation.payload, operation.read)
        self.operations[operation.id] = operation
        if self._protocol.CONFIRMS:
            self._confirmations.expect(operation.id)
        operation.was_sent = True
        await self.send(message)

    async def stop(self, operation: ActiveOperation, *, send_stop: bool = True) -> None:
        """End an operation, and stop it on the server unless *send_stop* is False. Does nothing if it has ended."""
        if not self.carries(operation):
            return
        del self.operations[operation.id]
        self._has_delivered = True
        message = self._protocol.complete(operation.id)
        if message is not None and send_stop:
            await ignore_lost_connection(self.send(message))

    async def ping(self, payload: InitPayload = None) -> None:
        """Send a ping of the subprotocol. Does nothing if the subprotocol has no pings.

        Raises:
            TransportError: the connection is lost.
        """
        if self.loss is not None:
            raise self.loss.error()
        if (message := self._protocol.ping(payload)) is not None:
            await self.send(message)

    async def pong(self, payload: InitPayload = None) -> None:
        """Send a pong of the subprotocol. Does nothing if the subprotocol has no pongs.

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
            TransportConnectionFailed: the connection is lost; the reader finds out why.
        """
        try:
            await self._socket.send_str(text)
        except ConnectionError as error:
            raise TransportConnectionFailed(f"The connection to {self.url} was lost.") from error

    # -- closing

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Stop the operations, close the socket and wait for the server's close frame, at most ``close_timeout``."""
        await self._end.close(code, reason)

    def close_soon(self, code: int = 1000, reason: str = "") -> None:
        """Start to close, without waiting."""
        self._end.close_soon(code, reason)

    # -- reading

    async def _read(self) -> None:
        try:
            try:
                await self._take_messages()
            except TransportProtocolError as error:
                self._end.failed(error)
                await self._take_messages()  # up to the peer's close frame; the machine ignores other messages
        except Exception as error:
            self._end.failed(error)

    async def _take_messages(self) -> None:
        receive, pressure, text = self._socket.receive, self._pressure, aiohttp.WSMsgType.TEXT
        now, turn_ends = time.monotonic, 0.0
        while True:
            message = await (pressure.receive(receive) if pressure.held_up else receive())
            if now() > turn_ends and message.type not in ENDS:
                # receive() does not suspend while aiohttp has messages, and it may have 130,000. The yield comes before
                # the message is delivered, so that the consumer of a burst after a pause is woken for all of it.
                await asyncio.sleep(0)
                if self._end.handshake.is_over:
                    return
                turn_ends = now() + TURN_SECONDS
            if self._keep_alive is not None:
                self._keep_alive.last_received = self._keep_alive.time()
            if message.type is text:
                event = self._protocol.receive(message.data)
            elif message.type in ENDS:
                self._end.received(message)
                if message.type is aiohttp.WSMsgType.CLOSE and not self._end.is_closing:
                    await ignore_lost_connection(self._end.handshake.answer())
                return
            else:
                event = await self._take_other(message)
            if event is None:
                continue
            for id, result in (event,) if isinstance(event, tuple) else await self._react(event):
                operation = self.operations.get(id)
                if operation is None:
                    continue
                self._has_delivered = True
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
        if message.type is aiohttp.WSMsgType.PING and not self._end.is_closing:
            await ignore_lost_connection(self._socket.pong(message.data))
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

    async def _react(self, event: Received) -> list[Event]:
        """React to what is no event of an operation, and return the events that it brought along."""
        if isinstance(event, Started):
            self._confirmed(event.id)
            return [] if event.result is None else [(event.id, event.result)]
        if isinstance(event, Several):
            found = [[each] if isinstance(each, tuple) else await self._react(each) for each in event.events]
            return [each for events in found for each in events]
        if isinstance(event, Pinged):
            if self._options.answer_pings:
                await ignore_lost_connection(self.pong(event.payload))
            self._on_signal(event)
        elif isinstance(event, Ponged):
            self._on_signal(event)
        elif isinstance(event, Unreadable):
            await self._give_up(event)
        elif isinstance(event, Reply):
            await ignore_lost_connection(self.send(event.message))
        elif isinstance(event, Completed | Answered | Failed | Interrupted):
            self._react_to_end(event)
        elif isinstance(event, Acknowledged):
            self._accepted(event)
        elif isinstance(event, Refused):
            payload, options = self._mask.value(event.payload), self._protocol.CREDENTIAL_OPTIONS
            self._end.lose(losses.refused(self.url, payload, event.decision, options))
            self.close_soon()
        elif isinstance(event, Complained):
            self._end.complained(event.payload)
        return []

    def _react_to_end(self, event: Completed | Answered | Failed | Interrupted) -> None:
        """React to the end of an operation, or of all of them."""
        if isinstance(event, Completed):
            self._finish(event.id, None)
        elif isinstance(event, Answered):
            self._answer(event)
        elif isinstance(event, Failed):
            self._reject(event)
        else:
            self._interrupt(event)

    def _accepted(self, event: Acknowledged) -> None:
        if not self._acknowledged.done():
            self._acknowledged_at = min(self._acknowledged_at, self._time())
            self._acknowledged.set_result(event.payload)
        self._on_signal(event)
        if self._keep_alive is None:
            self._keep_alive = watched(
                self._options,
                self._protocol.silence_limit,
                self._end.silent,
                ping_socket=self._socket.ping,
                ping=self.ping if self._protocol.HAS_PINGS else None,
            )

    def _confirmed(self, id: str) -> None:
        self._confirmations.settle(id)
        if (operation := self.operations.get(id)) is not None:
            self._has_delivered = True
            self._listener.started(operation)

    def _unconfirmed(self, id: str) -> None:
        """Give up an operation that the server has not confirmed in time, even if it was stopped."""
        message = self._protocol.unconfirmed(id)
        if message is not None and self.is_open:
            task = asyncio.get_running_loop().create_task(ignore_lost_connection(self.send(message)))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        if (operation := self.operations.pop(id, None)) is not None:
            self._listener.finished(operation, self._confirmations.timeout(self.url))

    def _finish(self, id: str, error: TransportError | None, decision: RetryDecision = RetryDecision.NO) -> None:
        self._confirmations.settle(id)
        operation = self.operations.pop(id, None)
        if operation is not None:
            self._has_delivered = True
            self._listener.finished(operation, error, decision)

    def _answer(self, event: Answered) -> None:
        if (operation := self.operations.get(event.id)) is not None:
            self._mask.errors(event.result.errors or ())
            operation.sink.put(event.result)
            self._finish(event.id, None)

    def _interrupt(self, event: Interrupted) -> None:
        """End all operations; those that may be sent again are, after the connection was initialized again."""
        self._acknowledged = asyncio.get_running_loop().create_future()
        operations, self.operations = self.operations, {}
        self._confirmations.stop()
        loss = losses.interrupted(self.url, event.reason)
        for operation in operations.values():
            error = operation.explained(loss.error())
            decision = loss.decision if is_resumed(operation.type, sent=True) else RetryDecision.NO
            self._listener.finished(operation, error, decision)

    async def _give_up(self, event: Unreadable) -> None:
        """Stop an operation whose parts do not fit together."""
        operation = self.operations.get(event.id)
        if operation is not None:
            await self.stop(operation)
            self._mask.error(event.error)
            self._listener.finished(operation, event.error)

    def _reject(self, event: Failed) -> None:
        self._confirmations.settle(event.id)
        self._mask.errors(event.errors)
        error = self._protocol.failure(event.errors)
        if not self._protocol.is_limit(event.errors):
            self._finish(event.id, error, self._protocol.failure_decision(event.errors))
        elif (operation := self.operations.pop(event.id, None)) is not None:
            self._listener.rejected(operation, error)

    # -- the end

    def _lost(self, loss: ConnectionLoss) -> None:
        """Stop everything that runs on the connection, and notify the listener."""
        if self._keep_alive is not None:
            self._keep_alive.stop()
        self._pressure.end()
        self._confirmations.stop()
        if not self._acknowledged.done():
            self._acknowledged.set_exception(loss.error())
            self._acknowledged.exception()  # retrieved, because there may be no caller waiting for it
        operations, self.operations = self.operations, {}
        self._listener.lost(self, loss, operations.values())
