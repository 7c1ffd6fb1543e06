"""ConnectionEnd: why and how one connection ends. The first loss counts, and the socket is closed once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import aiohttp

from ...exceptions import TransportProtocolError
from ...messages import truncate
from ...protocol.close_codes import ABNORMAL, NO_STATUS
from ...protocol.graphql_errors import as_text
from ...protocol.masking import Mask
from ...protocol.websocket import WebSocketProtocol
from ..background import in_background
from ..recovery import loss as any_loss
from ..recovery.loss import ConnectionLoss
from . import losses
from .back_pressure import BackPressure
from .close_handshake import ABORT_SECONDS, CloseHandshake, ignore_lost_connection
from .options import WebSocketOptions

logger = logging.getLogger(__name__)

MAX_WARNINGS = 10
"""The number of complaints of one server that are logged as warnings; a server may send any number."""


class ConnectionEnd:
    """The end of one connection.

    Args:
        url: the endpoint, for messages.
        socket: the socket.
        protocol: the subprotocol on it.
        options: the limits.
        mask: hides credentials in text from the server.
        pressure: the pauses during which the socket was not read.
        reader: the task that reads the socket. Its end is the end of the socket, unless this side closes it.
        on_lost: called when the connection is lost, and again when it is closed afterwards.
        on_closed: called when the socket is closed.

    Attributes:
        loss: the reason why the connection ended; None while it is open.
        is_closing: whether this side has begun to close the socket.
        handshake: the close handshake of the socket.
    """

    def __init__(
        self,
        url: str,
        socket: aiohttp.ClientWebSocketResponse,
        protocol: WebSocketProtocol,
        options: WebSocketOptions,
        mask: Mask,
        pressure: BackPressure,
        reader: asyncio.Task[None],
        *,
        on_lost: Callable[[ConnectionLoss], object],
        on_closed: Callable[[], object],
    ) -> None:
        self.loss: ConnectionLoss | None = None
        self.handshake = CloseHandshake(socket, options.websocket_close_timeout)
        self._url = url
        self._protocol = protocol
        self._options = options
        self._mask = mask
        self._pressure = pressure
        self._on_lost = on_lost
        self._on_closed = on_closed
        self._complaint = ""
        self._complaints = 0
        self._closing: asyncio.Task[None] | None = None
        self._reader = reader
        reader.add_done_callback(self._reader_done)

    @property
    def is_closing(self) -> bool:
        return self._closing is not None

    def lose(self, loss: ConnectionLoss) -> None:
        """Record why the connection ended, unless an earlier reason is known."""
        if self.loss is None:
            self.loss = loss
        self._on_lost(self.loss)

    def complained(self, payload: Any) -> None:
        """Log a complaint of the server. It becomes the reason of a close frame that has none."""
        self._complaints += 1
        level = logging.WARNING if self._complaints <= MAX_WARNINGS else logging.DEBUG
        text = as_text(self._mask.value(payload))
        self._complaint = truncate(text)
        logger.log(level, "%s complained: %s", self._url, truncate(text, 200))

    def received(self, message: aiohttp.WSMessage) -> None:
        """End the connection with the last message of the socket."""
        if message.type is aiohttp.WSMsgType.ERROR:
            self._broke(message.data)
            return
        code, reason = ABNORMAL, ""
        if message.type is aiohttp.WSMsgType.CLOSE:
            code, reason = message.data or NO_STATUS, self._mask.text(message.extra or "")
        decision = self._protocol.decision(code, complained=bool(self._complaint))
        options = self._protocol.CREDENTIAL_OPTIONS
        loss = losses.closed(self._url, code, reason or self._complaint, decision, options)
        self.lose(losses.held_up(loss, self._pressure.held_up))

    def failed(self, error: Exception) -> None:
        """End a connection whose reader raised an exception."""
        if isinstance(error, TransportProtocolError):
            self._mask.error(error)
            self.lose(losses.violated(error))
            self.close_soon(error.code or 1002, error.rule)
        else:
            self._broke(error)
            self.abort()

    def silent(self, limit: str, seconds: float) -> None:
        """End a connection whose peer sent nothing for too long."""
        self.lose(any_loss.silent(self._url, limit, seconds))
        self.abort()

    async def close(self, code: int, reason: str) -> None:
        """Close the socket and wait for the server's close frame, for at most ``close_timeout``."""
        self.close_soon(code, reason)
        if self._closing is not None:
            await asyncio.shield(self._closing)

    def close_soon(self, code: int = 1000, reason: str = "") -> None:
        """Start to close the socket, without waiting."""
        self._begin_to_close(code, reason, self._options.close_timeout)

    def abort(self) -> None:
        """Close a socket whose peer is considered dead."""
        self._begin_to_close(4499, "Terminated", ABORT_SECONDS)

    def _broke(self, error: Exception) -> None:
        self.lose(losses.held_up(losses.broken(self._url, error, self._options), self._pressure.held_up))

    def _begin_to_close(self, code: int, reason: str, limit: float | None) -> None:
        if self._closing is None:
            self._closing = in_background(self._close(code, reason, limit))
            self._closing.add_done_callback(lambda _: self._on_closed())

    async def _close(self, code: int, reason: str, limit: float | None) -> None:
        messages = self._protocol.close()
        self.lose(any_loss.left(self._url))
        await self.handshake.perform(code, reason, messages=messages, seconds=limit, reader=self._reader)
        await self._reader
        await ignore_lost_connection(self.handshake.answer())

    def _reader_done(self, reader: asyncio.Task[None]) -> None:
        if self._closing is None:
            self._on_closed()
