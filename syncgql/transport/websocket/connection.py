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
from typing import Protocol

import aiohttp

from ...exceptions import TransportConnectionFailed, TransportError, TransportProtocolError
from ...protocol.close_codes import RetryDecision
from ...protocol.encoded_results import LONG_MESSAGE
from ...protocol.masking import Mask
from ...protocol.websocket import WebSocketProtocol
from ...protocol.websocket_events import (
    Acknowledged,
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
    SingleResult,
    Started,
    Unreadable,
)
from ..background import in_background
from ..base import EventSink
from ..recovery.keep_alive import KeepAlive, Probe
from ..recovery.loss import ConnectionLoss, not_opened
from ..recovery.outage import SETTLED_SECONDS
from .active_operation import ActiveOperation
from .back_pressure import BackPressure
from .close_handshake import ignore_lost_connection
from .connection_end import ConnectionEnd
from .handshake import InitPayload
from .long_messages import LongMessages
from .options import WebSocketOptions
from .running_operations import OperationListener, RunningOperations
from .silences import LONG_SECONDS, Silences

logger = logging.getLogger(__name__)

ENDS = frozenset(
    {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
)


TURN_SECONDS = 0.01
"""The seconds for which a socket is read before the reader yields to the loop, even if the peer has sent more."""


class Listener(OperationListener, Protocol):
    """The interface that receives the events of a connection and of its operations."""

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

    Attributes:
        wire: the name of the protocol, for ``Subscription.protocol``.
        confirms: whether the server confirms that it runs an operation.
        end: the end of the connection; its ``loss`` is None while the connection is open.
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
        self.wire = protocol.WIRE
        self.confirms = protocol.CONFIRMS
        self._socket = socket
        self._protocol = protocol
        self._options = options
        self._listener = listener
        self._mask = mask
        self._on_signal = on_signal
        self._init_payload: InitPayload = None
        self._running = RunningOperations(url, protocol, listener, mask, options.ack_timeout, self._send_soon)
        self._long_messages: LongMessages | None = None
        self._acknowledged_at = math.inf
        self._pressure = BackPressure(self._show_life)
        loop = asyncio.get_running_loop()
        self._time = loop.time
        self._acknowledged: asyncio.Future[InitPayload] = loop.create_future()
        self._keep_alive: KeepAlive | None = None
        self._late: set[asyncio.Task[None]] = set()  # the loop has only weak references to tasks
        self.end = ConnectionEnd(
            url,
            socket,
            protocol,
            options,
            mask,
            self._pressure,
            in_background(self._read()),
            on_lost=self._lost,
            on_closed=lambda: on_end(self),
        )

    @property
    def is_open(self) -> bool:
        return self.end.loss is None and not self.end.is_closing

    @property
    def is_interrupted(self) -> bool:
        """Whether the connection must be initialized again before it carries operations; False if it has ended."""
        return not self._acknowledged.done()

    @property
    def was_useful(self) -> bool:
        """Whether the connection delivered an event or stayed open for a while, or else counts as a failed attempt."""
        return self._running.were_useful or self._time() - self._acknowledged_at >= SETTLED_SECONDS

    async def initialize(self, payload: InitPayload) -> InitPayload:
        """Send ``connection_init`` and return the payload of the acknowledgement, or close the socket.

        Raises:
            TransportTimeout: there was no acknowledgement within ``ack_timeout``.
            TransportError: the server refused or closed the connection.
        """
        self._init_payload = payload
        try:
            # A close frame may cross the message; only the reader sees its code.
            await ignore_lost_connection(self.send(self._protocol.connection_init(payload)))
            return await asyncio.wait_for(asyncio.shield(self._acknowledged), self._options.ack_timeout)
        except asyncio.TimeoutError:
            raise self.end.unacknowledged() from None
        except BaseException:
            self.close_soon()
            raise

    async def resume(self) -> None:
        """Initialize an interrupted connection again; if that fails, it is lost."""
        try:
            await self.initialize(self._init_payload)
        except TransportError as error:
            self.end.lose(not_opened(error, RetryDecision.YES))

    async def start(self, operation: ActiveOperation) -> None:
        """Send an operation over a connection that has not ended; return when it was sent.

        Raises:
            TransportConnectionFailed: the connection is lost.
        """
        await self.send(self._running.start(operation))

    async def stop(self, operation: ActiveOperation, *, send_stop: bool = True) -> None:
        """End an operation, and stop it on the server unless *send_stop* is False. Does nothing if it has ended."""
        if self._running.by_id.get(operation.id) is not operation:
            return
        message = self._running.stop(operation)
        if message is not None and send_stop:
            await ignore_lost_connection(self.send(message))

    async def ping(self, payload: InitPayload = None) -> None:
        """Send a ping of the subprotocol. Does nothing if the subprotocol has no pings.

        Raises:
            TransportError: the connection is lost.
        """
        if self.end.loss is not None:
            raise self.end.loss.error()
        if (message := self._protocol.ping(payload)) is not None:
            await self.send(message)

    async def pong(self, payload: InitPayload = None) -> None:
        """Send a pong of the subprotocol. Does nothing if the subprotocol has no pongs.

        Raises:
            TransportError: the connection is lost.
        """
        if self.end.loss is not None:
            raise self.end.loss.error()
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

    def _send_soon(self, text: str) -> None:
        """Send a message without waiting, unless the connection has ended."""
        if self.is_open:
            task = asyncio.get_running_loop().create_task(ignore_lost_connection(self.send(text)))
            self._late.add(task)
            task.add_done_callback(self._late.discard)

    # -- closing

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Stop the operations, close the socket and wait for the server's close frame, at most ``close_timeout``."""
        await self.end.close(code, reason)

    def close_soon(self, code: int = 1000, reason: str = "") -> None:
        """Start to close, without waiting."""
        self.end.close_soon(code, reason)

    async def cut(self) -> None:
        """Close the socket without waiting for the server any longer."""
        await self.end.cut()

    # -- reading

    async def _read(self) -> None:
        await asyncio.sleep(0)  # with asyncio.eager_task_factory, the task starts before ``self.end`` is assigned
        try:
            try:
                await self._take_messages()
            except TransportProtocolError as error:
                self.end.failed(error)
                await self._take_messages()  # up to the peer's close frame; the machine ignores other messages
        except Exception as error:
            self.end.failed(error)

    async def _take_messages(self) -> None:
        receive, pressure, text = self._socket.receive, self._pressure, aiohttp.WSMsgType.TEXT
        running = self._running
        now, silences = time.monotonic, Silences()
        turn_ends = now()
        while True:
            message = await (pressure.receive(receive) if pressure.held_up else receive())
            if (arrived := now()) > turn_ends and arrived - turn_ends > LONG_SECONDS:
                silences.record(turn_ends, arrived)
            if arrived > turn_ends and message.type not in ENDS:
                # receive() does not suspend while aiohttp has messages, and it may have 130,000. The yield comes before
                # the message is delivered, so that the consumer of a burst after a pause is woken for all of it.
                await asyncio.sleep(0)
                if self.end.handshake.is_over:
                    return
                turn_ends = now() + TURN_SECONDS
            if self._keep_alive is not None:
                self._keep_alive.last_received = self._keep_alive.time()
            if message.type is text:
                if len(message.data) >= LONG_MESSAGE and await self._pass_on(message.data):
                    continue
                event = self._protocol.receive(message.data)
            elif message.type in ENDS:
                self.end.received(message, silences)
                if message.type is aiohttp.WSMsgType.CLOSE and not self.end.is_closing:
                    await ignore_lost_connection(self.end.handshake.answer())
                return
            else:
                event = await self._take_other(message)
            if event is None:
                continue
            for id, result in (event,) if isinstance(event, tuple) else await self._react(event):
                operation = running.by_id.get(id)
                if operation is None:
                    continue
                running.were_useful = True
                if result.errors is not None:
                    self._mask.errors(result.errors)
                sink = operation.sink
                if not sink.put(result):
                    await self._listener.stop(operation)
                elif sink.blocks and sink.full:
                    await self._pause(sink)

    async def _pass_on(self, text: str) -> bool:
        """Pass a long message to a consumer that decodes it; return False if it must be decoded here."""
        if self._long_messages is None:
            self._long_messages = LongMessages(self._protocol, self._running, self._mask, self._violated)
        if (taken := self._long_messages.put(text)) is None:
            return False
        operation, is_accepted = taken
        self._running.were_useful = True
        if not is_accepted:
            await self._listener.stop(operation)
        elif operation.sink.blocks and operation.sink.full:
            await self._pause(operation.sink)
        return True

    def _violated(self, error: TransportProtocolError) -> None:
        """End the connection because of a message that its consumer could not decode."""
        if self.is_open:
            self._protocol.close()  # no other message is processed, and none but the close frame is sent
            self.end.failed(error)

    async def _take_other(self, message: aiohttp.WSMessage) -> Received | None:
        if message.type is aiohttp.WSMsgType.BINARY:
            return self._protocol.receive_bytes(message.data)
        if message.type is aiohttp.WSMsgType.PING and not self.end.is_closing:
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
        """React to an event that is not the result of an operation, and return the results that came with it."""
        if isinstance(event, Started):
            return self._running.started(event)
        if isinstance(event, Several):
            found = [[each] if isinstance(each, tuple) else await self._react(each) for each in event.events]
            return [each for events in found for each in events]
        if isinstance(event, Completed | SingleResult | Failed | Unreadable):
            self._running.ended(event)
        elif isinstance(event, Interrupted):
            self._acknowledged = asyncio.get_running_loop().create_future()
            self._running.interrupted(event.reason)
        elif isinstance(event, Pinged):
            if self._options.answer_pings:
                await ignore_lost_connection(self.pong(event.payload))
            self._on_signal(event)
        elif isinstance(event, Ponged):
            self._on_signal(event)
        elif isinstance(event, Reply):
            await ignore_lost_connection(self.send(event.message))
        elif isinstance(event, Acknowledged):
            self._accepted(event)
        elif isinstance(event, Refused):
            self.end.refused(event)
        elif isinstance(event, Complained):
            self.end.complained(event.payload)
        return []

    def _accepted(self, event: Acknowledged) -> None:
        if not self._acknowledged.done():
            self._acknowledged_at = min(self._acknowledged_at, self._time())
            self._acknowledged.set_result(event.payload)
        self._on_signal(event)
        if self._keep_alive is None:
            self._keep_alive = self._watch()

    def _watch(self) -> KeepAlive | None:
        """Start the timers that detect a silent peer, according to the options; return None if there are none."""
        options, has_pings = self._options, self._protocol.HAS_PINGS
        probes = []
        if options.heartbeat is not None:
            # As in aiohttp, the peer has half of the interval to respond.
            probes.append(Probe("heartbeat", options.heartbeat, options.heartbeat / 2, self._socket.ping, always=False))
        if options.ping_interval is not None and has_pings:
            timeout = options.pong_timeout or options.ping_interval / 2
            probes.append(Probe("pong_timeout", options.ping_interval, timeout, self.ping, always=True))
        if options.heartbeat_interval is not None and has_pings:
            interval = options.heartbeat_interval
            probes.append(Probe("heartbeat_interval", interval, interval, self.ping, always=True))
        silence = options.keep_alive_timeout or self._protocol.silence_limit
        if not probes and silence is None:
            return None
        keep_alive = KeepAlive(self.end.silent)
        for probe in probes:
            keep_alive.probe(probe)
        if silence is not None:
            keep_alive.watch("keep_alive_timeout", silence)
        return keep_alive

    # -- the end

    def _lost(self, loss: ConnectionLoss) -> None:
        """Stop everything that runs on the connection, and notify the listener."""
        if self._keep_alive is not None:
            self._keep_alive.stop()
        self._pressure.end()
        if not self._acknowledged.done():
            self._acknowledged.set_exception(loss.error())
            self._acknowledged.exception()  # retrieved, because there may be no caller waiting for it
        self._listener.lost(self, loss, self._running.remove_all())
